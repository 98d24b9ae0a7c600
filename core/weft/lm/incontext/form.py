"""The form an answer must have: the fields, what each may hold, and the text around them."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any, cast

from .described import schema_of
from .sections import text_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from .described import Schema

_SLOT = re.compile(r"\{([A-Za-z_]\w*)\}")
_ANNOUNCED = re.compile(r"\b(?:form|format|template|structure|layout|like this|as follows)\b.*:\s*$", re.IGNORECASE)
_JSON = re.compile(r"\s*(?:```\w*\s*)?(?:\[\s*)?\{\s*\"")


@dataclass(frozen=True, slots=True)
class Form:
    """How to write an answer.

    Attributes:
        schemas: JSON schema of each field's values, by name, in order; the last field decides.
        template: the text around the values, with ``{name}`` where a value goes; None for one JSON value.
        definitions: what ``$ref`` in the schemas points into.
    """

    schemas: Mapping[str, Schema]
    template: str | None
    definitions: Mapping[str, Any]

    @property
    def decisive(self) -> str:
        """The name of the last field."""
        return list(self.schemas)[-1]

    @property
    def is_json(self) -> bool:
        """Whether values are written as JSON."""
        return self.template is None or _JSON.match(self.template) is not None

    def write(self, values: Mapping[str, Any]) -> str:
        """Return an answer that holds the values."""
        if self.template is None:
            return json.dumps(values[""] if set(values) == {""} else dict(values), ensure_ascii=False)
        as_text = _as_json if self.is_json else text_of
        return _SLOT.sub(lambda slot: as_text(values[slot[1]]) if slot[1] in values else slot[0], self.template)


def _as_json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)


def form_of(guidance: str, response_schema: Mapping[str, Any] | None) -> Form | None:
    """Return the form that a response schema or else the guidance asks for, or None."""
    if response_schema is not None:
        return _from_schema(response_schema)
    return _from_template(guidance)


def _from_schema(schema: Mapping[str, Any]) -> Form:
    definitions = {"$defs": schema.get("$defs", {}), "definitions": schema.get("definitions", {})}
    whole = resolved(schema, definitions)
    properties = cast("dict[str, Schema]", whole.get("properties") or {})
    return Form(properties or {"": dict(whole)}, None, definitions)


def resolved(schema: Mapping[str, Any] | bool, definitions: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return the schema that a ``$ref`` within the same document points to, or the schema itself; ``{}`` for a bool."""
    if isinstance(schema, bool):
        return {}
    reference = schema.get("$ref")
    if not isinstance(reference, str):
        return schema
    target: Any = definitions
    for step in reference.removeprefix("#/").split("/"):
        target = cast("dict[str, Any]", target).get(step, {}) if isinstance(target, dict) else {}
    return cast("Mapping[str, Any]", target)


@lru_cache(maxsize=256)
def _from_template(guidance: str) -> Form | None:
    found = _template_in(guidance)
    if found is None:
        return None
    names = dict.fromkeys(_SLOT.findall(found))
    rest = guidance.replace(found, "")
    schemas = {name: schema_of(name, rest) for name in names}
    definitions: dict[str, Any] = {}
    for schema in schemas.values():
        definitions.update(schema.get("$defs", {}))
    return Form(schemas, found, {"$defs": definitions})


def _template_in(guidance: str) -> str | None:
    """Return the text with ``{name}`` slots below a line that announces a form, without what follows it.

    It goes on to the last paragraph with a slot, and one further if that is made of marks and not of words.
    """
    lines = guidance.splitlines()
    for place, line in enumerate(lines):
        if not _ANNOUNCED.search(line):
            continue
        paragraphs = re.split(r"(\n[ \t]*\n)", "\n".join(lines[place + 1 :]).strip("\n"))
        with_slots = [number for number, paragraph in enumerate(paragraphs) if _SLOT.search(paragraph)]
        if not with_slots:
            continue
        end = with_slots[-1] + 1
        if len(paragraphs) > end + 1 and not paragraphs[end + 1][:1].isalnum():
            end += 2
        return "".join(paragraphs[:end])
    return None
