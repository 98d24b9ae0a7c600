"""Any function of (query, k) as a retriever."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, cast

from ..errors import OptionError, PluginContractError
from ..runtime import offload
from .base import RM, Passage


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

    async def search(self, query: str, k: int, filters: Mapping[str, Any] | None = None) -> list[Passage]:
        if filters:
            raise OptionError(f"{self._name} is a plain function and takes no filters.")
        found = await offload.call(self._function, query, k)
        if isinstance(found, str) or not isinstance(found, Sequence):
            raise PluginContractError(f"{self._name} returned {found!r}; a retriever returns a list of passages.")
        return [self._passage(passage) for passage in cast("Sequence[Any]", found)][:k]

    def _passage(self, value: Any) -> Passage:
        if isinstance(value, Passage):
            return value
        if isinstance(value, str):
            return Passage(value)
        if isinstance(value, Mapping) and "text" in value:
            return Passage(**cast("Mapping[str, Any]", value))
        raise PluginContractError(f"{self._name} returned the passage {value!r}, which is no text and has no 'text'.")
