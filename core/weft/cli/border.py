"""Where errors become sentences: what a user can put right ends as one line on standard error, never a traceback."""

from __future__ import annotations

import sys
from functools import wraps
from typing import TYPE_CHECKING, Any, NoReturn, TypeVar

import typer

from ..errors import WeftError

if TYPE_CHECKING:
    from collections.abc import Callable

F = TypeVar("F", bound="Callable[..., Any]")

USAGE = 2
INTERRUPTED = 130


def command(group: typer.Typer, name: str | None = None) -> Callable[[F], F]:
    """Register a function as a command of `group` whose errors are reported."""

    def register(function: F) -> F:
        group.command(name)(_reported(function))
        return function

    return register


def fail(message: str, code: int = USAGE) -> NoReturn:
    """Say what is wrong on standard error and end the command."""
    typer.echo(message, err=True)
    raise typer.Exit(code)


def _reported(function: F) -> F:
    @wraps(function)
    def wrapper(*args: Any, **options: Any) -> Any:
        try:
            return function(*args, **options)
        except WeftError as error:
            fail(str(error))
        except BrokenPipeError:  # whoever read our output has read enough
            sys.stderr.close()
            raise typer.Exit(1) from None
        except OSError as error:  # a file that the user named
            fail(_file_problem(error))
        except KeyboardInterrupt:
            fail("Interrupted.", INTERRUPTED)

    return wrapper  # type: ignore[return-value] # it has the function's own signature


def _file_problem(error: OSError) -> str:
    where = f"{str(error.filename)!r} cannot be used: " if error.filename is not None else ""
    reason = error.strerror or str(error)
    return f"{where}{reason[:1].lower() if where else reason[:1]}{reason[1:]}."
