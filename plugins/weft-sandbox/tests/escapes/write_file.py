"""Write a file of the host in every way that Python has."""

ways = [
    "open(target, 'w').write('x')",
    "open(target, 'ab').write(b'x')",
    "__import__('os').open(target, 0o102, 0o644)",
    "__import__('os').mkdir(target)",
    "__import__('os').makedirs(target)",
    "__import__('os').mkfifo(target)",
    "__import__('os').mknod(target)",
    "__import__('pathlib').Path(target).write_text('x')",
    "__import__('pathlib').Path(target).touch()",
    "__import__('sqlite3').connect(target).execute('create table t (x)')",
    "__import__('shutil').copy('/dev/null', target)",
    "__import__('tempfile').mkdtemp(dir=__import__('os').path.dirname(target))",
    "__import__('logging').FileHandler(target)",
    "__import__('zipfile').ZipFile(target, 'w').close()",
    "__import__('dbm').open(target, 'c')",
]
for way in ways:
    try:
        eval(way)
    except Exception:
        pass
"done"
