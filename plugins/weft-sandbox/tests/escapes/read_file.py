"""Read a file of the host in every way that Python has."""

import os

ways = [
    "open(secret_file).read()",
    "__import__('io').open(secret_file).read()",
    "__import__('io').FileIO(secret_file).read()",
    "__import__('os').read(__import__('os').open(secret_file, 0), 1000)",
    "__import__('pathlib').Path(secret_file).read_text()",
    "__import__('codecs').open(secret_file).read()",
    "__import__('linecache').getlines(secret_file)",
    "__import__('runpy').run_path(secret_file)",
    "__import__('shutil').copy(secret_file, '/tmp/copy') and open('/tmp/copy').read()",
    "open('/proc/self/root' + secret_file).read()",
    "open('/proc/1/root' + secret_file).read()",
    "open('../' * 20 + secret_file).read()",
    "open(secret_file.encode()).read()",
    "os.listdir(os.path.dirname(secret_file))",
]
found = []
for way in ways:
    try:
        found.append(str(eval(way)))
    except Exception as error:
        found.append(type(error).__name__)
found
