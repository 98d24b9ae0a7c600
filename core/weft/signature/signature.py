"""Signature: the class whose subclasses say what a step is given, gives back and should do."""

from __future__ import annotations

import inspect
import sys
from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, TypeVar, cast, get_type_hints

from ..errors import SignatureError
from ..spelling import check_keywords, hint, spelled
from .fields import MISSING, Declared, Field, FieldKind, from_annotation, split_options
from .grammar import Types, parse_signature

if TYPE_CHECKING:
    from ..data.checks import CheckRecord
    from ..data.prediction import Completions
    from ..data.rollouts import Rollout
    from ..runtime.ledger import Usage

T = TypeVar("T")
AnySignature = "type[Signature]"

_CORE = "_weft_fields"


class SignatureMeta(type):
    """Makes signatures immutable values: every edit gives a new class of the same name."""

    _weft_fields: Mapping[str, Field]
    _weft_instructions: str | None
    _weft_memo: dict[Any, Any]

    def __new__(
        mcs,
        name: str,
        bases: tuple[type, ...],
        namespace: dict[str, Any],
        *,
        types: Types | None = None,
        **unknown: Any,
    ) -> SignatureMeta:
        check_keywords(f"The signature {name}", unknown, frozenset({"types"}))
        if _CORE in namespace:  # built by an edit, from finished fields
            return cast("SignatureMeta", super().__new__(mcs, name, bases, {**namespace, "_weft_memo": {}}))
        declared = {key: value for key, value in namespace.items() if isinstance(value, Declared)}
        _refuse_stray_attributes(name, namespace, declared)
        kept = {key: value for key, value in namespace.items() if key not in declared}
        cls = cast("SignatureMeta", super().__new__(mcs, name, bases, {**kept, _CORE: {}, "_weft_memo": {}}))
        inherited: dict[str, Field] = {}
        for base in reversed(cls.__mro__[1:]):
            inherited.update(getattr(base, _CORE, {}))
        own = _declared_fields(cls, declared, types)
        type.__setattr__(cls, _CORE, _ordered({**inherited, **own}))
        doc = namespace.get("__doc__")
        instructions = inspect.cleandoc(doc) if doc else getattr(cls.__mro__[1], "_weft_instructions", None)
        type.__setattr__(cls, "_weft_instructions", instructions)
        return cls

    def __init__(cls, *args: Any, **options: Any) -> None:
        pass  # `types=` is for __new__

    @spelled
    def __call__(
        cls,
        spec: str | Mapping[str, Any],
        instructions: str | None = None,
        *,
        types: Types | None = None,
        name: str = "StringSignature",
    ) -> type[Signature]:
        """Build a signature from its string or dict form."""
        if cls is not Signature:
            raise SignatureError(f"{cls.__name__} is a signature, not a record: pass the class itself to Predict.")
        if isinstance(spec, str):
            fields = parse_signature(spec, types)
        elif isinstance(spec, Mapping):  # pyright: ignore[reportUnnecessaryIsInstance]
            fields = _fields_from_mapping(spec)
        else:
            raise SignatureError(f"A signature is a string or a dict of fields, not {type(spec).__name__}.")
        for field in fields:
            _check_name(field.name, "the signature")
        return built(name, fields, instructions)

    def __setattr__(cls, name: str, value: Any) -> None:
        if name.startswith(("__", "_abc_")):
            super().__setattr__(name, value)
            return
        raise SignatureError(f"Signatures are immutable; use {cls.__name__}.with_updated_fields or with_instructions.")

    def __instancecheck__(cls, instance: Any) -> bool:
        made_for = getattr(instance, "_signature", None)
        return isinstance(made_for, SignatureMeta) and issubclass(made_for, cls)

    def __repr__(cls) -> str:
        return f"<signature {cls.__name__}: {cls.spec}>" if cls._weft_fields else super().__repr__()

    @property
    def fields(cls) -> Mapping[str, Field]:
        """All fields by name, inputs first."""
        return MappingProxyType(dict(cls._weft_fields))

    @property
    def input_fields(cls) -> Mapping[str, Field]:
        """The inputs by name, in order."""
        memo = cls._weft_memo
        return (
            memo["inputs"] if "inputs" in memo else cls.memo("inputs", lambda: MappingProxyType(_of_kind(cls, "input")))
        )

    @property
    def output_fields(cls) -> Mapping[str, Field]:
        """The outputs by name, in order."""
        memo = cls._weft_memo
        return (
            memo["outputs"]
            if "outputs" in memo
            else cls.memo("outputs", lambda: MappingProxyType(_of_kind(cls, "output")))
        )

    @property
    def instructions(cls) -> str:
        """What the model is told to do: the docstring, or a sentence made from the fields' names."""
        return cls._weft_instructions if cls._weft_instructions is not None else _default_instructions(cls)

    @property
    def spec(cls) -> str:
        """The string form, with types."""
        from .describe import type_name

        def side(fields: Mapping[str, Field]) -> str:
            return ", ".join(f"{field.name}: {type_name(field.type)}" for field in fields.values())

        return f"{side(cls.input_fields)} -> {side(cls.output_fields)}"

    def memo(cls, key: Any, build: Callable[[], T]) -> T:
        """Return what `build` gives, built once for this signature; for adapters and others that prepare."""
        memo = cls._weft_memo
        if key not in memo:
            memo[key] = build()
        return memo[key]

    def equals(cls, other: type[Signature]) -> bool:
        """Whether both have the same instructions and the same fields, types included."""
        return cls.instructions == other.instructions and dict(cls.fields) == dict(other.fields)

    @spelled
    def with_instructions(cls, instructions: str) -> type[Signature]:
        """Return the signature with other instructions."""
        return built(cls.__name__, cls._weft_fields.values(), instructions, cls)

    @spelled
    def append(cls, name: str, field: Any = MISSING, type_: Any = MISSING) -> type[Signature]:
        """Return the signature with a field after the last of its kind."""
        return cls.insert(len(_of_kind(cls, _kind_of(field))), name, field, type_)

    @spelled
    def prepend(cls, name: str, field: Any = MISSING, type_: Any = MISSING) -> type[Signature]:
        """Return the signature with a field before the first of its kind."""
        return cls.insert(0, name, field, type_)

    @spelled
    def insert(cls, index: int, name: str, field: Any = MISSING, type_: Any = MISSING) -> type[Signature]:
        """Return the signature with a field at `index` among those of its kind (negative: from the end).

        Raises:
            SignatureError: the name is taken or no identifier, or the index is out of range.
        """
        _check_name(name, cls.__name__)
        if name in cls._weft_fields:
            raise SignatureError(f"{cls.__name__} has a field {name!r} already.")
        kind = _kind_of(field)
        siblings = list(_of_kind(cls, kind).values())
        position = index + len(siblings) + 1 if index < 0 else index
        if not 0 <= position <= len(siblings):
            raise SignatureError(f"{cls.__name__} has {len(siblings)} {kind} fields; {index} is no place among them.")
        siblings.insert(position, _named(field, name, type_))
        others = [other for other in cls._weft_fields.values() if other.kind != kind]
        return built(cls.__name__, [*others, *siblings], cls._weft_instructions, cls)

    @spelled
    def delete(cls, name: str) -> type[Signature]:
        """Return the signature without a field.

        Raises:
            SignatureError: there is no such field.
        """
        _known_field(cls, name)
        rest = [field for field in cls._weft_fields.values() if field.name != name]
        return built(cls.__name__, rest, cls._weft_instructions, cls)

    def with_updated_fields(cls, name: str, type_: Any = MISSING, **changes: Any) -> type[Signature]:
        """Return the signature with a field's type, ``desc``, default or constraints changed.

        Raises:
            SignatureError: there is no such field.
            OptionError: an unknown option.
        """
        field = _known_field(cls, name)
        attributes = split_options("with_updated_fields", changes, ("name", "type_"))
        if "constraints" in attributes:
            attributes["constraints"] = {**field.constraints, **attributes["constraints"]}
        if type_ is not MISSING:
            attributes["type"] = type_
        fields = {**cls._weft_fields, name: field.changed(**attributes)}
        return built(cls.__name__, fields.values(), cls._weft_instructions, cls)


