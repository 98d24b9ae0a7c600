"""The model under check, and what its author can tell of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

import pytest

from ..conformance import Conformance

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import weft


class LMSubject(Conformance):
    """See `LMConformance`."""

    kind: ClassVar[str] = "lm"
    prompt: ClassVar[str] = "Reply with the word ready."
    long_prompt: ClassVar[str] = "Count from one to fifty in words, separated by commas."
    least_max_tokens: ClassVar[int] = 1
    deterministic: ClassVar[bool] = False
    overflow: ClassVar[str | None] = "weft "
    largest_overflow: ClassVar[int] = 50_000
    failing_options: ClassVar[Mapping[str, Any] | None] = None
    secret_option: ClassVar[str] = ""

    def echo(self, text: str) -> str | Sequence[weft.Message] | None:
        """Return a prompt whose answer contains `text`, or None where the model cannot be made to repeat one."""
        return None

    def provoke(self) -> None:
        """Make a call that fails; by default one with `failing_options`."""
        if self.failing_options is None:
            pytest.skip("neither failing_options nor provoke says how a call fails")
        self.lm(**self.failing_options)(self.prompt)

    def lm(self, **options: Any) -> weft.LM:
        """Return the model with weft's cache off, so that every call is made."""
        lm: weft.LM = self.make(**options)
        lm.cache = "off"
        return lm

    def echo_prompt(self, text: str) -> str | Sequence[weft.Message]:
        """Return what `echo` does, or skip the check."""
        prompt = self.echo(text)
        if prompt is None:
            pytest.skip("echo gives no prompt that makes the model repeat a text")
        return prompt

    def taking(self, parameter: str) -> weft.LM:
        """Return the model, or skip the check where it does not take the parameter."""
        lm = self.lm()
        if parameter not in lm.capabilities.parameters:
            pytest.skip(f"the model declares that it does not take {parameter}")
        return lm
