"""What running a piece of code gave."""

from __future__ import annotations

from typing import Any

from ..data.text import text_of
from ..runtime.frozen import frozen


@frozen
class Execution:
    """What running a piece of code gave; a failure of the code is part of it.

    Attributes:
        output: what the code printed, up to the interpreter's ``output_limit``.
        value: the value of the last line, where that is an expression: None, a boolean, a number, a text, or lists and
            dicts of these. Tuples and sets come as lists, the keys of dicts as texts, and whatever else there is as
            its ``repr``.
        error: the traceback of what the code raised, or why it had to be stopped; its last line says what. None where
            it ran to its end.
        seconds: how long it ran, without the time that tools took.
        lost: whether all that the session's code had defined is gone, since the code had to be stopped. The next run
            begins afresh.
    """

    output: str = ""
    value: Any = None
    error: str | None = None
    seconds: float = 0.0
    lost: bool = False

    @property
    def ok(self) -> bool:
        """Whether the code ran to its end."""
        return self.error is None

    def __str__(self) -> str:
        """Return what happened as somebody at a prompt would read it."""
        shown = [self.output.rstrip("\n")] if self.output else []
        if self.value is not None:
            shown.append(text_of(self.value))
        if self.error is not None:
            shown.append(self.error)
        if self.lost:
            shown.append("The interpreter was started afresh: nothing that was defined before is left.")
        return "\n".join(shown)
