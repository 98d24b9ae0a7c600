"""Fields: name, type, description, constraints; validated by pydantic, built at the first use."""

from __future__ import annotations

from dataclasses import dataclass, field, fields, is_dataclass, replace
from enum import Enum
from typing import TYPE_CHECKING, Annotated, Any, Literal, Union, get_args, get_origin

from ..errors import OptionError, SignatureError
from ..spelling import hint

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from pydantic import TypeAdapter
    from pydantic.fields import FieldInfo

FieldKind = Literal["input", "output"]
Trim = Literal["end", "start", "middle"]

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


_OF_TEXT = frozenset({"min_length", "max_length", "pattern"})
_PLAIN = (str, int, float, bool)
_SENSELESS: Mapping[Any, frozenset[str]] = {
    str: frozenset(CONSTRAINTS) - _OF_TEXT,
    int: _OF_TEXT,
    float: _OF_TEXT,
    bool: frozenset(CONSTRAINTS),
}


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
        trim: which part of a long input may be cut when the prompt does not fit; None: it is never cut.
    """

    name: str
    kind: FieldKind
    type: Any = str
    desc: str = ""
    constraints: Mapping[str, Any] = field(default_factory=lambda: _NO_CONSTRAINTS)
    default: Any = MISSING
    default_factory: Callable[[], Any] | None = None
    trim: Trim | None = None
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
        return members(self.type)[-1] is type(None)

    @property
    def is_plain_text(self) -> bool:
        """Whether every string is a value, unchanged."""
        return self.type is str and not self.constraints

    @property
    def holds_text(self) -> bool:
        """Whether values are texts, of ``str`` or a type made of it, and no choices."""
        bare = bare_type(self.type)
        return isinstance(bare, type) and issubclass(bare, str) and not issubclass(bare, Enum)

    @property
    def adapter(self) -> TypeAdapter[Any]:
        """pydantic's validator of the field's type and constraints, built once."""
        if not self._adapter:
            self._adapter.append(_build_adapter(self))
        return self._adapter[0]

    def changed(self, **changes: Any) -> Field:
        """Return a copy with some attributes changed; a default replaces a default_factory and the reverse."""
        if "default" in changes:
            changes.setdefault("default_factory", None)
        elif "default_factory" in changes:
            changes["default"] = MISSING
        return replace(self, **changes)


def _unions() -> tuple[Any, ...]:
    from types import UnionType

    return (Union, UnionType)


_UNIONS = _unions()


def members(type_: Any) -> tuple[Any, ...]:
    """Return the alternatives of a type, None last: of a union its members, of any other type itself."""
    bare = bare_type(type_)
    if get_origin(bare) not in _UNIONS:
        return (bare,)
    arguments = [bare_type(argument) for argument in get_args(bare)]
    return tuple(sorted(arguments, key=lambda argument: argument is type(None)))


def _build_adapter(field_: Field) -> TypeAdapter[Any]:
    from pydantic import ConfigDict, TypeAdapter
    from pydantic import Field as Constrained
    from pydantic.errors import PydanticUserError
    from pydantic_core import SchemaError

    type_, constraints = field_.type, field_.constraints
    wanted: Any = Annotated[type_, Constrained(**constraints)] if constraints else type_
    try:
        try:
            return TypeAdapter(wanted, config=ConfigDict(arbitrary_types_allowed=True))
        except PydanticUserError:  # models and dataclasses bring their own config
            return TypeAdapter(wanted)
    except (PydanticUserError, SchemaError, TypeError) as error:
        problem = str(error).splitlines()[0].rstrip(".")
        raise SignatureError(
            f"The type or constraints of the field {field_.name!r} cannot be used: {problem}."
        ) from error


@dataclass(frozen=True, slots=True)
class Declared:
    """What `InputField` or `OutputField` said of a field, before it has a name and a type."""

    kind: FieldKind
    options: Mapping[str, Any]

    def named(self, name: str, type_: Any = MISSING) -> Field:
        return Field(name, self.kind, str if type_ is MISSING else type_, **self.options)


_OPTIONS = frozenset({"desc", "default", "default_factory", "trim", *CONSTRAINTS})
_TRIMS = ("end", "start", "middle")


def InputField(desc: str = "", **options: Any) -> Any:  # noqa: N802 - the field's established name
    """Declare an input of a signature.

    Args:
        desc: what the model is told about the field.
        options: ``default``, ``default_factory``, the constraints ``gt ge lt le multiple_of min_length
            max_length pattern``, and ``trim``: ``"end"``, ``"start"`` or ``"middle"``, the part of a long input that
            is cut, with a mark, when the prompt does not fit the model's context window.

    Raises:
        OptionError: an unknown option.
    """
    return _declared("input", desc, options)


def OutputField(desc: str = "", **options: Any) -> Any:  # noqa: N802 - the field's established name
    """Declare an output of a signature; takes what `InputField` takes but ``trim``, and enforces it on answers."""
    return _declared("output", desc, options)


def _declared(kind: FieldKind, desc: str, options: dict[str, Any]) -> Declared:
    return Declared(kind, {"desc": desc, **split_options(f"{kind.capitalize()}Field", options)})


def split_options(owner: str, options: Mapping[str, Any], others: tuple[str, ...] = ()) -> dict[str, Any]:
    """Return field attributes with the constraints among `options` gathered under ``constraints``.

    Args:
        owner: whose options they are.
        options: options by name.
        others: more names that `owner` takes, and that may have been meant.

    Raises:
        OptionError: an unknown option.
    """
    for name in options:
        if name not in _OPTIONS:
            raise OptionError(f"{owner} has no option {name!r}.{hint(name, [*_OPTIONS, *others])}")
    trim = options.get("trim")
    if trim is not None and trim not in _TRIMS:
        raise OptionError(f"trim is 'end', 'start' or 'middle', the part that may be cut, not {trim!r}.")
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
        return _suited(field_)
    from pydantic.fields import FieldInfo

    type_, *notes = get_args(field_.type)
    constraints: dict[str, Any] = {}
    kept: list[Any] = []
    for note in notes:
        if isinstance(note, FieldInfo):
            field_ = _with_info(field_, note)
        for part in note.metadata if isinstance(note, FieldInfo) else [note]:
            bounds = _bounds(part)
            constraints.update(bounds)
            kept += [] if bounds else [part]
    wanted = Annotated[(type_, *kept)] if kept else type_
    return _suited(field_.changed(type=wanted, constraints={**constraints, **field_.constraints}))


def _suited(field_: Field) -> Field:
    """Refuse a constraint that cannot apply, which pydantic would notice only when it validates an answer."""
    if field_.trim is not None and field_.kind == "output":
        raise SignatureError(f"The field {field_.name!r} is an output, to which 'trim' cannot apply.")
    if field_.kind == "output" and bare_type(field_.type) not in _PLAIN:
        _check_output(field_)
    senseless = _SENSELESS.get(bare_type(field_.type), frozenset())
    for name in field_.constraints:
        if name in senseless:
            kind = bare_type(field_.type).__name__
            raise SignatureError(f"The field {field_.name!r} is {kind}, to which {name!r} cannot apply.")
    return field_


def _check_output(field_: Field) -> None:
    """Refuse an output that no answer could give, such as a picture."""
    from .anatomy import classes_in

    for one in classes_in(field_.type):
        if getattr(one, "can_be_output", True) is False:
            raise SignatureError(
                f"The field {field_.name!r} is an output, and {one.__name__} cannot be read out of an answer."
            )


def _with_info(field_: Field, info: FieldInfo) -> Field:
    field_ = field_.changed(desc=field_.desc or info.description or "")
    if not field_.required or info.is_required():
        return field_
    if info.default_factory is not None:
        return field_.changed(default_factory=info.default_factory)
    return field_.changed(default=info.default)


def _bounds(note: Any) -> dict[str, Any]:
    """Return what a note says if it says nothing but constraints, as annotated_types' ``Ge`` does, else nothing."""
    said = {field.name: getattr(note, field.name) for field in fields(note)} if is_dataclass(note) else _public(note)
    said = {name: value for name, value in said.items() if value is not None}
    return said if said.keys() <= CONSTRAINTS.keys() else {}


def _public(note: Any) -> dict[str, Any]:
    return {name: value for name, value in getattr(note, "__dict__", {}).items() if name[0] != "_"}
