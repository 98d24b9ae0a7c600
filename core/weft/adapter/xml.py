"""``xml``: every field between tags of its name; text stands there as it is, without escapes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..lm.messages import Message, Part
from ..signature.describe import text_of
from .base import typed_fields
from .feedback import PREVIOUS, feedback_sections, with_parts
from .sections import SectionAdapter
from .streaming import AsItComes
from .tagstream import CLOSE_VERBATIM, OPEN_VERBATIM, TagScanner
from .thoughts import answer_part

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from ..data.checks import Feedback
    from ..lm.messages import Cut
    from ..lm.records import Completion, Request
    from ..signature import Signature
    from .streaming import StreamParser


class XMLAdapter(SectionAdapter):
    """Asks for ``<field>…</field>`` and reads it back; lists, models and other values are JSON between the tags."""

    def form(self, signature: type[Signature]) -> str:
        template = _elements((name, f"{{{name}}}") for name in signature.output_fields)
        return f"Answer in exactly this form, with values as they are and nothing escaped:\n\n{template}"

    def write(self, signature: type[Signature], outputs: Mapping[str, Any]) -> str:
        return _elements((name, _protected(name, text_of(value))) for name, value in outputs.items())

    def write_inputs(self, inputs: Sequence[tuple[str, str]]) -> str:
        return "\n\n".join([f"<{name}>\n{text}\n</{name}>" for name, text in inputs])

    def question(self, inputs: Mapping[str, Any], trimmed: Mapping[str, Cut]) -> Message:
        return Message(
            "user", tuple([_input_part(name, text_of(value), trimmed.get(name)) for name, value in inputs.items()])
        )

    def with_feedback(self, request: Request, feedback: Feedback) -> Request:
        told = feedback_sections(feedback).items()
        cuts: dict[str, Cut] = {PREVIOUS: "end"}
        return with_parts(request, [_input_part(name.replace(" ", "_"), text, cuts.get(name)) for name, text in told])

    def parse(self, signature: type[Signature], completion: Completion) -> dict[str, Any]:
        found, is_whole = read_elements(signature, answer_part(signature, completion))
        return typed_fields(signature, found, completion, whole=is_whole)

    def stream_parser(self, signature: type[Signature]) -> StreamParser:
        return AsItComes(self, signature, TagScanner(signature.output_fields))


def read_elements(signature: type[Signature], text: str) -> tuple[dict[str, str], bool]:
    """Return the texts between the tags of outputs, and whether all of these tags were closed."""
    scanner = TagScanner(signature.output_fields)
    found: dict[str, list[str]] = {}
    for delta in [*scanner.feed(text), *scanner.finish()]:
        found.setdefault(delta.field, []).append(delta.text)
    if scanner.open_field is not None:
        found.setdefault(scanner.open_field, [])
    is_whole = scanner.open_field is None and found.keys() >= signature.output_fields.keys()
    return {name: "".join(texts) for name, texts in found.items()}, is_whole


def _elements(values: Iterable[tuple[str, str]]) -> str:
    return "\n".join([f"<{name}>\n{text}\n</{name}>" for name, text in values])


def _protected(name: str, text: str) -> str:
    """Return a text so that it is read back as it is, in a section that holds its marks for text where it needs one."""
    if text == text.strip() and f"</{name}>" not in text and OPEN_VERBATIM not in text:
        return text
    return f"{OPEN_VERBATIM}{text.replace(CLOSE_VERBATIM, f']]{CLOSE_VERBATIM}{OPEN_VERBATIM}>')}{CLOSE_VERBATIM}"


def _input_part(name: str, text: str, cut: Cut | None) -> Part:
    """Return an input; only its value may be cut, and never its tags."""
    whole, called = f"<{name}>\n{text}\n</{name}>", f"input {name}"
    if cut is None:
        return Part("input", whole, called)
    return Part("input", whole, called, "trim", cut=cut, head=len(f"<{name}>\n"), tail=len(f"\n</{name}>"))
