"""Parameters and limits: what is declared is kept, what is not declared is refused."""

from __future__ import annotations

import pytest

import weft
from weft.errors import ContextWindowExceeded, OptionError

from .subject import LMSubject

_FEW_CHARACTERS = 24
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

    def test_prompt_beyond_the_window_is_refused(self) -> None:
        """A prompt that does not fit the declared context window is ContextWindowExceeded, never cut in silence."""
        lm = self.lm()
        window = lm.capabilities.context_window
        if window is None or self.overflow is None or window > self.largest_overflow:
            pytest.skip("no context window that is small enough to overflow")
        with pytest.raises(ContextWindowExceeded):
            lm(self.overflow * (window + 1))


def _request(text: str) -> weft.Request:
    return weft.Request(messages=(weft.Message.of("user", text),))
