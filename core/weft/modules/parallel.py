"""Parallel: several modules, each on its own inputs, at once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Generic, Literal, Never, TypeVar, cast, overload

from ..errors import DataError, OptionError
from ..program.batch import checked_concurrency, checked_on_error, inputs_of, run_calls
from ..program.module import Module
from ..program.options import whole_number
from ..runtime.loop import run_sync
from ..spelling import spelled

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from ..data.results import Err

E = TypeVar("E")
R = TypeVar("R")


class Parallel(Generic[E]):
    """Runs pairs of a module and its inputs at once and returns the results in order.

    For one module on many inputs, `Module.batch` is the same. Failed ones lose nobody else's result.

    Args:
        concurrency: how many run at once; default: the setting. ``num_threads`` is the same.
        on_error: ``raise`` the first failure, in order, after all have run; or ``return`` an `Err` in its place.
        max_errors: how many may fail; one more is raised at once, and what still runs is cancelled. None: all may.

    Raises:
        OptionError: an option is out of range, or given twice.

    Example:
        >>> import weft
        >>> lm = weft.LM("scripted/x", answers={"France": {"capital": "Paris"}, "Japan": {"language": "Japanese"}})
        >>> capital, language = weft.Predict("country -> capital"), weft.Predict("country -> language")
        >>> with weft.context(lm=lm):
        ...     weft.Parallel()([(capital, {"country": "France"}), (language, {"country": "Japan"})])
        [Prediction(capital='Paris'), Prediction(language='Japanese')]
    """

    @overload
    def __init__(
        self: Parallel[Never],
        *,
        concurrency: int | None = ...,
        num_threads: int | None = ...,
        on_error: Literal["raise"] = ...,
        max_errors: int | None = ...,
    ) -> None: ...
    @overload
    def __init__(
        self: Parallel[Err],
        *,
        concurrency: int | None = ...,
        num_threads: int | None = ...,
        on_error: Literal["return"],
        max_errors: int | None = ...,
    ) -> None: ...
    @spelled
    def __init__(
        self,
        *,
        concurrency: int | None = None,
        num_threads: int | None = None,
        on_error: Literal["raise", "return"] = "raise",
        max_errors: int | None = None,
    ) -> None:
        if concurrency is not None and num_threads is not None:
            raise OptionError("concurrency and num_threads are the same option; give one of them.")
        given = num_threads if concurrency is None else concurrency
        self.concurrency = None if given is None else checked_concurrency(given)
        self.on_error = checked_on_error(on_error)
        self.max_errors = None if max_errors is None else whole_number("Parallel", "max_errors", max_errors, 0)

    def __call__(self, pairs: Iterable[tuple[Callable[..., R], Mapping[str, Any]]]) -> list[R | E]:
        """Run modules on their inputs; blocking.

        Args:
            pairs: a module and its inputs each: an example with declared inputs, or a dict.

        Raises:
            DataError: something is no such pair; says which, before anything runs.
        """
        return run_sync(self.acall(pairs))

    async def acall(self, pairs: Iterable[tuple[Callable[..., R], Mapping[str, Any]]]) -> list[R | E]:
        """Run modules on their inputs; see `__call__`."""
        calls = [_checked(pair, number) for number, pair in enumerate(pairs, 1)]
        return await run_calls(calls, self.concurrency, self.on_error, self.max_errors)


def _checked(pair: Any, number: int) -> tuple[Module, Mapping[str, Any]]:
    parts: Sequence[Any] = cast("Sequence[Any]", pair) if isinstance(pair, tuple | list) else ()
    if len(parts) != 2 or not isinstance(parts[0], Module):
        raise DataError(f"Pair {number} must be (module, inputs), not {pair!r}.")
    return parts[0], inputs_of(parts[1], number)
