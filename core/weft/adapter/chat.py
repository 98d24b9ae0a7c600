"""``chat``: every field under a marker line; works with any model that follows instructions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..signature.describe import text_of
from ..signature.markers import END, END_NAME, protected, read_sections, write_sections
from .base import typed_fields
from .chatstream import SectionScanner
from .sections import SectionAdapter
from .streaming import AsItComes
from .thoughts import answer_part

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ..lm.records import Completion
    from ..signature import Signature
    from .streaming import StreamParser


class ChatAdapter(SectionAdapter):
    """Asks for ``[[ ## field ## ]]`` sections and reads them back."""

    def form(self, signature: type[Signature]) -> str:
        template = write_sections((name, f"{{{name}}}") for name in signature.output_fields)
        return f"Answer in exactly this form:\n\n{template}\n\n{END}"

    def write(self, signature: type[Signature], outputs: Mapping[str, Any]) -> str:
        return f"{write_sections((name, protected(text_of(value))) for name, value in outputs.items())}\n\n{END}"

    def parse(self, signature: type[Signature], completion: Completion) -> dict[str, Any]:
        found = read_sections(answer_part(signature, completion))
        return typed_fields(signature, found, completion, whole=END_NAME in found)

    def stream_parser(self, signature: type[Signature]) -> StreamParser:
        return AsItComes(self, signature, SectionScanner(signature.output_fields))
