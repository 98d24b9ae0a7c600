"""What the built-in adapters share: the system message, input sections and demonstrations."""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING, Any, Literal, get_args, get_origin

from ..lm.messages import Message, Part
from ..lm.records import Request
from ..signature.describe import expectation, text_of, type_name
from ..signature.markers import marker, write_sections
from .base import Adapter, Prompt

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ..lm.capabilities import Capabilities
    from ..lm.messages import Cut
    from ..signature import Field, Signature


_HIGHEST_OF_DEMOS = 90
"""However many they are, demos give way before inputs do."""


class SectionAdapter(Adapter):
    """Inputs as marked sections; subclasses say how outputs are asked for, written and read.

    Prompts are kept by class, so what a subclass's options change must not stand in them.
    """

    def form(self, signature: type[Signature]) -> str:
        """Return the rule that says how to answer."""
        raise NotImplementedError

    def write(self, signature: type[Signature], outputs: Mapping[str, Any]) -> str:
        """Return outputs as the assistant would have answered them."""
        raise NotImplementedError

    def describe(self, signature: type[Signature]) -> str:
        """Return what the model is told about the fields."""
        return fields_text(signature)

    def question(self, inputs: Mapping[str, Any], trimmed: Mapping[str, Cut]) -> Message:
        """Return the turn that holds a call's inputs; `trimmed` says where those that may be cut are cut."""
        return Message("user", tuple(input_parts(inputs, trimmed)))

    def write_inputs(self, inputs: Sequence[tuple[str, str]]) -> str:
        """Return the inputs of a demonstration as `question` writes those of a call."""
        return write_sections(inputs)

    def held(self, request: Request, signature: type[Signature], capabilities: Capabilities) -> Request:
        """Return a request that holds the answer to the form, as far as the model can be held."""
        return request

    def render(self, prompt: Prompt, inputs: Mapping[str, Any], capabilities: Capabilities) -> Request:
        constant, trimmed = prompt.memo(type(self), lambda: (self.constant(prompt), trimmed_inputs(prompt.signature)))
        return Request((*constant, self.question(inputs, trimmed)))

    def constant(self, prompt: Prompt) -> tuple[Message, ...]:
        """Return the turns that are the same for all inputs."""
        signature = prompt.signature
        system = Message(
            "system",
            (
                Part("instructions", signature.instructions, "instructions"),
                Part("fields", self.describe(signature), "field descriptions"),
                Part("format", self.form(signature), "form of the answer"),
            ),
        )
        turns = (turn for number, demo in enumerate(prompt.demos, 1) for turn in self.demo(signature, demo, number))
        return (system, *turns)

    def exchange(
        self,
        signature: type[Signature],
        inputs: Mapping[str, Any],
        outputs: Mapping[str, Any],
        capabilities: Capabilities,
    ) -> tuple[Message, ...]:
        asked = [self.question(inputs, {})] if inputs else []
        answered = [Message.of("assistant", self.write(signature, outputs), "history")] if outputs else []
        return (*asked, *answered)

    def demo(self, signature: type[Signature], demo: Mapping[str, Any], number: int) -> tuple[Message, ...]:
        """Return a demonstration as the turns it would have been."""
        inputs = [(name, text_of(demo[name])) for name in signature.input_fields if name in demo]
        outputs = {name: demo[name] for name in signature.output_fields if name in demo}
        question = demo_part(self.write_inputs(inputs), number)
        answer = demo_part(self.write(signature, outputs), number)
        return Message("user", (question,)), Message("assistant", (answer,))


def demo_part(text: str, number: int) -> Part:
    """Return a piece of the demonstration of that number; all of its pieces are dropped together."""
    return Part("demo", text, f"demo {number}", "drop", min(number, _HIGHEST_OF_DEMOS))


def input_parts(inputs: Mapping[str, Any], trimmed: Mapping[str, Cut]) -> list[Part]:
    """Return inputs as marked sections; `trimmed` says where those that may be cut are cut."""
    parts = [
        Part("input", f"[[ ## {name} ## ]]\n{value if type(value) is str else text_of(value)}", f"input {name}")
        for name, value in inputs.items()
    ]
    if trimmed:
        parts = [_trimmable(part, name, trimmed) for part, name in zip(parts, inputs, strict=True)]
    return parts


def trimmed_inputs(signature: type[Signature]) -> Mapping[str, Cut]:
    """Return where the inputs that may be cut are cut."""
    return {name: field.trim for name, field in signature.input_fields.items() if field.trim is not None}


def _trimmable(part: Part, name: str, trimmed: Mapping[str, Cut]) -> Part:
    if name not in trimmed:
        return part
    return Part("input", part.text, part.name, "trim", cut=trimmed[name], head=len(marker(name)) + 1)


def fields_text(signature: type[Signature]) -> str:
    """Return the fields in a list, with types, descriptions and what is expected of outputs."""
    inputs = "\n".join(_line(field) for field in signature.input_fields.values())
    outputs = "\n".join(_line(field) for field in signature.output_fields.values())
    return f"Inputs:\n{inputs}\n\nOutputs:\n{outputs}" if inputs else f"Outputs:\n{outputs}"


def _line(field: Field) -> str:
    says = "; ".join(part for part in (field.desc, expectation(field) if field.kind == "output" else "") if part)
    return f"- `{field.name}` ({_word(field.type)}){f': {says}' if says else ''}"


def _word(type_: Any) -> str:
    """Name a type; a choice is named by what it is made of, since the choices follow anyway."""
    if get_origin(type_) is Literal:
        return " | ".join(dict.fromkeys(type(value).__name__ for value in get_args(type_)))
    if isinstance(type_, type) and issubclass(type_, Enum):
        return "str"
    return type_name(type_)
