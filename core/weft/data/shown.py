"""Values with a form of their own: how prompts, files and pydantic write and read them."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from pydantic import GetCoreSchemaHandler
    from pydantic_core import CoreSchema, SchemaSerializer

Self = TypeVar("Self", bound="Shown")


class Shown:
    """Base of field types that say in `shown` and `read` what they are as JSON-ready data."""

    __slots__ = ()

    def shown(self) -> Any:
        """Return the value as JSON-ready data."""
        raise NotImplementedError

    @classmethod
    def read(cls: type[Self], value: Any) -> Self:
        """Return the value that `value` is or describes.

        Raises:
            ValueError: it is neither.
        """
        raise NotImplementedError

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        from pydantic_core import core_schema

        return core_schema.no_info_plain_validator_function(
            cls.read, serialization=core_schema.plain_serializer_function_ser_schema(cls.shown)
        )

    @property
    def __pydantic_serializer__(self) -> SchemaSerializer:
        """What pydantic looks for where it meets the value inside data whose types it does not know."""
        return _serializer(type(self))


@cache
def _serializer(cls: type[Shown]) -> SchemaSerializer:
    """Return what writes the values of a class; made once, since it takes longer than a prompt does."""
    from pydantic import TypeAdapter

    return TypeAdapter(cls).serializer  # pyright: ignore[reportReturnType]
