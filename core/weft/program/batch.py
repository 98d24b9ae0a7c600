"""Running a program on many inputs at once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
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
    if on_error not in ("raise", "return"):
        raise OptionError(f"on_error is 'raise' or 'return', not {on_error!r}.")
    calls = [inputs_of(example, number) for number, example in enumerate(examples, 1)]
    await enter_loop()

    async def one(inputs: Mapping[str, Any]) -> Any:
        with track_usage() as ledger:
            try:
                return await program.acall(**inputs)
            except Exception as error:  # noqa: BLE001 - one failure must not lose the others' results
                return Err(error, "program", ledger.total)

    most = max(1, min(checked_concurrency(concurrency), len(calls)))
    results = await map_ordered(one, calls, concurrency=most)
    failure = next((result for result in results if isinstance(result, Err)), None)
    if failure is not None and on_error == "raise":
        raise failure.error
    return results


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
