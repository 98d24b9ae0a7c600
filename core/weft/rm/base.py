"""The RM contract: a retriever writes `search`; the rest has working defaults."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any, ClassVar, TypeVar

from ..errors import FilterError, OptionError, PluginContractError
from ..registry.contract import Contract
from ..runtime.events import emit, observed
from ..runtime.ledger import current_path
from ..runtime.loop import enter_loop, run_sync
from ..spelling import spelled
from .capabilities import RMCapabilities
from .filters import as_filter, used

if TYPE_CHECKING:
    from collections.abc import Coroutine, Iterable, Mapping, Sequence

    from ..data.passages import Passage
    from .filters import Filter
    from .indexing import Indexed

    Filters = Filter | Mapping[str, Any] | None

T = TypeVar("T")


class RM(Contract):
    """A retriever; ``RM("memory")`` returns the installed one of that name, ``RM(function)`` makes one of a function.

    A retriever derives from this class and writes `search`, and of `search_many`, `add`, `delete`, `count` and `close`
    what it can; what they are given is checked. Users call it instead, and `batch`, `index`, `remove` and `size`, which
    block, or the same with an ``a`` in front, which do not.

    Example:
        >>> import weft
        >>> rm = weft.RM("memory", texts=["Cats purr.", "Dogs bark."])
        >>> rm("purring cats", k=1)[0].text
        'Cats purr.'
    """

    kind: ClassVar[str] = "rm"
    required: ClassVar[tuple[str, ...]] = ("search",)

    if TYPE_CHECKING:  # the contract itself takes a name and options, which the metaclass resolves

        def __init__(self, *args: Any, **options: Any) -> None: ...

    waits: bool = True
    """Whether its methods wait for something; one that only computes runs in the caller's thread."""
    capabilities: RMCapabilities = RMCapabilities()
    """What it can do; filters that are not among it are refused before `search` is called."""
    batch_size: int = 256
    """How many passages `add` is given at a time."""
    concurrency: int = 8
    """How many searches of a `batch` run at once, where the retriever has no `search_many` of its own."""

    @classmethod
    def adapted(cls, value: object, options: Mapping[str, Any]) -> RM | None:
        from .function import FunctionRM

        return FunctionRM(value, **options) if callable(value) else None

    @property
    def ref(self) -> str:
        """What messages and events call it."""
        return type(self).__name__

    async def search(self, query: str, k: int, filters: Filter | None = None) -> Sequence[Passage]:
        """Return at most `k` passages that fit the filter, best first."""
        raise PluginContractError(f"{type(self).__name__} has no search.")

    async def search_many(
        self, queries: Sequence[str], k: int, filters: Filter | None = None
    ) -> Sequence[Sequence[Passage]]:
        """Return what `search` finds for each query; override it where that is quicker than one at a time."""
        from ..runtime.concurrent import map_ordered  # brings asyncio

        await enter_loop()
        return await map_ordered(lambda query: self.search(query, k, filters), queries, concurrency=self.concurrency)

    async def add(self, passages: Sequence[Passage]) -> None:
        """Hold passages, each with an id; one with a known id replaces the old one.

        Raises:
            IndexingError: the store took some of them only; it says which.
        """
        raise OptionError(f"{self.ref} does not take passages.")

    async def delete(self, ids: Sequence[str]) -> None:
        """Delete passages by id; unknown ids are no error."""
        raise OptionError(f"{self.ref} does not delete passages.")

    async def count(self) -> int:
        """Return the number of passages."""
        raise OptionError(f"{self.ref} does not count its passages.")

    async def close(self) -> None:
        """Let go of connections and files; the next use may open them again."""

    @spelled
    def __call__(self, query: str, k: int = 3, filters: Filters = None) -> list[Passage]:
        """Return the `k` passages that fit a query best, best first; blocking.

        Args:
            query: a text.
            k: most passages.
            filters: what their metadata must be: ``weft.where("year") > 1990``, or a dict such as ``{"year": 1990}``.

        Raises:
            OptionError: `k` is no whole number of at least 1, or the query no text.
            FilterError: the filter is none, or the retriever cannot apply it.
            RMError: the search failed.
        """
        return run_sync(self.acall(query, k, filters))

    @spelled
    async def acall(self, query: str, k: int = 3, filters: Filters = None) -> list[Passage]:
        """Return the `k` passages that fit a query best; see `__call__`."""
        if not isinstance(query, str):  # pyright: ignore[reportUnnecessaryIsInstance]
            raise OptionError(f"A query is a text, not {query!r}.")
        wanted = self._checked(k, filters)
        if self.waits:
            await enter_loop()
        found = await _told(self, self.search(query, k, wanted), queries=1, k=k)
        return list(found)

    @spelled
    def batch(self, queries: Iterable[str], k: int = 3, filters: Filters = None) -> list[list[Passage]]:
        """Return for each query what a call finds, in order; blocking. Raises what a call raises."""
        return run_sync(self.abatch(queries, k, filters))

    @spelled
    async def abatch(self, queries: Iterable[str], k: int = 3, filters: Filters = None) -> list[list[Passage]]:
        """Return for each query what a call finds; see `batch`."""
        asked = [queries] if isinstance(queries, str) else list(queries)
        if isinstance(queries, str) or not all(isinstance(query, str) for query in asked):  # pyright: ignore[reportUnnecessaryIsInstance]
            raise OptionError(f"batch takes a list of texts, not {queries!r:.80}.")
        wanted = self._checked(k, filters)
        if not asked:
            return []
        if self.waits:
            await enter_loop()
        rows = await _told(self, self.search_many(asked, k, wanted), queries=len(asked), k=k)
        return [list(found) for found in rows]

    @spelled
    def index(self, passages: Iterable[Any], *, batch_size: int | None = None) -> Indexed:
        """Hold passages, in batches; blocking.

        To index the same passages again changes nothing: one with a known id replaces the old one, and one without an
        id gets one from its content.

        Args:
            passages: passages, texts, or dicts with ``text`` and any of ``id`` and ``metadata``; read when needed.
            batch_size: how many are written at a time; default: the retriever's.

        Raises:
            InputError: one is no passage, or two different ones have one id; those before it may have been written.
            IndexingError: the store took some of them only; it says which.
            OptionError: the retriever does not take passages.
        """
        return run_sync(self.aindex(passages, batch_size=batch_size))

    @spelled
    async def aindex(self, passages: Iterable[Any], *, batch_size: int | None = None) -> Indexed:
        """Hold passages, in batches; see `index`."""
        from .indexing import indexed

        if self.waits:
            await enter_loop()
        return await indexed(self, passages, self.batch_size if batch_size is None else batch_size)

    @spelled
    def remove(self, ids: Iterable[str]) -> None:
        """Delete passages by id; unknown ids are no error; blocking."""
        run_sync(self.aremove(ids))

    @spelled
    async def aremove(self, ids: Iterable[str]) -> None:
        """Delete passages by id; see `remove`."""
        meant = [ids] if isinstance(ids, str) else list(ids)
        if isinstance(ids, str) or not all(isinstance(key, str) for key in meant):  # pyright: ignore[reportUnnecessaryIsInstance]
            raise OptionError(f"remove takes a list of ids, not {ids!r:.80}.")
        if self.waits:
            await enter_loop()
        if meant:
            await self.delete(meant)

    def size(self) -> int:
        """Return the number of passages; blocking."""
        return run_sync(self.asize())

    async def asize(self) -> int:
        """Return the number of passages."""
        if self.waits:
            await enter_loop()
        return await self.count()

    def _checked(self, k: Any, filters: Any) -> Filter | None:
        if not isinstance(k, int) or isinstance(k, bool) or k < 1:
            raise OptionError(f"k must be a whole number of at least 1, not {k!r}.")
        if filters is None:
            return None
        wanted = as_filter(filters)
        if wanted is not None and not (needed := used(wanted)) <= (able := self.capabilities.filters):
            known = f"it applies {', '.join(sorted(able))}" if able else "it applies no filters"
            raise FilterError(f"{self.ref} cannot filter by {', '.join(map(repr, sorted(needed - able)))}; {known}.")
        return wanted


async def _told(rm: RM, search: Coroutine[Any, Any, T], *, queries: int, k: int) -> T:
    """Await a search, and tell whoever listens how it went."""
    if not observed():
        return await search
    started = time.perf_counter()
    error: BaseException | None = None
    try:
        return await search
    except BaseException as raised:  # also a cancellation is told
        error = raised
        raise
    finally:
        seconds = time.perf_counter() - started
        emit("rm.end", rm=rm.ref, path=current_path(), queries=queries, k=k, seconds=seconds, error=error)
