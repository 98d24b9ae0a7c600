"""How heavy a prompt is: about the tokens that a current tokenizer makes of it, from its bytes alone.

A tokenizer that was trained on much text makes one token of four or five small letters, one of nearly every digit and
mark, and several of a rare sign. So bytes are counted by class, which takes about a microsecond for a thousand. The
weights were fitted to six vocabularies (GPT-2's, cl100k, o200k, Llama 2's and two later ones) on prose in many
languages, code, JSON and noise. What one model makes of them is learned from its answers; see `meter`.
"""

from __future__ import annotations

import json
import string
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from ..data.calls import ToolSpec
    from .messages import Message
    from .records import Request

TURN = 8.0
"""What a turn adds around its text: its role and the marks that separate it from the next."""

_SMALL = string.ascii_lowercase.encode()
_SMALL_WEIGHT = 0.22
_CLASSES: tuple[tuple[bytes, float], ...] = (
    (b" ", 0.05),
    (string.ascii_uppercase.encode(), 0.6),
    (string.digits.encode(), 1.0),
    (string.punctuation.encode(), 0.75),
    (b"\n\t\r", 0.7),
)
_SCRIPTS: tuple[tuple[bytes, float], ...] = (  # by a sign's first byte in UTF-8, which only starts signs
    (bytes(range(0xC2, 0xCA)), 1.6),  # Latin with marks
    (bytes(range(0xCA, 0xD4)), 0.45),  # Greek, Cyrillic
    (bytes(range(0xD4, 0xE0)), 0.8),  # Hebrew, Arabic
    (b"\xe0", 1.3),  # Indic scripts, Thai
    (b"\xe1\xe2\xee\xef", 0.7),  # punctuation and symbols
    (b"\xe3", 0.95),  # kana
    (bytes(range(0xE4, 0xEA)), 1.05),  # Han
    (bytes(range(0xEA, 0xEE)), 1.2),  # Hangul
    (bytes(range(0xF0, 0xF5)), 3.0),  # emoji
)
_MOST_SIZES = 512


class Size(NamedTuple):
    """A prompt's or text's size: its weight, its bytes in UTF-8, and the script that weighs most beside ASCII."""

    weight: float
    bytes: int = 0
    script: int = 0
    script_weight: float = 0.0

    def plus(self, other: Size) -> Size:
        """Return the size of both together."""
        foreign = self if self[3] >= other[3] else other
        return Size(self[0] + other[0], self[1] + other[1], foreign[2], foreign[3])


def text_size(text: str) -> Size:
    """Return the size of a text."""
    data = text.encode("utf-8", "surrogatepass")
    rest = data.translate(None, _SMALL)
    weight = _SMALL_WEIGHT * (len(data) - len(rest))
    for members, each in _CLASSES:
        left = rest.translate(None, members)
        weight += each * (len(rest) - len(left))
        rest = left
    if not rest or len(data) == len(text):
        return Size(weight, len(data))
    scripts = [each * (len(rest) - len(rest.translate(None, members))) for members, each in _SCRIPTS]
    heaviest = max(scripts)
    return Size(weight + sum(scripts), len(data), scripts.index(heaviest) + 1, heaviest)


def turn_size(message: Message) -> Size:
    """Return the size of a turn; measured once, since system turns and demos are in every request."""
    size = message._size
    if size is None:
        size = Size(TURN).plus(text_size(message.text))
        for call in message.tool_calls:
            size = size.plus(text_size(f"{call.id}{call.name}{call.arguments}"))
        object.__setattr__(message, "_size", size)
    return size


def most_tokens(request: Request) -> int:
    """Return what the prompt's tokens never exceed where every byte can be one; quick, for prompts that clearly fit."""
    most = sum([len(text) if (text := message.text).isascii() else 4 * len(text) for message in request.messages])
    for tool in request.tools:
        most += tool_size(tool).bytes
    if request.response_schema is not None:
        most += schema_size(request.response_schema).bytes
    return most + 2 * int(TURN) * (len(request.messages) + len(request.tools) + 1)


def request_size(request: Request) -> Size:
    """Return the size of a prompt: its turns, its tools and its response schema."""
    weight, data, script, script_weight = TURN, 0, 0, 0.0
    for message in request.messages:
        size = message._size or turn_size(message)
        weight += size[0]
        data += size[1]
        if size[3] > script_weight:
            script, script_weight = size[2], size[3]
    total = Size(weight, data, script, script_weight)
    for tool in request.tools:
        total = total.plus(tool_size(tool))
    return total if request.response_schema is None else total.plus(schema_size(request.response_schema))


def tool_size(tool: ToolSpec) -> Size:
    """Return the size of a tool's description; measured once for each object."""
    return _once(tool, lambda: Size(TURN).plus(text_size(f"{tool.name} {tool.description} {_json(tool.parameters)}")))


def schema_size(schema: Mapping[str, Any]) -> Size:
    """Return the size of a JSON schema; measured once for each object."""
    return _once(schema, lambda: text_size(_json(schema)))


_sizes: dict[int, tuple[Any, Size]] = {}  # by identity; the object is kept, so that no other gets its identity


def _once(measured: Any, measure: Callable[[], Size]) -> Size:
    known = _sizes.get(id(measured))
    if known is None:
        known = (measured, measure())
        while len(_sizes) >= _MOST_SIZES:
            _sizes.pop(next(iter(_sizes)), None)
        _sizes[id(measured)] = known
    return known[1]


def _json(schema: Mapping[str, Any]) -> str:
    return json.dumps(schema, default=str)
