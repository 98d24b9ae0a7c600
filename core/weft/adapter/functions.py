"""Calls of functions that a model writes as text: ``final_result(answer="Paris", score=4)``."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from ..data.loosejson import arguments, loads

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .names import FieldNames

_CALL = re.compile(r"\b\w[\w.]{0,80}\((?=\s*\w+\s*=[^=])")
_MOST = 20


def call_objects(names: FieldNames, text: str) -> Iterator[Any]:
    """Yield the arguments of the calls in a text that take fields by name, as an object."""
    for number, call in enumerate(_CALL.finditer(text)):
        if number >= _MOST:
            return
        written = arguments(text, call.end())
        if written is not None:
            try:
                yield loads(written)
            except ValueError:
                continue
