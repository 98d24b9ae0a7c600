"""Reading what clients send, with errors where it is not what the format demands."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, cast

from .problems import Problem

if TYPE_CHECKING:
    from collections.abc import Mapping

Body = dict[str, Any]


def decoded(body: bytes) -> Body:
    """Return the JSON object of a body.

    Raises:
        Problem: it is none.
    """
    try:
        value: Any = json.loads(body)
    except ValueError as error:
        raise Problem(400, "We could not parse the JSON body of your request.") from error
    if not isinstance(value, dict):
        raise Problem(400, "The body of your request must be a JSON object.")
    return cast("Body", value)


def required_list(body: Mapping[str, Any], name: str) -> list[Any]:
    """Return a list that must be there and not empty.

    Raises:
        Problem: it is not there.
    """
    value: Any = body.get(name)
    if not isinstance(value, list) or not value:
        raise Problem(400, f"Missing required parameter: '{name}'.")
    return cast("list[Any]", value)


def joined_text(content: Any) -> str:
    """Return the text of a message's content, which is text or a list of parts with texts."""
    if isinstance(content, str):
        return content
    parts: list[Any] = content or []
    return "\n".join([part["text"] for part in parts if isinstance(part.get("text"), str)])


def texts_of(value: Any) -> tuple[str, ...]:
    """Return one text or several, as parameters such as ``stop`` take them."""
    return (value,) if isinstance(value, str) else tuple(value or ())
