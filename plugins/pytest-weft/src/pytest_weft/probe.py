"""Run as a script: import the module named on the command line and print, as JSON, what that did to the process."""

from __future__ import annotations

import _thread
import importlib
import json
import logging
import os
import sys
import threading
from typing import Any

_seen = {"sockets": 0, "threads": 0}


def _watch_sockets() -> None:
    def hook(event: str, _: tuple[Any, ...]) -> None:
        _seen["sockets"] += event == "socket.__new__"

    sys.addaudithook(hook)


def _watch_threads() -> None:
    """Count starts of threads. Not every Python has an audit event for it, and a thread may end before one can look."""
    for module in (_thread, threading):
        for name in [
            name for name in vars(module) if name.lstrip("_") in ("start_new_thread", "start_joinable_thread")
        ]:
            setattr(module, name, _counted(getattr(module, name)))


def _counted(start: Any) -> Any:
    def counted(*args: Any, **options: Any) -> Any:
        _seen["threads"] += 1
        return start(*args, **options)

    return counted


def _logging_state() -> tuple[int, int, int, bool]:
    root = logging.getLogger()
    return root.level, len(root.handlers), len(root.filters), root.disabled


def main(module: str) -> None:
    """Import `module` and print the report."""
    importlib.import_module("weft.registry.specs")  # what the kernel imports by itself is not the plugin's doing
    environment, log = dict(os.environ), _logging_state()
    _watch_sockets()
    _watch_threads()
    importlib.import_module(module)
    after = dict(os.environ)
    changed = [name for name in {**environment, **after} if environment.get(name) != after.get(name)]
    report = {**_seen, "modules": sorted(sys.modules), "environment": changed, "logging": _logging_state() != log}
    print(json.dumps(report))


if __name__ == "__main__":
    main(sys.argv[1])
