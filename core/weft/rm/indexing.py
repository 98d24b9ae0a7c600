"""Filling a retriever: in batches, each passage once, and with an account of what is there when something fails."""

from __future__ import annotations

import time
from itertools import islice
from typing import TYPE_CHECKING, Any

from ..errors import IndexingError, OptionError, RMTransportError, WeftError
from ..runtime.events import emit
from ..runtime.frozen import frozen
from .passages import to_be_held

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from ..data.passages import Passage
    from .base import RM


@frozen
class Indexed:
    """What was written.

    Attributes:
        ids: the passages' ids, in order.
        seconds: how long it took.
    """

    ids: tuple[str, ...]
    seconds: float

    def __len__(self) -> int:
        return len(self.ids)


async def indexed(rm: RM, passages: Iterable[Any], batch_size: int) -> Indexed:
    """Give passages to a retriever; see `RM.index`."""
    if not isinstance(batch_size, int) or isinstance(batch_size, bool) or batch_size < 1:  # pyright: ignore[reportUnnecessaryIsInstance]
        raise OptionError(f"batch_size must be a whole number of at least 1, not {batch_size!r}.")
    if isinstance(passages, str):
        raise OptionError(f"index takes a list of passages, not the text {passages!r:.60}.")
    started = time.perf_counter()
    written: list[str] = []
    held = to_be_held(passages)
    while batch := list(islice(held, batch_size)):
        try:
            await rm.add(batch)
        except Exception as error:  # clients raise errors of their own; what is written is told with any
            if isinstance(error, OptionError) or (not written and _before_anything(error)):
                raise
            raise _account(rm, error, written, batch) from error
        written += [passage.id for passage in batch]
        emit("rm.index", rm=rm.ref, written=len(written))
    return Indexed(tuple(written), time.perf_counter() - started)


def _before_anything(error: Exception) -> bool:
    """Whether an error at the first batch says that nothing can have been written."""
    return isinstance(error, WeftError) and not isinstance(error, IndexingError | RMTransportError)


def _account(rm: RM, error: Exception, written: Sequence[str], batch: Sequence[Passage]) -> IndexingError:
    """Return what went wrong, with what is there for certain."""
    partly = error if isinstance(error, IndexingError) else None
    there = (*written, *(partly.written if partly else ()))
    says = str(error) if isinstance(error, WeftError) else f"{type(error).__name__}: {error}"
    rest = len(batch) - len(partly.written if partly else ())
    last = f", the last of them {there[-1]!r}" if there else ""
    return IndexingError(
        f"{rm.ref} failed while it indexed: {says} {len(there)} passages are written for certain{last}; of the next "
        f"{rest} some may be. Index the same again: what is there is replaced.",
        written=there,
        failed=partly.failed if partly else None,
    )
