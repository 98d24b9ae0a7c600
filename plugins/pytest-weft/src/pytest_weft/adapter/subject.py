"""The adapter under check, and the form in which it shows an answer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

import pytest

import weft

from ..conformance import Conformance

if TYPE_CHECKING:
    from collections.abc import Mapping

INPUTS = {"question": "Which number?"}


def completion(text: str, finish_reason: Any = "stop") -> weft.Completion:
    """Return a model's answer."""
    return weft.Completion(text, finish_reason)


def text_of(request: weft.Request) -> str:
    """Return all that a model reads of a request."""
    return "\n".join(message.text for message in request.messages)


class AdapterSubject(Conformance):
    """See `AdapterConformance`."""

    kind: ClassVar[str] = "adapter"

    def written(self, signature: type[weft.Signature], outputs: Mapping[str, Any]) -> str:
        """Return outputs in the form in which the adapter shows answers: by default as it renders a demonstration."""
        adapter: weft.Adapter = self.make()
        inputs = {name: INPUTS.get(name, "x") for name in signature.input_fields}
        demo = {**inputs, **outputs}
        request = adapter.render(weft.Prompt(signature, [demo]), inputs, weft.Capabilities())
        answers = [message.text for message in request.messages if message.role == "assistant"]
        if not answers:
            pytest.fail("no demonstration is rendered as an assistant's turn; override `written`")
        return answers[-1]

    def parsed(self, signature: type[weft.Signature], text: str, finish_reason: Any = "stop") -> dict[str, Any]:
        """Return what the adapter reads out of an answer."""
        adapter: weft.Adapter = self.make()
        return adapter.parse(signature, completion(text, finish_reason))

    def rendered(
        self, signature: type[weft.Signature], inputs: Mapping[str, Any], demos: tuple[Mapping[str, Any], ...] = ()
    ) -> weft.Request:
        """Return the request for inputs and demonstrations."""
        adapter: weft.Adapter = self.make()
        return adapter.render(weft.Prompt(signature, demos), inputs, weft.Capabilities())
