"""Parameters and limits: what is declared is kept, what is not declared is refused."""

from __future__ import annotations

import pytest

import weft
from weft.errors import ContextWindowExceeded, OptionError

from ..running import finished
from .subject import LMSubject

_FEW_CHARACTERS = 24
_UNCOUNTED, _AROUND = 1.1, 64
"""How far reports may be above a count: a provider's template adds to what it was given."""
_SCHEMA = {
    "type": "object",
    "properties": {
        f"property_{number}": {"type": "string", "description": "what is said of it"} for number in range(12)
    },
    "required": ["property_0"],
}
_SOME_VALUE = {"temperature": 0.5, "top_p": 0.5, "max_tokens": 16, "stop": "x", "seed": 1, "n": 2, "rollout_id": 1}


class LimitChecks(LMSubject):
    """max_tokens, stop, undeclared parameters, token counts and the context window."""

    def test_max_tokens_cuts_the_answer(self) -> None:
        """The smallest ``max_tokens`` gives an answer that says it was cut (``length``), or a very short one."""
        answer = self.taking("max_tokens")(self.long_prompt, max_tokens=self.least_max_tokens).completions[0]
        allowed = _FEW_CHARACTERS * self.least_max_tokens
        assert answer.finish_reason == "length" or len(answer.text) <= allowed, (
            f"max_tokens={self.least_max_tokens} gave {len(answer.text)} characters that ended with "
            f"{answer.finish_reason!r}; take the parameter out of the capabilities if the model does not have it"
        )

    def test_stop_ends_the_answer(self) -> None:
        """The answer ends before the first stop text."""
        prompt = self.echo_prompt("alpha omega")
        answer = self.taking("stop")(prompt, stop="omega").text
        assert "omega" not in answer, f"stop='omega' gave {answer!r}"

    def test_undeclared_parameter_is_refused(self) -> None:
        """A parameter that the capabilities do not declare is an OptionError before any call."""
        lm = self.lm()
        undeclared = [name for name in _SOME_VALUE if name not in lm.capabilities.parameters]
        for name, value in {**{name: _SOME_VALUE[name] for name in undeclared}, "warp_speed": 9}.items():
            with pytest.raises(OptionError):
                lm(self.prompt, **{name: value})

    def test_counts_tokens(self) -> None:
        """`count_tokens` gives a whole number of at least 0, and never less for a longer prompt."""
        lm = self.lm()
        counts = [lm.count_tokens(_request("one two three. " * size)) for size in (0, 1, 10, 100)]
        assert all(type(count) is int and count >= 0 for count in counts), f"token counts are {counts}"
        assert counts == sorted(counts), f"longer prompts have fewer tokens: {counts}"
        assert counts[-1] > counts[0], f"a hundred sentences have no more tokens than none: {counts}"

    def test_count_holds_what_is_reported(self) -> None:
        """`count_tokens` is not below the prompt tokens that answers report, a response schema or tools included."""
        lm = self.lm()
        plain = _request("The quick brown fox jumps over the lazy dog. " * 20)
        asked = {"a long prompt": plain}
        if lm.capabilities.response_schema:
            asked["a response schema"] = plain.replace(response_schema=_SCHEMA)
        if lm.capabilities.tools:
            asked["a tool"] = plain.replace(tools=(weft.ToolSpec("search", "Finds documents.", _SCHEMA),))
        for what, request in asked.items():
            counted, reported = lm.count_tokens(request), _usage(lm, request).input_tokens
            assert reported <= _UNCOUNTED * counted + _AROUND, (
                f"count_tokens gives {counted} for {what}, and the answer reports {reported} tokens of prompt"
            )

    def test_prompt_beyond_the_window_is_refused(self) -> None:
        """The provider refuses what does not fit the declared window, as ContextWindowExceeded; it never cuts it."""
        lm = self.lm()
        window = lm.capabilities.context_window
        if window is None or self.overflow is None or window > self.largest_overflow:
            pytest.skip("no context window that is small enough to overflow")
        request = lm.prepared(_request(self.overflow * (window + 1)))
        with pytest.raises(ContextWindowExceeded):
            finished(lm.generate(request))  # past weft, which would make it fit or refuse it


def _usage(lm: weft.LM, request: weft.Request) -> weft.Usage:
    """Return what the provider reports for a request, whatever its answer is."""
    return finished(lm.generate(lm.prepared(request))).usage


def _request(text: str) -> weft.Request:
    return weft.Request(messages=(weft.Message.of("user", text),))
