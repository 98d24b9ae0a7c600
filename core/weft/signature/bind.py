"""From the keyword arguments of a call to the inputs of a signature."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..errors import InputError, WeftError
from ..spelling import hint
from .coerce import Unfit
from .describe import type_name

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from .fields import Field
    from .signature import SignatureMeta


def bind(signature: SignatureMeta, given: Mapping[str, Any], options: Sequence[str] = ()) -> dict[str, Any]:
    """Return the inputs in declared order, validated, with defaults filled in.

    Args:
        signature: what is called.
        given: the keyword arguments.
        options: names that the call takes beside inputs, which may have been meant.

    Raises:
        InputError: an unknown, missing or mistyped input; the message says which and what was probably meant.
    """
    fields = signature.input_fields
    bound: dict[str, Any] = {}
    for name, field in fields.items():
        if name in given:
            value = given[name]
            bound[name] = value if type(value) is str and field.is_plain_text else _checked(signature, field, value)
        elif field.required:
            raise _missing(signature, name, given, options)
        else:
            bound[name] = field.default_value()
    if len(given) > len(fields) or not fields.keys() >= given.keys():
        raise _unknown(signature, given, options)
    return bound


def _checked(signature: SignatureMeta, field: Field, value: Any) -> Any:
    from pydantic import ValidationError

    try:
        return field.adapter.validate_python(value)
    except (ValidationError, Unfit) as error:
        shown = repr(value)
        raise InputError(
            f"The input {field.name!r} of {signature.__name__} must be {type_name(field.type)}"
            f"{_constraints(field)}, not {shown if len(shown) <= 80 else f'{shown[:80]}…'}.{_advice(error)}"
        ) from error


def _advice(error: Exception) -> str:
    """Return what the type itself says of a value that it refuses, if it does."""
    from pydantic import ValidationError

    problems: list[Any] = error.errors() if isinstance(error, ValidationError) else []
    causes = [problem.get("ctx", {}).get("error") for problem in problems]
    return next((f" {cause}" for cause in causes if isinstance(cause, WeftError)), "")


def _constraints(field: Field) -> str:
    from .fields import CONSTRAINTS

    return "".join(f", {CONSTRAINTS[name].format(bound)}" for name, bound in field.constraints.items())


def _missing(signature: SignatureMeta, name: str, given: Mapping[str, Any], options: Sequence[str]) -> InputError:
    unknown = [other for other in given if other not in signature.input_fields]
    if unknown:
        return _unknown(signature, given, options)
    return InputError(f"{signature.__name__} needs the input {name!r}, which was not given.")


def _unknown(signature: SignatureMeta, given: Mapping[str, Any], options: Sequence[str]) -> InputError:
    unknown = next(name for name in given if name not in signature.input_fields)
    known = [*signature.input_fields, *options]
    return InputError(f"{signature.__name__} has no input {unknown!r}.{hint(unknown, known)}")
