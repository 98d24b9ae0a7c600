"""How values that are pieces of a prompt come through adapters, which know of text only: as marks, taken out again.

While an adapter writes a prompt, such values are written as marks that nobody can guess or write by accident. They go
through any form, nested in JSON or in tags. Outside of a prompt, texts for readers show `text`, and data for files what
`shown` gives.
"""

from __future__ import annotations

import os
import re
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any

from .shown import Shown

if TYPE_CHECKING:
    from pydantic import GetCoreSchemaHandler
    from pydantic_core import CoreSchema
    from pydantic_core.core_schema import SerializationInfo

AS_TEXT = {"weft": "text"}
"""The context of a serialization that makes a text for a reader, and not data to be kept."""

_OPENING = f"mark{os.urandom(8).hex()}x"
MARK = re.compile(f'("?){_OPENING}([0-9a-f]{{32}})\\1')
"""A mark, with the quotation marks around it where it stands in JSON; its groups are those and the key."""


class Marked(Shown):
    """Base of field types that stand in prompts as pieces of their own: media, and passages."""

    __slots__ = ()

    @property
    def text(self) -> str:
        """What readers of a text are shown."""
        raise NotImplementedError

    @property
    def digest(self) -> str:
        """What tells two values apart, in at least 32 hexadecimal digits."""
        raise NotImplementedError

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        from pydantic_core import core_schema

        return core_schema.no_info_plain_validator_function(
            cls.read, serialization=core_schema.plain_serializer_function_ser_schema(_written, info_arg=True)
        )


MARKED: ContextVar[dict[str, Marked] | None] = ContextVar("weft_marked", default=None)
"""While it is set, values are written as marks, and it takes what they stand for."""


def has_marks(text: str) -> bool:
    """Whether a text holds a mark; quick."""
    return _OPENING in text


def _written(value: Marked, info: SerializationInfo) -> Any:
    """Return what stands for a value where pydantic writes it: a mark, a text, or its data."""
    marked = MARKED.get()
    if marked is not None:
        key = value.digest[:32]
        marked[key] = value
        return f"{_OPENING}{key}"
    return value.text if info.context is AS_TEXT else value.shown()
