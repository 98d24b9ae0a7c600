"""``python -m weft``: the command line, also installed as ``weft``."""

from .cli import main

if __name__ == "__main__":
    main()
