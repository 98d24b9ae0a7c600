"""Examples: records that know which of their fields a program is given."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..errors import DataError
from ..spelling import hint
from .record import Record

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping


class Example(Record):
    """One row of data.

    Example:
        >>> row = Example(question="1+1?", answer="2").with_inputs("question")
        >>> row.inputs()
        {'question': '1+1?'}
        >>> row.labels()
        {'answer': '2'}
        >>> row.answer
        '2'
    """

    __slots__ = ("_input_names",)
    _input_names: tuple[str, ...] | None

    if TYPE_CHECKING:

        def __getattr__(self, name: str) -> Any: ...

    def __init__(self, values: Mapping[str, Any] | None = None, /, **fields: Any) -> None:
        super().__init__(values, **fields)
        object.__setattr__(self, "_input_names", getattr(values, "_input_names", None))

    def with_inputs(self, *names: str) -> Example:
        """Return the same example with `names` declared as what the program is given.

        Raises:
            DataError: a name is not a field.
        """
        for name in names:
            if name not in self:
                raise DataError(f"The example has no field {name!r} to use as an input.{hint(name, self)}")
        example = Example(self._values)
        object.__setattr__(example, "_input_names", names)
        return example

    def inputs(self) -> dict[str, Any]:
        """Return the fields the program is given.

        Raises:
            DataError: `with_inputs` was never called.
        """
        values = _read(self, "_values")
        return {name: values[name] for name in _declared(self)}

    def labels(self) -> dict[str, Any]:
        """Return the fields that are not inputs: what the program should find.

        Raises:
            DataError: `with_inputs` was never called.
        """
        names = _declared(self)
        return {name: value for name, value in _read(self, "_values").items() if name not in names}

    def _with_values(self, values: dict[str, Any]) -> Example:
        example = Example(values)
        if self._input_names is not None:
            kept = tuple(name for name in self._input_names if name in values)
            object.__setattr__(example, "_input_names", kept)
        return example

    def __reduce__(self) -> Any:
        return _rebuild, (self._values, self._input_names)


_read = object.__getattribute__  # past the fields, which would win


def _declared(example: Example) -> tuple[str, ...]:
    names: tuple[str, ...] | None = _read(example, "_input_names")
    if names is None:
        fields = ", ".join(map(repr, example))
        raise DataError(f"The example does not say which of its fields ({fields}) are inputs: use .with_inputs(…).")
    return names


def _rebuild(values: dict[str, Any], names: tuple[str, ...] | None) -> Example:
    example = Example(values)
    return example if names is None else example.with_inputs(*names)


def examples_from(rows: Iterable[Mapping[str, Any]], inputs: Iterable[str]) -> list[Example]:
    """Return one Example a row, with `inputs` as its inputs.

    Raises:
        DataError: a row lacks an input; the message says which row.
    """
    names = tuple(inputs)
    examples: list[Example] = []
    for number, row in enumerate(rows, 1):
        try:
            examples.append(Example(row).with_inputs(*names))
        except DataError as error:
            raise DataError(f"Row {number}: {error}") from error
    return examples
