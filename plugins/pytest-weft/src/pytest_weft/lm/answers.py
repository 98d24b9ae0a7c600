"""What comes back from a model."""

from __future__ import annotations

from copy import deepcopy

import weft

from ..running import finished
from .subject import LMSubject

_REASONS = ("stop", "length", "content_filter", "error")
_UNICODE = "naïve Ωmega 東京 😀 é"
_THREE_ANSWERS = 3


class AnswerChecks(LMSubject):
    """Responses, roles, characters and several answers."""

    def test_answers_with_a_response(self) -> None:
        """`generate` returns a Response with at least one Completion, whose text is a str."""
        response = self.lm()(self.prompt)
        assert isinstance(response, weft.Response), f"a Response is wanted, not {response!r}"
        assert response.completions, "a Response has at least one completion"
        for completion in response.completions:
            assert isinstance(completion, weft.Completion), f"a Completion is wanted, not {completion!r}"
            assert isinstance(completion.text, str), f"a completion's text is a str, not {completion.text!r}"
            assert completion.finish_reason in _REASONS, f"there is no finish_reason {completion.finish_reason!r}"

    def test_takes_every_role(self) -> None:
        """System, user and assistant turns are taken, in the order of a conversation."""
        turns = (
            weft.Message.of("system", "You answer briefly."),
            weft.Message.of("user", "Reply with the word red."),
            weft.Message.of("assistant", "red"),
            weft.Message.of("user", self.prompt),
        )
        assert isinstance(self.lm()(turns).text, str)

    def test_carries_unicode(self) -> None:
        """Characters of every script arrive at the model and come back unchanged."""
        answer = self.lm()(self.echo_prompt(_UNICODE)).text
        assert _UNICODE in answer, f"the text {_UNICODE!r} came back as {answer!r}"

    def test_n_gives_as_many_answers(self) -> None:
        """``n=3`` gives three completions, whether the provider can do that in one call or not."""
        response = self.taking("n")(self.prompt, n=_THREE_ANSWERS)
        assert len(response.completions) == _THREE_ANSWERS, f"n=3 gave {len(response.completions)} completions"

    def test_request_is_not_changed(self) -> None:
        """`generate` leaves the request as it was: the caller may send it again, or keep it as a cache key."""
        lm = self.lm()
        request = lm.prepared(weft.Request(messages=(weft.Message.of("user", self.prompt),)))
        before = deepcopy(request)
        finished(lm.generate(request))
        assert request == before, f"the request {before!r} became {request!r}"
