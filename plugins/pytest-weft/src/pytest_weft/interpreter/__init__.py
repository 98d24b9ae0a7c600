"""The checks of the Interpreter contract."""

from __future__ import annotations

from .runs import RunChecks
from .sessions import SessionChecks
from .tools import ToolChecks
from .walls import WallChecks


class InterpreterConformance(RunChecks, ToolChecks, SessionChecks, WallChecks):
    """Derive a test class and say which interpreter is meant.

    The checks find out whether an engine keeps the contract, its walls included: files, network, environment,
    processes, time and memory. They try the front door only: tricks to get around a wall are for an engine's own tests.

    Attributes:
        ref: the reference, such as ``acme``.
        options: keyword options of ``weft.Interpreter(ref, **options)``.
        failing_options: options with which the sandbox cannot be had, such as a program that is not there.
        heavy: modules that must not be imported before the interpreter is used, such as an SDK.
        limited_mb: a limit of memory that leaves room for nothing but small code.
    """


__all__ = ["InterpreterConformance"]
