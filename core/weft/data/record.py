"""A record of named values: what Example and Prediction are."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from ..errors import DataError
from ..spelling import hint

if TYPE_CHECKING:
    from pydantic import GetCoreSchemaHandler
    from pydantic_core import CoreSchema

Self = TypeVar("Self", bound="Record")
_read = object.__getattribute__


class Record(Mapping[str, Any]):
    """Immutable named values with attribute, item and mapping access; a field type that pydantic understands.

    A field wins over a method of the same name: ``record.items`` is the field where there is one. Only a field
    called ``keys`` must be read as ``record["keys"]``, because ``dict(record)`` and ``**record`` call that method.
    """

    __slots__ = ("_values",)
    _values: dict[str, Any]

    def __init__(self, values: Mapping[str, Any] | None = None, /, **fields: Any) -> None:
        given = values._values if isinstance(values, Record) else values  # it may have a field called "keys"
        object.__setattr__(self, "_values", {**given, **fields} if given else fields)

    def __getitem__(self, name: str) -> Any:
        return self._values[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)

    def __contains__(self, name: object) -> bool:
        return name in self._values

    if not TYPE_CHECKING:  # a type checker must see the declared fields only; subclasses say what they have

        def __getattribute__(self, name: str) -> Any:
            if name[0] != "_":
                values = _read(self, "_values")
                if name in values and name != "keys":
                    return values[name]
            return _read(self, name)

        def __getattr__(self, name: str) -> Any:
            if name[0] == "_":
                raise AttributeError(name)
            raise AttributeError(f"{type(self).__name__} has no field {name!r}.{hint(name, self._values)}")

    def __setattr__(self, name: str, value: Any) -> None:
        raise DataError(f"{type(self).__name__} is immutable; use .copy({name}=…) for a changed one.")

    def __eq__(self, other: object) -> bool:
        return type(self) is type(other) and self._values == other._values  # type: ignore[attr-defined]

    def __hash__(self) -> int:
        return hash(frozenset((name, _hash_of(value)) for name, value in self._values.items()))

    def __repr__(self) -> str:
        fields = ", ".join(f"{name}={value!r}" for name, value in self._values.items())
        return f"{type(self).__name__}({fields})"

    def __reduce__(self) -> Any:
        return type(self), (self._values,)

    def copy(self: Self, /, **changes: Any) -> Self:
        """Return a copy with fields changed or added."""
        return self._with_values({**self._values, **changes})

    def without(self: Self, *names: str) -> Self:
        """Return a copy without the named fields.

        Raises:
            DataError: there is no such field.
        """
        for name in names:
            if name not in self._values:
                raise DataError(f"There is no field {name!r} to leave out.{hint(name, self._values)}")
        return self._with_values({name: value for name, value in self._values.items() if name not in names})

    def to_dict(self) -> dict[str, Any]:
        """Return the values as JSON-ready data: models, enums and dates become what JSON can hold."""
        from pydantic_core import to_jsonable_python

        return to_jsonable_python(self._values, serialize_unknown=True)

    def _with_values(self: Self, values: dict[str, Any]) -> Self:
        return type(self)(values)

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        from pydantic_core import core_schema

        from_mapping = core_schema.no_info_after_validator_function(
            cls, core_schema.dict_schema(keys_schema=core_schema.str_schema())
        )
        return core_schema.json_or_python_schema(
            json_schema=from_mapping,
            python_schema=core_schema.union_schema([core_schema.is_instance_schema(cls), from_mapping]),
            serialization=core_schema.plain_serializer_function_ser_schema(_values_of),
        )


def _hash_of(value: Any) -> int:
    """Return a hash that equal values share; what cannot be hashed, such as a list, counts by its name alone."""
    try:
        return hash(value)
    except TypeError:
        return 0


def _values_of(record: Record) -> dict[str, Any]:
    return record._values
