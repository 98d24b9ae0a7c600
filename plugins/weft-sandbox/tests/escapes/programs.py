"""Start a program, the Python at hand among them."""

import os, sys

touch = "touch " + target
found = []
for way in (
    "os.system(touch)",
    "os.popen(touch).read()",
    "__import__('subprocess').run(touch, shell=True)",
    "__import__('subprocess').run(['/usr/bin/touch', target])",
    "__import__('subprocess').run([sys.executable, '-c', 'open(%r, \"w\")' % target])",
    "os.posix_spawn(sys.executable, [sys.executable, '-c', '1'], {})",
    "os.spawnv(os.P_NOWAIT, sys.executable, [sys.executable, '-c', '1'])",
    "__import__('multiprocessing').get_context('spawn').Process(target=print).start()",
    "__import__('multiprocessing').get_context('fork').Process(target=print).start()",
    "__import__('concurrent.futures').futures.ProcessPoolExecutor().submit(print).result()",
    "__import__('pty').fork()",
    "os.fork()",
    "os.forkpty()",
    "__import__('_posixsubprocess').fork_exec([b'/bin/sh'], [b'/bin/sh'], True, (), None, None, -1, -1, -1, -1, -1, -1, -1, -1, False, False, 0, None, None, None, -1, None, False)",
    "__import__('asyncio').run(__import__('asyncio').create_subprocess_shell(touch))",
    "__import__('webbrowser').open('file://' + target)",
    "__import__('ctypes').CDLL(None).system(touch.encode())",
):
    try:
        found.append(str(eval(way)))
    except BaseException as error:
        found.append(type(error).__name__)
"done"
