"""What a refusal tells of a prompt that is too long: its tokens, and the context window."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, cast

if TYPE_CHECKING:
    from collections.abc import Mapping

_TOKENS = re.compile(
    r"(\d+) in the messages|has (\d+) input tokens|resulted in (\d+) tokens|requested (\d+) tokens in the messages"
    r"|too long: (\d+) tokens"
    r"|\((\d+) tokens\) (?:exceeds|is longer)|token count \((\d+)\)|Given: (\d+)|limit: (\d+) \+ \d+ >"
)
_WINDOW = re.compile(
    r"maximum context length (?:is|of) (\d+)|context (?:size|length) \((\d+)|tokens allowed \((\d+)"
    r"|tokens > (\d+) maximum|limit: \d+ \+ \d+ > (\d+)"
)

_FIELDS: Mapping[str, str] = {"tokens": "n_prompt_tokens", "window": "n_ctx"}


def excess(message: str, body: Any = None) -> dict[str, int]:
    """Return what `ContextWindowExceeded` can say more: ``tokens`` and ``window``, where the answer has them."""
    plain = re.sub(r"(?<=\d),(?=\d{3})", "", message)
    found = {"tokens": _TOKENS.search(plain), "window": _WINDOW.search(plain)}
    sizes = {name: int(match[match.lastindex or 0]) for name, match in found.items() if match is not None}
    return {**sizes, **_in_fields(body)}


def _in_fields(body: Any) -> dict[str, int]:
    """Return the sizes that llama.cpp's server gives in fields of their own."""
    told = cast("dict[str, Any]", body).get("error") if isinstance(body, dict) else None
    if not isinstance(told, dict):
        return {}
    sizes = {name: cast("dict[str, Any]", told).get(field) for name, field in _FIELDS.items()}
    return {name: size for name, size in sizes.items() if isinstance(size, int)}
