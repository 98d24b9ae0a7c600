"""Interpreters: places where code that a model wrote is run, apart from everything else."""

from .base import Interpreter
from .execution import Execution
from .hosting import HostAnswer, HostTool
from .session import InterpreterSession

__all__ = ["Execution", "HostAnswer", "HostTool", "Interpreter", "InterpreterSession"]
