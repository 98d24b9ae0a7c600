"""Get at modules in roundabout ways."""

found = []
for way in (
    "__builtins__.__import__('os').system('touch ' + target)",
    "__builtins__['__import__']('os').system('touch ' + target)",
    "__import__('importlib').import_module('os').system('touch ' + target)",
    "__loader__.load_module('os').system('touch ' + target)",
    "__spec__.loader.load_module('os')",
    "__import__('sys').modules['os'].system('touch ' + target)",
    "exec(__import__('codecs').decode('vzcbeg bf; bf.flfgrz(\"gbhpu \" + gnetrg)', 'rot13'))",
    "exec(bytes.fromhex('6f70656e287461726765742c20277727292e7772697465282778272929')[:-1].decode())",
    "eval(compile('open(target, \"w\")', 'x', 'eval'))",
    "getattr(__import__('o' + 's'), 'sys' + 'tem')('touch ' + target)",
    "(lambda: 0).__globals__['__builtins__'].open(target, 'w')",
    "type('x', (), {'__del__': lambda self: open(target, 'w')})()",
    "'{0.__class__.__base__}'.format(1)",
    "print.__self__.open(target, 'w')",
    "help('modules')",
):
    try:
        found.append(str(eval(way))[:100])
    except BaseException as error:
        found.append(type(error).__name__)
"done"
