"""Running a program on many inputs at once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import count
from typing import TYPE_CHECKING, Any

from ..data.example import Example
from ..data.results import Err
from ..errors import DataError, OptionError
from ..runtime.concurrent import map_ordered
from ..runtime.ledger import track_usage
from ..runtime.loop import enter_loop
from ..runtime.settings import settings

if TYPE_CHECKING:
    from .module import Module


async def run_batch(
    program: Module, examples: Iterable[Mapping[str, Any]], concurrency: int | None, on_error: str
) -> list[Any]:
    """Return the results in order; see `Module.batch`."""
    calls = [(program, inputs_of(example, number)) for number, example in enumerate(examples, 1)]
    return await run_calls(calls, concurrency, on_error)


async def run_calls(
    calls: Sequence[tuple[Module, Mapping[str, Any]]],
    concurrency: int | None,
    on_error: str,
    max_errors: int | None = None,
) -> list[Any]:
    """Run modules, each on its own inputs, and return the results in order.

    Args:
        calls: modules and what they are given.
        concurrency: how many run at once; None: the setting.
        on_error: as for `Module.batch`.
        max_errors: how many may fail; one more ends it and is raised. None: all may.
    """
    checked_on_error(on_error)
    await enter_loop()
    failed = count(1)

    async def one(call: tuple[Module, Mapping[str, Any]]) -> Any:
        module, inputs = call
        with track_usage() as ledger:
            try:
                return await module.acall(**inputs)
            except Exception as error:  # a user's program may raise anything; it is a value of the result
                if max_errors is not None and next(failed) > max_errors:
                    raise
                return Err(error, "program", ledger.total)

    most = max(1, min(checked_concurrency(concurrency), len(calls)))
    results = await map_ordered(one, calls, concurrency=most)
    failure = next((result for result in results if isinstance(result, Err)), None)
    if failure is not None and on_error == "raise":
        raise failure.error
    return results


def checked_on_error(on_error: str) -> str:
    """Return what happens to failures.

    Raises:
        OptionError: it is neither ``raise`` nor ``return``.
    """
    if on_error not in ("raise", "return"):
        raise OptionError(f"on_error is 'raise' or 'return', not {on_error!r}.")
    return on_error


def inputs_of(example: Mapping[str, Any], number: int) -> Mapping[str, Any]:
    """Return what the program is given for the `number`-th row.

    Raises:
        DataError: the row is no mapping, or an Example that does not declare its inputs.
    """
    if isinstance(example, Example):
        try:
            return Example.inputs(example)  # the example may have a field called "inputs"
        except DataError as error:
            raise DataError(f"Example {number}: {error}") from error
    if not isinstance(example, Mapping):  # pyright: ignore[reportUnnecessaryIsInstance]
        raise DataError(f"Example {number} must be an Example or a dict, not {example!r}.")
    return example


def checked_concurrency(concurrency: int | None) -> int:
    """Return the number of programs to run at once.

    Raises:
        OptionError: it is no positive whole number.
    """
    if concurrency is None:
        return settings.get("concurrency")
    if not isinstance(concurrency, int) or isinstance(concurrency, bool) or concurrency < 1:  # pyright: ignore[reportUnnecessaryIsInstance]
        raise OptionError(f"concurrency must be a whole number of at least 1, not {concurrency!r}.")
    return concurrency
