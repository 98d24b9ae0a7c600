"""Raise an exception that misbehaves when it is described."""


class Hostile(Exception):
    def __str__(self):
        raise KeyboardInterrupt

    __repr__ = __str__


raise Hostile("x" * 10**6)
