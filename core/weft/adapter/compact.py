"""``compact``: a JSON object whose types are described in a few words, as BAML does, instead of by JSON schema."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..signature.schema import output_schema
from .jsonform import JSONAdapter
from .shapes import described

if TYPE_CHECKING:
    from ..lm.capabilities import Capabilities
    from ..lm.records import Request
    from ..signature import Signature


class CompactAdapter(JSONAdapter):
    """Asks for a JSON object and shows its shape: names, types, and descriptions as comments.

    For the outputs of a deep model that is a third of the tokens of their JSON schema, and weak models read it better.
    No schema is sent, since providers count it as a part of the prompt.
    """

    def held(self, request: Request, signature: type[Signature], capabilities: Capabilities) -> Request:
        return request

    def describe(self, signature: type[Signature]) -> str:
        inputs = [
            f"- `{field.name}`{f': {field.desc}' if field.desc else ''}" for field in signature.input_fields.values()
        ]
        outputs = ", ".join(f"`{name}`" for name in signature.output_fields)
        return "\n".join(["Inputs:", *inputs, "", f"Outputs: {outputs}"]) if inputs else f"Outputs: {outputs}"

    def form(self, signature: type[Signature]) -> str:
        shape, others = described(output_schema(signature).schema)
        types = f"\n\nThe types in it:\n\n{others}" if others else ""
        return f"Answer with a JSON object of this shape, without the comments:\n\n{shape}{types}"