class Signature(metaclass=SignatureMeta):
    """Base class of signatures; called with a string or a dict of fields, it builds one.

    Example:
        >>> import weft
        >>> class Triage(weft.Signature):
        ...     '''Say how urgent the ticket is.'''
        ...     ticket: str = weft.InputField()
        ...     urgency: int = weft.OutputField(ge=1, le=5)
        >>> Triage.instructions
        'Say how urgent the ticket is.'
        >>> weft.Signature("question -> answer: float").spec
        'question: str -> answer: float'
    """

    _weft_fields: Mapping[str, Field] = {}
    _weft_instructions: str | None = None

    if TYPE_CHECKING:
        # What a program returns is a Prediction; a type checker sees it as the signature, with these beside the fields.
        @property
        def usage(self) -> Usage: ...
        @property
        def completions(self) -> Completions: ...
        @property
        def checks(self) -> Sequence[CheckRecord]: ...
        @property
        def rollouts(self) -> Sequence[Rollout]: ...
        def __getitem__(self, name: str) -> Any: ...
        def to_dict(self) -> dict[str, Any]: ...


def ensure_signature(signature: str | Mapping[str, Any] | type[Signature]) -> type[Signature]:
    """Return `signature` as a class, built if it is in string or dict form.

    Raises:
        SignatureError: it is no signature, or has no inputs or no outputs.
    """
    if isinstance(signature, str | Mapping):
        signature = Signature(signature)
    if not isinstance(signature, SignatureMeta):  # pyright: ignore[reportUnnecessaryIsInstance]
        raise SignatureError(f"A signature is a string, a dict or a Signature class, not {signature!r}.")
    if not signature.output_fields:
        raise SignatureError(f"The signature {signature.__name__} has no output field.")
    return signature


