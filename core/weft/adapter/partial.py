"""As much of a field's value as the beginning of its text gives, while an answer is still coming."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any, cast, get_args, get_origin, get_type_hints

from ..signature.coerce import Unfit, coerce
from ..signature.fields import bare_type, members

if TYPE_CHECKING:
    from ..signature import Field

_NOTHING: Any = object()
_TEXTS = ((str,), (str, type(None)))


def partial_value(field: Field, raw_text: str, *, last: bool = False) -> Any:
    """Return what is known of a field's value; None where nothing is.

    Text is given as far as it came. Of a list, the items that fit their type; of a pydantic model, one whose missing
    fields have their default, or None. A number, a date or a choice is known once it is whole.

    Args:
        field: the output field.
        raw_text: the texts of the field's deltas, put together.
        last: whether the field is complete.

    Example:
        >>> import weft
        >>> sizes = weft.Signature("order -> sizes: list[int]").output_fields["sizes"]
        >>> partial_value(sizes, "[12, 3")
        [12]
        >>> partial_value(sizes, "[12, 34]", last=True)
        [12, 34]
    """
    if last:
        try:
            return coerce(field, raw_text)
        except Unfit:
            pass  # the whole answer may still be mended
    types = members(field.type)
    if types in _TEXTS:
        return raw_text
    if str in types and not raw_text.lstrip().startswith(("[", "{")):
        return None  # it may be a text, or another value
    data = _structure(raw_text)
    shaped = _NOTHING if data is None else _shaped(types, data)
    return None if shaped is _NOTHING else shaped


def _structure(text: str) -> Any:
    """Return the JSON array or object that a text begins, as far as it is certain, or None."""
    from pydantic_core import from_json

    start = min((place for mark in "[{" if (place := text.find(mark)) >= 0), default=None)
    if start is None:
        return None
    text = text[start:]
    if text[-1].isdigit() and _ends_in_number(text):
        text += "e"  # makes it no number at all, so that it is left out
    try:
        return from_json(text, allow_partial="trailing-strings")
    except (ValueError, TypeError):  # a TypeError for half of a surrogate pair
        return None


def _ends_in_number(text: str) -> bool:
    """Whether more digits may follow; the digits at the end of a text within do not count."""
    from pydantic_core import from_json

    try:
        return from_json(text, allow_partial=True) != from_json(f"{text}e", allow_partial=True)
    except (ValueError, TypeError):
        return False


def _shaped(types: tuple[Any, ...], data: Any) -> Any:
    """Return data as the first type they fit, wholly or in part."""
    for type_ in types:
        if (fitting := _validated(type_, data)) is not _NOTHING:
            return fitting
    for type_ in types:
        if (begun := _begun(type_, data)) is not _NOTHING:
            return begun
    return _NOTHING


def _begun(type_: Any, data: Any) -> Any:
    """Return the beginning of a container."""
    origin, arguments = get_origin(type_) or type_, get_args(type_)
    if isinstance(data, list):
        if not (isinstance(origin, type) and issubclass(origin, list | tuple | set | frozenset)):
            return _NOTHING
        return _begun_sequence(cast("type", origin), arguments, cast("list[Any]", data))
    if not isinstance(data, dict) or not isinstance(origin, type):
        return _NOTHING
    given = cast("dict[str, Any]", data)
    if hasattr(origin, "model_construct"):
        return _begun_model(origin, given)
    if hasattr(origin, "__required_keys__"):  # a TypedDict, typing's or typing_extensions'
        types = get_type_hints(origin)
        return _filled({name: (members(types[name]), value) for name, value in given.items() if name in types})
    if issubclass(origin, dict) and len(arguments) == 2:
        return _filled({name: (members(arguments[1]), value) for name, value in given.items()})
    return _NOTHING


def _begun_sequence(origin: type, arguments: tuple[Any, ...], data: list[Any]) -> Any:
    """Return the items that fit; those of a set as a list, since they may not be hashable before they are complete."""
    is_record = issubclass(origin, tuple) and bool(arguments) and arguments[-1] is not ...
    types = arguments if is_record else (arguments[0] if arguments else Any,) * len(data)
    items = [_shaped(members(type_), item) for type_, item in zip(types, data, strict=False)]
    known = [item for item in items if item is not _NOTHING]
    return tuple(known) if issubclass(origin, tuple) else known


def _begun_model(model: Any, given: dict[str, Any]) -> Any:
    fields: dict[str, Any] = model.model_fields
    by_name = {name: given.get(name, given.get(info.alias, _NOTHING)) for name, info in fields.items()}
    known = {
        name: (members(bare_type(fields[name].annotation)), value)
        for name, value in by_name.items()
        if value is not _NOTHING
    }
    missing = {name: None for name, info in fields.items() if info.is_required()}
    return model.model_construct(**{**missing, **_filled(known)})


def _filled(values: dict[str, tuple[tuple[Any, ...], Any]]) -> dict[str, Any]:
    shaped = {name: _shaped(types, value) for name, (types, value) in values.items()}
    return {name: value for name, value in shaped.items() if value is not _NOTHING}


def _validated(type_: Any, data: Any) -> Any:
    validator = _validator(type_)
    try:
        return _NOTHING if validator is None else validator.validate_python(data)
    except Exception:  # noqa: BLE001 - a user's own validator may fail in any way on values that are not all there
        return _NOTHING


@lru_cache(maxsize=256)
def _validator(type_: Any) -> Any:
    """Return pydantic's validator of a type, or None for one that it does not know."""
    from pydantic import TypeAdapter
    from pydantic.errors import PydanticUserError

    try:
        return TypeAdapter(type_)
    except PydanticUserError:
        return None
