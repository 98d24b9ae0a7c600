"""``two-step``: the model answers freely, and a second call takes the fields out of its answer."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from ..errors import NotConfiguredError, ParseError
from ..lm.base import LM
from ..signature.describe import text_of
from ..signature.fields import InputField
from .auto import AutoAdapter
from .base import Prompt, typed_fields
from .reading import read_fields
from .sections import SectionAdapter
from .streaming import WholeAnswer

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ..lm.records import Completion
    from ..signature import Signature
    from .base import Ask
    from .streaming import StreamParser

_EXTRACT = "Take the outputs out of the text. Keep what it says, and add nothing.\n\nThe text answers this task: {}"


class TwoStepAdapter(SectionAdapter):
    """Lets the model answer in its own words; for models that reason well and answer badly under rules of form.

    Args:
        extraction_lm: the model that takes the fields out of the answer, an LM or a reference; a small one will do.
            None: the model that answered.

    The second call is on the ledger beside the first, under the same path. It is spared where the answer holds every
    output on a line that begins with its name, as the answers in demonstrations do, and where the answer was cut off.
    """

    def __init__(self, *, extraction_lm: LM | str | None = None) -> None:
        if extraction_lm is not None and not isinstance(extraction_lm, LM | str):  # pyright: ignore[reportUnnecessaryIsInstance]
            raise NotConfiguredError(f"extraction_lm must be an LM or a reference to one, not {extraction_lm!r}.")
        self.extraction_lm = LM(extraction_lm) if isinstance(extraction_lm, str) else extraction_lm
        self._extraction = AutoAdapter()

    def form(self, signature: type[Signature]) -> str:
        names = ", ".join(f"`{name}`" for name in signature.output_fields)
        return f"Answer in your own words. Say clearly what the outputs are: {names}."

    def write(self, signature: type[Signature], outputs: Mapping[str, Any]) -> str:
        return "\n\n".join([f"{name}: {text_of(value)}" for name, value in outputs.items()])

    def parse(self, signature: type[Signature], completion: Completion) -> dict[str, Any]:
        """Return the values of an answer that names its outputs as demonstrations do; `aparse` reads any."""
        return typed_fields(signature, _labelled(signature, completion.text), completion, whole=False)

    async def aparse(self, signature: type[Signature], completion: Completion, ask: Ask) -> dict[str, Any]:
        if completion.finish_reason == "length" or not completion.text.strip():
            return self.parse(signature, completion)
        reading = read_fields(signature, _labelled(signature, completion.text))
        if not reading.problems and reading.given == len(reading.values):
            return reading.values
        lm = self.extraction_lm or ask.lm
        prompt, name = signature.memo("extraction", lambda: _extraction_prompt(signature))
        response = await ask(self._extraction.render(prompt, {name: completion.text}, lm.capabilities), lm)
        try:
            return await self._extraction.aparse(prompt.signature, response.completions[0], ask)
        except ParseError as error:
            raise ParseError(
                f"{lm.ref} could not take the fields out of the answer: {error.problem}",
                raw=completion.text,
                fields=error.fields,
                problems=error.problems,
            ) from error

    def stream_parser(self, signature: type[Signature]) -> StreamParser:
        """Return a parser that gives the fields of an answer that names them, at its end.

        The free text is no field's value, so it is not given as one; what is extracted comes with the prediction.
        """
        return WholeAnswer(self, signature)


def _extraction_prompt(signature: type[Signature]) -> tuple[Prompt, str]:
    """Return the prompt of the second call, and the name of its input."""
    name = "text"
    while name in signature.output_fields:
        name += "_"
    form = signature.with_instructions(_EXTRACT.format(signature.instructions))
    for given in signature.input_fields:
        form = form.delete(given)
    return Prompt(form.prepend(name, InputField("an answer in free form"))), name


def _labelled(signature: type[Signature], text: str) -> dict[str, str]:
    """Return what stands behind the names of outputs at the beginning of lines; the first of a name counts."""
    names = "|".join(signature.output_fields)
    labels = list(signature.memo("lines", lambda: re.compile(rf"^({names}):", re.MULTILINE)).finditer(text))
    ends = [*(label.start() for label in labels[1:]), len(text)]
    found: dict[str, str] = {}
    for label, end in zip(labels, ends, strict=False):
        found.setdefault(label[1], text[label.end() : end].strip())
    return found
