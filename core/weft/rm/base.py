"""The RM contract: a retriever writes `search`; the rest has working defaults."""

from __future__ import annotations

from dataclasses import field
from typing import TYPE_CHECKING, Any, ClassVar

from ..errors import OptionError, PluginContractError
from ..registry.contract import Contract
from ..runtime.frozen import frozen
from ..runtime.loop import enter_loop, run_sync
from ..spelling import spelled

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


@frozen
class Passage:
    """A piece of text that was found: its id, text, score (higher is better) and metadata."""

    text: str
    id: str = ""
    score: float = 0.0
    metadata: Mapping[str, Any] = field(default_factory=dict[str, Any])


class RM(Contract):
    """A retriever; ``RM("memory")`` returns the installed one of that name, ``RM(function)`` makes one of a function.

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
    """Whether `search` waits for something; one that only computes runs in the caller's thread."""

    @classmethod
    def adapted(cls, value: object) -> RM | None:
        from .function import FunctionRM

        return FunctionRM(value) if callable(value) else None

    async def search(self, query: str, k: int, filters: Mapping[str, Any] | None = None) -> list[Passage]:
        """Return at most `k` passages, best first; `filters` holds wanted metadata values."""
        raise PluginContractError(f"{type(self).__name__} has no search.")

    async def add(self, passages: Sequence[Passage]) -> None:
        """Add passages; one with a known id replaces the old one."""
        raise OptionError(f"{type(self).__name__} does not take passages.")

    async def delete(self, ids: Sequence[str]) -> None:
        """Delete passages by id; unknown ids are no error."""
        raise OptionError(f"{type(self).__name__} does not delete passages.")

    async def count(self) -> int:
        """Return the number of passages."""
        raise OptionError(f"{type(self).__name__} does not count its passages.")

    @spelled
    async def acall(self, query: str, k: int = 3, filters: Mapping[str, Any] | None = None) -> list[Passage]:
        """Search, after checking the arguments.

        Raises:
            OptionError: `k` is no positive whole number, or the query no text.
        """
        if not isinstance(k, int) or isinstance(k, bool) or k < 1:  # pyright: ignore[reportUnnecessaryIsInstance]
            raise OptionError(f"k must be a whole number of at least 1, not {k!r}.")
        if not isinstance(query, str):  # pyright: ignore[reportUnnecessaryIsInstance]
            raise OptionError(f"A query is a text, not {query!r}.")
        if self.waits:
            await enter_loop()
        return await self.search(query, k, filters)

    @spelled
    def __call__(self, query: str, k: int = 3, filters: Mapping[str, Any] | None = None) -> list[Passage]:
        """Search; blocking."""
        return run_sync(self.acall(query, k, filters))
