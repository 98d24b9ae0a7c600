"""Give back a value that misbehaves when it is looked at."""


class Hostile(dict):
    def __repr__(self):
        while True:
            pass

    __str__ = __len__ = __iter__ = items = keys = __repr__


[Hostile(a=1)]
