"""Fields: name, type, description, constraints; validated by pydantic, built at the first use."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Annotated, Any, Literal, Union, cast, get_args, get_origin

from ..errors import OptionError
from ..spelling import hint

if TYPE_CHECKING:
    from pydantic import TypeAdapter

FieldKind = Literal["input", "output"]

CONSTRAINTS: Mapping[str, str] = {
    "gt": "greater than {}",
    "ge": "at least {}",
    "lt": "less than {}",
    "le": "at most {}",
    "multiple_of": "a multiple of {}",
    "min_length": "at least {} long",
    "max_length": "at most {} long",
    "pattern": "matching the pattern {}",
}
"""The constraints a field may have, and how a prompt states them."""


class _Missing:
    def __repr__(self) -> str:
        return "MISSING"


MISSING: Any = _Missing()
_NO_CONSTRAINTS: dict[str, Any] = {}


@dataclass(frozen=True, slots=True)
class Field:
    """One input or output of a signature.

    Attributes:
        name: a Python identifier.
        kind: ``input`` or ``output``.
        type: any type pydantic can validate.
        desc: what the model is told about the field.
        constraints: bounds, as named in `CONSTRAINTS`; stated in the prompt and enforced.
        default: the value of an input that is not given, or of an output the model leaves out.
        default_factory: makes the default anew each time.
    """

    name: str
    kind: FieldKind
    type: Any = str
    desc: str = ""
    constraints: Mapping[str, Any] = field(default_factory=lambda: _NO_CONSTRAINTS)
    default: Any = MISSING
    default_factory: Callable[[], Any] | None = None
    _adapter: list[Any] = field(default_factory=list[Any], init=False, repr=False, compare=False)

    @property
    def required(self) -> bool:
        """Whether there is no default."""
        return self.default is MISSING and self.default_factory is None

    def default_value(self) -> Any:
        """Return the default; only for a field that is not `required`."""
        return self.default_factory() if self.default_factory is not None else self.default

    @property
    def optional(self) -> bool:
        """Whether None is a value of the field's type."""
        return get_origin(self.type) in _UNIONS and type(None) in get_args(self.type)

    @property
    def is_plain_text(self) -> bool:
        """Whether every string is a value, unchanged."""
        return self.type is str and not self.constraints

    @property
    def adapter(self) -> TypeAdapter[Any]:
        """pydantic's validator of the field's type and constraints, built once."""
        if not self._adapter:
            self._adapter.append(_build_adapter(self.type, self.constraints))
        return self._adapter[0]

    def changed(self, **changes: Any) -> Field:
        """Return a copy with some attributes changed."""
        return replace(self, **changes)


def _unions() -> tuple[Any, ...]:
    from types import UnionType

    return (Union, UnionType)


_UNIONS = _unions()


def _build_adapter(type_: Any, constraints: Mapping[str, Any]) -> TypeAdapter[Any]:
    from pydantic import ConfigDict, TypeAdapter
    from pydantic import Field as Constrained
    from pydantic.errors import PydanticUserError

    wanted: Any = Annotated[type_, Constrained(**constraints)] if constraints else type_
    try:
        return TypeAdapter(wanted, config=ConfigDict(arbitrary_types_allowed=True))
    except PydanticUserError:  # models and dataclasses bring their own config
        return TypeAdapter(wanted)


@dataclass(frozen=True, slots=True)
class Declared:
    """What `InputField` or `OutputField` said of a field, before it has a name and a type."""

    kind: FieldKind
    options: Mapping[str, Any]

    def named(self, name: str, type_: Any = MISSING) -> Field:
        return Field(name, self.kind, str if type_ is MISSING else type_, **self.options)


_OPTIONS = frozenset({"desc", "default", "default_factory", *CONSTRAINTS})


def InputField(desc: str = "", **options: Any) -> Any:  # noqa: N802 - the field's established name
    """Declare an input of a signature.

    Args:
        desc: what the model is told about the field.
        options: ``default``, ``default_factory`` and the constraints ``gt ge lt le multiple_of min_length
            max_length pattern``.

    Raises:
        OptionError: an unknown option.
    """
    return _declared("input", desc, options)


def OutputField(desc: str = "", **options: Any) -> Any:  # noqa: N802 - the field's established name
    """Declare an output of a signature; takes what `InputField` takes, and enforces it on answers."""
    return _declared("output", desc, options)


def _declared(kind: FieldKind, desc: str, options: dict[str, Any]) -> Declared:
    return Declared(kind, {"desc": desc, **split_options(f"{kind.capitalize()}Field", options)})


def split_options(owner: str, options: Mapping[str, Any]) -> dict[str, Any]:
    """Return field attributes with the constraints among `options` gathered under ``constraints``.

    Raises:
        OptionError: an unknown option.
    """
    for name in options:
        if name not in _OPTIONS:
            raise OptionError(f"{owner} has no option {name!r}.{hint(name, _OPTIONS)}")
    attributes = {name: value for name, value in options.items() if name not in CONSTRAINTS}
    constraints = {name: value for name, value in options.items() if name in CONSTRAINTS}
    if "default" in attributes and "default_factory" in attributes:
        raise OptionError(f"{owner} takes a default or a default_factory, not both.")
    return {**attributes, "constraints": constraints} if constraints else attributes


def bare_type(type_: Any) -> Any:
    """Return the type inside ``Annotated[type, …]``, or the type itself."""
    return get_args(type_)[0] if get_origin(type_) is Annotated else type_


def from_annotation(field_: Field) -> Field:
    """Take description, default and constraints out of ``Annotated[type, pydantic.Field(...)]``.

    What `InputField` or `OutputField` says wins; notes of other kinds, such as validators, stay with the type.
    """
    if get_origin(field_.type) is not Annotated:
        return field_
    from pydantic.fields import FieldInfo

    type_, *notes = get_args(field_.type)
    infos = [note for note in notes if isinstance(note, FieldInfo)]
    loose = [part for note in notes for part in (note.metadata if isinstance(note, FieldInfo) else [note])]
    constraints: dict[str, Any] = {}
    kept: list[Any] = []
    for note in loose:
        bounds = {name: getattr(note, name) for name in CONSTRAINTS if getattr(note, name, None) is not None}
        constraints.update(bounds)
        kept += [] if bounds else [note]
    changes: dict[str, Any] = {"type": Annotated[type_, *kept] if kept else type_}
    changes["constraints"] = {**constraints, **field_.constraints}
    for info in infos:
        changes["desc"] = field_.desc or info.description or ""
        if field_.required and not info.is_required():
            changes.update(default_factory=info.default_factory) if info.default_factory else changes.update(
                default=info.default
            )
    return field_.changed(**changes)
