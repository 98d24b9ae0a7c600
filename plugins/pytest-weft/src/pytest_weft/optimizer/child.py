"""Run as ``python -m``: import a conformance class and print the key of the state that its optimizer finds."""

from __future__ import annotations

import sys
from functools import reduce
from importlib import import_module, util
from typing import Any


def main(module: str, file: str, name: str, seed: str) -> None:
    """Print the key for the class `name` of `module`, which is read from `file` if it is not on the path."""
    cls: Any = reduce(getattr, name.split("."), _imported(module, file))
    print(cls().key(seed=int(seed)))


def _imported(module: str, file: str) -> Any:
    try:
        return import_module(module)
    except ModuleNotFoundError as error:
        if error.name is None or not f"{module}.".startswith(f"{error.name}."):
            raise
    spec = util.spec_from_file_location(module, file)  # pytest's importlib mode leaves test modules off the path
    assert spec is not None
    assert spec.loader is not None
    found = util.module_from_spec(spec)
    sys.modules[module] = found
    spec.loader.exec_module(found)
    return found


if __name__ == "__main__":
    main(*sys.argv[1:])
