"""Any function of (query, k) as a retriever."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, cast

from ..data.passages import as_passage
from ..errors import InputError, PluginContractError
from ..runtime import offload
from .base import RM

if TYPE_CHECKING:
    from ..data.passages import Passage
    from .filters import Filter


class FunctionRM(RM):
    """A retriever out of a function, sync or async, that takes ``query`` and ``k`` and returns passages.

    A passage may be a `Passage`, a text, or a dict with ``text`` and any of ``id``, ``score`` and ``metadata``.

    Example:
        >>> import weft
        >>> weft.RM(lambda query, k: [f"about {query}"])("cats")[0].text
        'about cats'
    """

    def __init__(self, function: Callable[..., Any]) -> None:
        self._function = function
        self._name = getattr(function, "__name__", type(function).__name__)

    @property
    def ref(self) -> str:
        return self._name

    async def search(self, query: str, k: int, filters: Filter | None = None) -> list[Passage]:
        found = await offload.call(self._function, query, k)
        if isinstance(found, str) or not isinstance(found, Sequence):
            raise PluginContractError(f"{self._name} returned {found!r}; a retriever returns a list of passages.")
        return [self._passage(passage) for passage in cast("Sequence[Any]", found)][:k]

    def _passage(self, value: Any) -> Passage:
        try:
            return as_passage(value)
        except InputError as error:
            raise PluginContractError(f"{self._name} returned something that is no passage. {error}") from error
