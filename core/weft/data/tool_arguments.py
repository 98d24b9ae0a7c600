"""Arguments as a model wrote them: read, taken out of envelopes, and checked."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, cast

from ..errors import InputError
from .loosejson import whole

if TYPE_CHECKING:
    from .tools import Tool

ENVELOPES = ("arguments", "args", "parameters", "input", "kwargs")
"""The names under which models put arguments."""


def read_arguments(text: str) -> dict[str, Any]:
    """Return the arguments in a JSON text; an empty text has none.

    Raises:
        ValueError: it is no JSON object.
    """
    value: Any = whole(text) if text.strip() else {}
    if isinstance(value, str):  # written as JSON twice
        value = whole(value)
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise ValueError("they must be a JSON object")  # noqa: TRY004 - the text is wrong, not its type
    return cast("dict[str, Any]", value)


def checked_arguments(tool: Tool[..., Any], text: str) -> dict[str, Any]:
    """Return the arguments of a call, as the tool's function takes them.

    Raises:
        InputError: they cannot be read, or do not fit.
    """
    try:
        arguments = read_arguments(text)
    except ValueError as error:
        raise InputError(f"The arguments of the tool {tool.name!r} cannot be read: {error}.") from error
    try:
        return tool.bound((), arguments)
    except InputError as refused:
        for other in _otherwise(arguments):
            try:
                return tool.bound((), other)
            except InputError:
                continue
        raise refused from None


def _otherwise(arguments: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """Yield what else the arguments may mean: those in an envelope, and those that hold JSON as a text."""
    for key in ENVELOPES:
        if len(arguments) == 1 and isinstance(arguments.get(key), Mapping):
            yield arguments[key]
    decoded = {name: _decoded(value) for name, value in arguments.items()}
    if decoded != arguments:
        yield decoded


def _decoded(value: Any) -> Any:
    if not isinstance(value, str) or value.lstrip()[:1] not in ("{", "["):
        return value
    try:
        return json.loads(value)
    except ValueError:
        return value
