"""What stands for the placeholders of a template, for one prompt."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..errors import OptionError
from ..lm.messages import Message, Part
from ..spelling import hint
from .sections import demo_part, fields_text, input_parts, trimmed_inputs
from .templates import PARAGRAPH

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ..lm.messages import PartKind
    from .base import Prompt
    from .templates import Paragraph, Turn

_KINDS: Mapping[str, tuple[PartKind, str]] = {
    "instructions": ("instructions", "instructions"),
    "fields": ("fields", "field descriptions"),
    "form": ("format", "form of the answer"),
}
OWN_NAMES = frozenset({*_KINDS, "demos", "inputs"})
"""The placeholders that stand for something else than an input or a text of a prompt."""


class Filling:
    """Fills in turns of a template.

    Args:
        prompt: the signature and the texts in force.
        form: the rule that says how to answer; empty where there is none.
        demos: the demonstrations as ``{demos}`` shows them.
    """

    def __init__(self, prompt: Prompt, form: str, demos: Sequence[str]) -> None:
        self._signature = signature = prompt.signature
        self._inputs = signature.input_fields
        self._trimmed = trimmed_inputs(signature)
        self._demos = demos
        self._texts = {"instructions": signature.instructions, "fields": fields_text(signature), "form": form}
        self._texts.update(prompt.texts)
        self._texts["demos"] = PARAGRAPH.join(demos)

    def check(self, used: Sequence[str]) -> None:
        """Refuse placeholders that mean nothing, and inputs that are shown nowhere.

        Raises:
            OptionError: there is such a one.
        """
        known = {*self._inputs, *self._texts, "demos", "inputs"} - ({"form"} if not self._texts["form"] else set())
        for name in used:
            if name not in known:
                raise OptionError(
                    f"The template has {{{name}}}, which is neither an input of {self._signature.__name__} nor a "
                    f"placeholder of weft's; write {{{{ and }}}} for braces that are text.{hint(name, known)}"
                )
        for name in self._inputs:
            if name not in used and ("inputs" not in used or "inputs" in self._inputs):
                raise OptionError(
                    f"The template does not show the input {name!r}; write {{{name}}} or {{inputs}} into a message."
                )

    def shows_demos(self, turns: Sequence[Turn]) -> bool:
        """Whether demonstrations have a place in the texts of the turns."""
        return "demos" not in self._inputs and any("demos" in turn.placeholders for turn in turns)

    def is_constant(self, turn: Turn) -> bool:
        """Whether a turn is the same for all inputs."""
        return not any(name in self._inputs or name == "inputs" for name in turn.placeholders)

    def message(self, turn: Turn, inputs: Mapping[str, str]) -> Message:
        """Return a turn with the texts of inputs in it; its text is the template's, whatever its parts are."""
        texts = {**self._texts, "inputs": self._in_sections(inputs), **inputs}
        parts = [part for paragraph in turn.paragraphs for part in self._parts(paragraph, texts, inputs)]
        return Message(turn.role, tuple(parts), turn.tool_calls, turn.tool_call_id)

    def _parts(self, paragraph: Paragraph, texts: Mapping[str, str], inputs: Mapping[str, str]) -> list[Part]:
        """Return a paragraph as parts; a placeholder that stands alone is one of its own kind, which may give way."""
        name = paragraph.alone
        if name is None:
            is_input = any(one in self._inputs or one == "inputs" for one in paragraph.placeholders)
            return [Part("input" if is_input else "text", paragraph.filled(texts))]
        if name in self._inputs:
            cut = self._trimmed.get(name)
            text, called = texts.get(name, ""), f"input {name}"
            return [Part("input", text, called) if cut is None else Part("input", text, called, "trim", cut=cut)]
        if name == "inputs":
            return input_parts(inputs, self._trimmed)
        if name == "demos":
            return [demo_part(text, number) for number, text in enumerate(self._demos, 1)]
        kind, called = _KINDS.get(name, ("text", f"text {name}"))
        return [Part(kind, texts[name], called)]

    def _in_sections(self, inputs: Mapping[str, str]) -> str:
        return PARAGRAPH.join([part.text for part in input_parts(inputs, {})])
