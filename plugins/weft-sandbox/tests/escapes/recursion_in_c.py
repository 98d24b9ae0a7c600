"""Recurse without an end where Python does not count: in parsing, comparing, writing and destroying."""

import sys

try:
    sys.setrecursionlimit(10**9)
except Exception:
    pass
one, two = [], []
for _ in range(200000):
    one, two = [one], [two]
done = []
for way in (
    "one == two",
    "repr(one)",
    "eval('(' * 100000 + ')' * 100000)",
    "eval('-' * 100000 + '1')",
    "__import__('json').loads('[' * 200000)",
    "__import__('json').dumps(one)",
    "hash(str(one))",
):
    try:
        done.append(len(str(eval(way))))
    except Exception as error:
        done.append(type(error).__name__)
done