def built(name: str, fields: Any, instructions: str | None, edited: Any = None) -> type[Signature]:
    """Make a signature class from finished fields, derived from the class that was edited."""
    ordered = _ordered({field.name: from_annotation(field) for field in fields})
    origin = Signature if edited is None else _declared_class(edited)
    namespace = {
        _CORE: ordered,
        "_weft_instructions": instructions,
        "_weft_edit": True,
        "__module__": origin.__module__,
        "__doc__": instructions,
    }
    return cast("type[Signature]", SignatureMeta.__new__(SignatureMeta, name, (origin,), namespace))


def _declared_class(cls: SignatureMeta) -> SignatureMeta:
    """Return the class the user wrote, so that chains of edits do not grow chains of classes."""
    return next(base for base in cls.__mro__ if "_weft_edit" not in vars(base))


def _ordered(fields: Mapping[str, Field]) -> dict[str, Field]:
    inputs = {name: field for name, field in fields.items() if field.kind == "input"}
    return {**inputs, **fields}


def _of_kind(cls: SignatureMeta, kind: FieldKind) -> dict[str, Field]:
    return {name: field for name, field in cls._weft_fields.items() if field.kind == kind}


def _default_instructions(cls: SignatureMeta) -> str:
    def listed(fields: Mapping[str, Field]) -> str:
        return ", ".join(f"`{name}`" for name in fields)

    return f"Given {listed(cls.input_fields)}, give {listed(cls.output_fields)}."


def _declared_fields(cls: type, declared: Mapping[str, Declared], types: Types | None) -> dict[str, Field]:
    annotations = _annotations(cls, types)
    fields: dict[str, Field] = {}
    for name in {**annotations, **declared}:
        if name.startswith("_weft"):
            continue
        _check_name(name, cls.__name__)
        if name not in declared:
            raise SignatureError(f"The field {name!r} of {cls.__name__} needs = InputField() or = OutputField().")
        fields[name] = from_annotation(declared[name].named(name, annotations.get(name, MISSING)))
    return {name: fields[name] for name in sorted(fields, key=list(declared).index)}


def _annotations(cls: type, types: Types | None) -> dict[str, Any]:
    names = dict(vars(types) if not isinstance(types, Mapping) else types) if types is not None else {}
    try:
        own = inspect.get_annotations(cls)
        hints = get_type_hints(cls, localns=names or None, include_extras=True)
    except NameError as error:
        module = sys.modules.get(cls.__module__)
        known = [name for name in (*names, *(vars(module) if module else ())) if not name.startswith("_")]
        missing = error.name or "?"
        raise SignatureError(
            f"Unknown type {missing!r} in the signature {cls.__name__}; a type that is not at module level is "
            f"passed as `class {cls.__name__}(weft.Signature, types={{{missing!r}: …}})`.{hint(missing, known)}"
        ) from error
    return {name: hints[name] for name in own}


def _refuse_stray_attributes(name: str, namespace: Mapping[str, Any], declared: Mapping[str, Any]) -> None:
    for key, value in namespace.items():
        if key.startswith("_") or key in declared:
            continue
        raise SignatureError(f"{name}.{key} is {value!r}; a field is declared with InputField() or OutputField().")


def _fields_from_mapping(spec: Mapping[str, Any]) -> list[Field]:
    fields: list[Field] = []
    for name, value in spec.items():
        pair = cast("tuple[Any, ...]", value) if isinstance(value, tuple) else (str, value)
        type_, declared = pair if len(pair) == 2 else (str, None)
        if not isinstance(declared, Declared):
            raise SignatureError(f"The field {name!r} must be InputField(…), OutputField(…) or (type, one of them).")
        fields.append(declared.named(name, type_))
    return fields


def _named(field: Any, name: str, type_: Any) -> Field:
    if isinstance(field, Field):
        return field.changed(name=name) if type_ is MISSING else field.changed(name=name, type=type_)
    declared = Declared("output", {}) if field is MISSING else field
    return declared.named(name, type_)


def _kind_of(field: Any) -> FieldKind:
    if field is MISSING:
        return "output"
    if not isinstance(field, Declared | Field):
        raise SignatureError(f"A field is InputField(…) or OutputField(…), not {field!r}.")
    return field.kind


def _known_field(cls: SignatureMeta, name: str) -> Field:
    if name not in cls._weft_fields:
        raise SignatureError(f"{cls.__name__} has no field {name!r}.{hint(name, cls._weft_fields)}")
    return cls._weft_fields[name]


def _check_name(name: str, owner: str) -> None:
    if not isinstance(name, str) or not name.isidentifier() or name.startswith("_"):  # pyright: ignore[reportUnnecessaryIsInstance]
        raise SignatureError(f"{name!r} cannot name a field of {owner}: use letters, digits and underscores.")
