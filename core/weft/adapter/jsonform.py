"""``json``: the outputs as one JSON object, held to a schema where the model can be."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, cast

from pydantic_core import from_json, to_jsonable_python

from ..data.loosejson import loads
from ..signature.schema import output_schema
from .base import typed_fields
from .envelopes import opened_call
from .grammar import json_grammar
from .jsonstream import ObjectScanner
from .names import FieldNames
from .sections import SectionAdapter
from .streaming import AsItComes

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ..lm.capabilities import Capabilities
    from ..lm.records import Completion, Request
    from ..signature import Signature
    from .base import Prompt
    from .streaming import StreamParser


class JSONAdapter(SectionAdapter):
    """Asks for a JSON object with a key an output field."""

    def render(self, prompt: Prompt, inputs: Mapping[str, Any], capabilities: Capabilities) -> Request:
        return self.held(super().render(prompt, inputs, capabilities), prompt.signature, capabilities)

    def held(self, request: Request, signature: type[Signature], capabilities: Capabilities) -> Request:
        return held_to_schema(request, signature, capabilities)

    def form(self, signature: type[Signature]) -> str:
        template = ", ".join(f'"{name}": {{{name}}}' for name in signature.output_fields)
        return f"Answer with a JSON object in exactly this form:\n\n{{{template}}}"

    def write(self, signature: type[Signature], outputs: Mapping[str, Any]) -> str:
        return json.dumps(to_jsonable_python(dict(outputs), serialize_unknown=True), ensure_ascii=False)

    def parse(self, signature: type[Signature], completion: Completion) -> dict[str, Any]:
        found = _object(completion.text)
        if len(found) > len(signature.output_fields):
            found = next(opened_call(FieldNames.of(signature), found), found)
        return typed_fields(signature, found, completion)

    def stream_parser(self, signature: type[Signature]) -> StreamParser:
        return AsItComes(self, signature, ObjectScanner(signature.output_fields))


def can_be_held(signature: type[Signature], capabilities: Capabilities) -> bool:
    """Whether a model can be held to a JSON object with the signature's outputs."""
    return _takes_grammar(capabilities) or (capabilities.response_schema and output_schema(signature).is_closed)


def held_to_schema(request: Request, signature: type[Signature], capabilities: Capabilities) -> Request:
    """Return a request that holds the answer to the outputs' JSON schema by the surest way the model has.

    Strict servers refuse schemas that are not closed, so for those it is a grammar, and without one nothing.
    """
    schema, is_closed = output_schema(signature)
    if capabilities.response_schema and is_closed:
        return request.replace(response_schema=schema)
    if _takes_grammar(capabilities):
        grammar = signature.memo("json_grammar", lambda: json_grammar(schema))
        return request.replace(extra={**request.extra, "grammar": grammar})
    return request


def _takes_grammar(capabilities: Capabilities) -> bool:
    return capabilities.grammar and "grammar" in capabilities.extra


def _object(text: str) -> dict[str, Any]:
    """Return the object that an answer is; empty where it is something else."""
    try:
        found = from_json(text)
    except (ValueError, TypeError):  # a TypeError for half of a surrogate pair
        return {}
    if not isinstance(found, dict):
        return {}
    fields = cast("dict[str, Any]", found)
    return loads(text) if any(text.count(f'"{name}"') > 1 for name in fields) else fields
