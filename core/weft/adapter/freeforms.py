"""How templates have their answers read: as an adapter reads them, as one whole text, or by a function."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, cast

from ..errors import OptionError, ParseError, PluginContractError
from ..signature.describe import text_of
from ..spelling import hint
from .base import typed_fields
from .chat import ChatAdapter
from .jsonform import JSONAdapter
from .sections import SectionAdapter
from .streaming import AsItComes, FieldDelta, Unpadded
from .xml import XMLAdapter

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from ..lm.capabilities import Capabilities
    from ..lm.records import Completion
    from ..signature import Signature
    from .base import Prompt
    from .streaming import StreamParser


class WholeTextForm(SectionAdapter):
    """The whole answer is the only output."""

    def form(self, signature: type[Signature]) -> str:
        return f"Answer with `{_only(signature)}` alone, and nothing around it."

    def write(self, signature: type[Signature], outputs: Mapping[str, Any]) -> str:
        return "".join(map(text_of, outputs.values()))

    def parse(self, signature: type[Signature], completion: Completion) -> dict[str, Any]:
        found = {_only(signature): completion.text.strip()}
        return typed_fields(signature, found, completion, whole=False)

    def stream_parser(self, signature: type[Signature]) -> StreamParser:
        return AsItComes(self, signature, _TextScanner(_only(signature)))


class FunctionForm(SectionAdapter):
    """A function of the text gives the outputs; another one writes them for demonstrations, by default as JSON."""

    def __init__(self, function: Callable[[str], Any], write: Callable[[Mapping[str, Any]], str] | None) -> None:
        self._function, self._write = function, write

    def form(self, signature: type[Signature]) -> str:
        return ""

    def write(self, signature: type[Signature], outputs: Mapping[str, Any]) -> str:
        return JSONAdapter().write(signature, outputs) if self._write is None else self._write(outputs)

    def repair(self, prompt: Prompt, error: ParseError, capabilities: Capabilities) -> None:
        """Return None: what form the function reads, only the template says."""

    def parse(self, signature: type[Signature], completion: Completion) -> dict[str, Any]:
        try:
            found = self._function(completion.text)
        except ValueError as error:
            raise ParseError(f"The template's function cannot read the answer: {error}", raw=completion.text) from error
        if found is None:
            raise ParseError("The template's function finds no outputs in the answer.", raw=completion.text)
        if not isinstance(found, Mapping):
            raise PluginContractError(
                f"The function that reads a template's answers must return a dict, not {found!r}."
            )
        outputs = cast("Mapping[str, Any]", found)
        return typed_fields(signature, outputs, completion, whole=False)


_FORMS: Mapping[str, type[SectionAdapter]] = {
    "chat": ChatAdapter,
    "json": JSONAdapter,
    "text": WholeTextForm,
    "xml": XMLAdapter,
}


def reading_of(read: Any, write: Any) -> SectionAdapter:
    """Return what reads a template's answers.

    Raises:
        OptionError: `read` is no such thing, or `write` is given with a form that has a way of its own.
    """
    if callable(read):
        return FunctionForm(cast("Callable[[str], Any]", read), write)
    if read not in _FORMS:
        choices = ", ".join(map(repr, _FORMS))
        raise OptionError(f"read must be one of {choices}, or a function, not {read!r}.{hint(str(read), _FORMS)}")
    if write is not None:
        raise OptionError(f"write goes with a function for read; {read!r} has its own way to write an answer.")
    return _FORMS[read]()


def _only(signature: type[Signature]) -> str:
    names = list(signature.output_fields)
    if len(names) != 1:
        listed = ", ".join(names)
        raise OptionError(f"An answer that is read as text holds one output; {signature.__name__} has {listed}.")
    return names[0]


class _TextScanner:
    """Gives all of an answer."""

    def __init__(self, field: str) -> None:
        self._field, self._text = field, Unpadded()

    def feed(self, text: str) -> Sequence[FieldDelta]:
        certain = self._text.add(text)
        return (FieldDelta(self._field, certain),) if certain else ()

    def finish(self) -> Sequence[FieldDelta]:
        return (FieldDelta(self._field, "", last=True),)
