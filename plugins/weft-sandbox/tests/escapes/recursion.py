"""Recurse without an end, with the limit taken away."""

import sys

try:
    sys.setrecursionlimit(10**9)
except Exception:
    pass


def deeper(n):
    return deeper(n + 1)


deeper(0)
