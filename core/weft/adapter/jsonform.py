"""``json``: the outputs as one JSON object, held to a schema where the model can be."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, cast

from pydantic_core import from_json, to_jsonable_python

from ..signature.describe import output_schema
from .base import refuse_cut_off, typed_fields
from .sections import SectionAdapter

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ..lm.capabilities import Capabilities
    from ..lm.records import Completion, Request
    from ..signature import Signature
    from .base import Prompt


class JSONAdapter(SectionAdapter):
    """Asks for a JSON object with a key an output field."""

    def render(self, prompt: Prompt, inputs: Mapping[str, Any], capabilities: Capabilities) -> Request:
        request = super().render(prompt, inputs, capabilities)
        return (
            request.replace(response_schema=output_schema(prompt.signature))
            if capabilities.response_schema
            else request
        )

    def form(self, signature: type[Signature]) -> str:
        template = ", ".join(f'"{name}": {{{name}}}' for name in signature.output_fields)
        return f"Answer with a JSON object in exactly this form:\n\n{{{template}}}"

    def write(self, signature: type[Signature], outputs: Mapping[str, Any]) -> str:
        return json.dumps(to_jsonable_python(dict(outputs), serialize_unknown=True), ensure_ascii=False)

    def parse(self, signature: type[Signature], completion: Completion) -> dict[str, Any]:
        whole = _whole_object(completion.text)
        found = _damaged_object(completion.text) if whole is None else whole
        refuse_cut_off(completion, found, whole=whole is not None)
        return typed_fields(signature, found, completion)


def _whole_object(text: str) -> Mapping[str, Any] | None:
    """Return the object that an answer is, or None where it is something else."""
    try:
        found = from_json(text)
    except ValueError:
        return None
    return cast("Mapping[str, Any]", found) if isinstance(found, dict) else None


def _damaged_object(text: str) -> Mapping[str, Any]:
    """Return the object an answer holds, however it is wrapped or damaged; empty where there is none."""
    import json_repair

    start = text.find("{")
    found = json_repair.loads(text[start:]) if start >= 0 else None
    return cast("Mapping[str, Any]", found) if isinstance(found, dict) else {}
