"""``auto``: the surest form that the model can be held to, chosen anew for every call; the default."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..signature.markers import HEADER
from .base import Adapter
from .chat import ChatAdapter
from .chatstream import SectionScanner
from .jsonform import JSONAdapter, can_be_held
from .jsonstream import ObjectScanner
from .streaming import AsItComes
from .toolform import ToolFormAdapter, as_text

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ..lm.capabilities import Capabilities
    from ..lm.messages import Message
    from ..lm.records import Completion, Request
    from ..signature import Signature
    from .base import Prompt
    from .streaming import FieldDelta, StreamParser


class AutoAdapter(Adapter):
    """Holds the answer to a schema, by the surest of these ways that the model's capabilities declare.

    A native response schema, else a grammar, else the call of a tool, else marked sections as `ChatAdapter` has them.
    A single output that is plain text is always asked for in a marked section: nothing in it has to be escaped, which
    models do badly for long texts and code, and nothing can be malformed, since an answer without the marker is the
    text. Answers are read in whichever of the forms they come.
    """

    def __init__(self) -> None:
        self._chat = ChatAdapter()
        self._json = JSONAdapter()
        self._tool = ToolFormAdapter()

    def chosen(self, signature: type[Signature], capabilities: Capabilities) -> Adapter:
        """Return the adapter that writes prompts of this signature for a model that can do this."""
        if is_one_text(signature):
            return self._chat
        if can_be_held(signature, capabilities):
            return self._json
        return self._tool if capabilities.tools else self._chat

    def render(self, prompt: Prompt, inputs: Mapping[str, Any], capabilities: Capabilities) -> Request:
        return self.chosen(prompt.signature, capabilities).render(prompt, inputs, capabilities)

    def exchange(
        self,
        signature: type[Signature],
        inputs: Mapping[str, Any],
        outputs: Mapping[str, Any],
        capabilities: Capabilities,
    ) -> tuple[Message, ...]:
        return self.chosen(signature, capabilities).exchange(signature, inputs, outputs, capabilities)

    def parse(self, signature: type[Signature], completion: Completion) -> dict[str, Any]:
        if completion.text.startswith("[[ ## "):
            return self._chat.parse(signature, completion)
        completion = as_text(completion)
        reader = self._chat if is_one_text(signature) or _is_in_sections(completion.text) else self._json
        return reader.parse(signature, completion)

    def stream_parser(self, signature: type[Signature]) -> StreamParser:
        names = signature.output_fields
        return AsItComes(self, signature, SectionScanner(names) if is_one_text(signature) else _FirstSight(signature))


def is_one_text(signature: type[Signature]) -> bool:
    """Whether the only output is plain text."""
    return signature.memo("is_one_text", lambda: _is_one_text(signature))


def _is_one_text(signature: type[Signature]) -> bool:
    first, *others = signature.output_fields.values()
    return first.holds_text and not first.constraints and not others


def _is_in_sections(text: str) -> bool:
    return not text.lstrip().startswith("{") and ("{" not in text or HEADER.search(text) is not None)


class _FirstSight:
    """Scans an answer in the form that its first character shows."""

    def __init__(self, signature: type[Signature]) -> None:
        self._signature = signature
        self._scanner: StreamParser | None = None
        self._blank = ""

    def feed(self, text: str) -> Sequence[FieldDelta]:
        if self._scanner is None:
            text = self._blank + text
            begun = text.lstrip()
            if not begun:
                self._blank = text
                return ()
            fields = self._signature.output_fields
            self._scanner = ObjectScanner(fields) if begun[0] in "{`" else SectionScanner(fields)
        return self._scanner.feed(text)

    def finish(self) -> Sequence[FieldDelta]:
        return () if self._scanner is None else self._scanner.finish()
