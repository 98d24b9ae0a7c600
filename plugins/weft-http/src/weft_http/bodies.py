"""Bodies of requests and answers: JSON to bytes and back, with pydantic's core, which the kernel brings."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, cast

from pydantic_core import PydanticSerializationError, from_json, to_json

decoded = from_json
"""Return what JSON says.

Raises:
    ValueError: it is none.
"""


def encoded(body: Any) -> bytes:
    """Return a body as JSON. Lone surrogates, which UTF-8 cannot hold, are escaped.

    Raises:
        TypeError: something in it has no form in JSON.
    """
    try:
        return to_json(body, fallback=_plain)
    except PydanticSerializationError:
        return json.dumps(body, default=_plain).encode()


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return dict(cast("Mapping[str, Any]", value))
    raise TypeError(f"{value!r} cannot be sent as JSON.")
