"""Values as text, and long texts cut to a length."""

from __future__ import annotations

import json
from enum import Enum
from typing import Any

from .marks import AS_TEXT


def text_of(value: Any) -> str:
    """Return a value as a prompt shows it: text as it is, everything else as JSON."""
    if isinstance(value, str) and not isinstance(value, Enum):
        return value
    from pydantic_core import to_jsonable_python

    plain: Any = to_jsonable_python(value, serialize_unknown=True, context=AS_TEXT)
    return plain if isinstance(plain, str) else json.dumps(plain, ensure_ascii=False)


def left_out(characters: int) -> str:
    """Return the mark that stands where characters were left out."""
    return f"\n[… {characters} characters left out …]\n"


def counted(number: int, noun: str) -> str:
    """Return a number with what it counts, such as ``2 rows``."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"
