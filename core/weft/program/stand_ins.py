"""Values that stand in for a model's answer while a program is rehearsed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..lm.incontext.literal import literal
from ..signature.describe import schema_of

if TYPE_CHECKING:
    from ..signature import Field, Signature


def stand_ins(signature: type[Signature], text: str) -> dict[str, Any]:
    """Return a value of the declared type for every output; texts share `text`, so that the whole is as long."""
    fields = signature.output_fields
    texts = sum(field.is_plain_text for field in fields.values()) or 1
    share = text[: max(1, len(text) // texts)]
    return {name: share if field.is_plain_text else _value(field, share) for name, field in fields.items()}


def _value(field: Field, text: str) -> Any:
    """Return a value that the field's type and constraints allow, or the nearest to one that can be made."""
    from pydantic import ValidationError

    if not field.required:
        return field.default_value()
    schema = schema_of(field)
    made = literal(schema, text, {"$defs": schema.get("$defs", {})})
    try:
        return field.adapter.validate_python(made)
    except ValidationError:  # a pattern, or a type that validates itself
        return None if field.optional else made
