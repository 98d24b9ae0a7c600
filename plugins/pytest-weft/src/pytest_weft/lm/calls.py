"""Calls side by side, from sync and from async code."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from ..running import finished, in_running_loop, within
from .subject import LMSubject

if TYPE_CHECKING:
    from collections.abc import Sequence

    import weft

_AT_ONCE = 50
_PATIENCE_SECONDS = 120.0


class CallChecks(LMSubject):
    """Concurrency and the two ways of calling."""

    def test_fifty_calls_at_once(self) -> None:
        """Fifty calls that run at once on one object are all answered, each with its own answer."""
        lm = self.lm()
        words = [f"word{number:03}" for number in range(_AT_ONCE)]
        prompts: list[str | Sequence[weft.Message]] = [self.echo(word) or self.prompt for word in words]

        async def all_at_once() -> list[weft.Response]:
            return await asyncio.gather(*(lm.acall(prompt) for prompt in prompts))

        answers = [response.text for response in finished(all_at_once())]
        assert len(answers) == _AT_ONCE
        if self.echo("word") is not None:
            wrong = [(word, answer) for word, answer in zip(words, answers, strict=True) if word not in answer]
            assert not wrong, f"{len(wrong)} calls got another's answer, such as {wrong[0]}"

    def test_sync_and_async_agree(self) -> None:
        """Blocking and awaited calls of one object work in turn, on different event loops, and say the same."""
        lm = self.lm()
        first = lm(self.prompt).text
        awaited = [asyncio.run(lm.acall(self.prompt)).text for _ in range(2)]
        again = lm(self.prompt).text
        if self.deterministic:
            assert {first, *awaited, again} == {first}, f"blocking: {first!r}, awaited: {awaited}"

    def test_answers_inside_a_running_loop(self) -> None:
        """A blocking call works where an event loop runs already, as in a notebook."""
        lm = self.lm()
        response = within(_PATIENCE_SECONDS, lambda: in_running_loop(lambda: lm(self.prompt)))
        assert isinstance(response.text, str)
