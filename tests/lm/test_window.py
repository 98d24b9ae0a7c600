"""The context window: prompts are made to fit before they are paid for, and once more if the model refuses them."""

from __future__ import annotations

import asyncio
from itertools import count
from typing import Any

import pytest

import weft
from weft.errors import ContextWindowExceeded
from weft.lm.history import history

from .token_texts import true_tokens

_NAMES = count()
DEMOS = [{"question": f"What is {n} plus {n}? " * 4, "answer": str(2 * n)} for n in range(8)]


class Small(weft.LM):
    """A model with a window, which refuses what is longer and keeps what it was sent.

    A token is a word if it counts exactly, and otherwise one of a real vocabulary, of which weft is not told.
    """

    def __init__(
        self, window: int, /, *, declared: int | None = None, tells: bool = False, exact: bool = True, **options: Any
    ) -> None:
        able = weft.Capabilities(context_window=declared or window, max_output=10)
        options = {"cache": "off", **options}
        super().__init__(f"small-{next(_NAMES)}", provider="window", capabilities=able, **options)
        self.window, self.tells, self.exact = window, tells, exact
        self.sent: list[weft.Request] = []

    def tokens(self, request: weft.Request) -> int:
        texts = [message.text for message in request.messages]
        return sum(len(text.split()) if self.exact else true_tokens(text) for text in texts)

    @property
    def counts_exactly(self) -> bool:
        return self.exact

    def count_tokens(self, request: weft.Request) -> int:
        return self.tokens(request) if self.exact else super().count_tokens(request)

    async def generate(self, request: weft.Request) -> weft.Response:
        self.sent.append(request)
        tokens = self.tokens(request)
        if tokens > self.window:
            told: dict[str, Any] = {"tokens": tokens, "window": self.window} if self.tells else {}
            raise ContextWindowExceeded("too long", provider=self.provider, model=self.model, **told)
        return weft.Response.of("[[ ## answer ## ]]\nYes.", usage=weft.Usage(tokens, 2))


def qa(**options: Any) -> weft.Predict[weft.Prediction]:
    program = weft.Predict("question -> answer", **options)
    program.demos = DEMOS
    return program


def test_a_program_made_for_a_large_window_runs_on_a_small_one() -> None:
    large, small = Small(100_000), Small(200)
    for lm in (large, small):
        assert qa()(question="And 9 plus 9?", lm=lm).answer == "Yes."
    whole, fitted = large.sent[0], small.sent[0]
    assert len(whole.messages) == 18
    assert small.tokens(fitted) <= 190
    assert fitted.messages[0] == whole.messages[0]
    assert fitted.messages[1:] == whole.messages[-len(fitted.messages) + 1 :]
    dropped = [f"demo {n}" for n in range(1, 9 - len(fitted.messages[1:-1]) // 2)]
    assert [(row.name, row.done) for row in fitted.fitting] == [(name, "dropped") for name in dropped]


def test_a_request_that_fits_is_sent_as_it_is() -> None:
    lm = Small(100_000)
    request = weft.Request((weft.Message.of("user", "Hi"),))
    assert lm.fitted(request) is request


def test_an_input_that_may_be_cut_is_cut_with_a_mark() -> None:
    class Summary(weft.Signature):
        """Summarize."""

        document: str = weft.InputField(trim="middle")
        question: str = weft.InputField()
        answer: str = weft.OutputField()

    lm = Small(200)
    document = " ".join(f"w{n}" for n in range(5000))
    assert weft.Predict(Summary)(document=document, question="What?", lm=lm).answer == "Yes."
    (request,) = lm.sent
    text = request.messages[-1].text
    assert text.startswith("[[ ## document ## ]]\nw0 w1 ")
    assert "w4999\n\n[[ ## question ## ]]\nWhat?" in text
    assert "characters left out …]" in text
    assert 170 <= lm.tokens(request) <= 190


def test_what_may_not_be_cut_is_refused_with_a_table_before_any_call() -> None:
    lm = Small(200)
    with pytest.raises(ContextWindowExceeded) as caught, weft.track_usage() as ledger:
        qa()(question="word " * 300, lm=lm)
    assert lm.sent == []
    assert ledger.total.calls == 0
    error = caught.value
    assert (error.provider, error.window, error.retryable) == ("window", 200, False)
    done = {row.name: row.done for row in error.parts}
    assert done["input question"] == done["instructions"] == "kept"
    assert done["demo 1"] == done["demo 8"] == "dropped"
    assert "exceed the context window of 200 tokens" in str(error)
    assert "input question" in str(error)


def test_room_is_kept_for_the_answer_that_was_asked_for() -> None:
    lm = Small(100)
    words = [weft.Message.of("user", "word " * 80)]
    lm(words, max_tokens=20)
    with pytest.raises(ContextWindowExceeded, match=r"30 of the answer \(max_tokens\)"):
        lm(words, max_tokens=30)
    assert len(lm.sent) == 1


def test_what_was_done_is_an_event_and_in_render_and_history() -> None:
    lm, events = Small(200), list[weft.Event]()
    with weft.listening(events.append), weft.context(lm=lm):
        rendered = qa().render(question="And 9 plus 9?")
        assert events == []
        qa()(question="And 9 plus 9?")
    (event,) = [event for event in events if event.kind == "prompt.fitted"]
    assert event.fields["parts"] == rendered.fitting == lm.sent[0].fitting
    assert rendered == lm.sent[0]
    assert weft.inspect_history().startswith("--- made to fit ---\ndemo 1 dropped, demo 2 dropped")
    assert history()[0].request.fitting == rendered.fitting


def test_a_call_of_the_model_itself_is_made_to_fit_as_well() -> None:
    lm = Small(50)
    old = weft.Message("user", (weft.Part("history", "old " * 40, "turn 1", "drop"),))
    new = weft.Message("user", (weft.Part("text", "new " * 20, "turn 2"),))
    lm([old, new])
    assert lm.sent[0].messages == (new,)


def test_a_streamed_answer_is_of_the_fitted_prompt() -> None:
    lm = Small(200)

    async def last() -> Any:
        request = qa().render(question="And 9 plus 9?", lm=Small(100_000))
        return [item async for item in lm.astream(request.messages)][-1]

    assert asyncio.run(last()).usage.calls == 1
    assert lm.tokens(lm.sent[0]) <= 190


def test_the_cache_knows_the_fitted_prompt() -> None:
    lm = Small(200, cache="on")
    program = qa()
    first = program(question="And 9 plus 9?", lm=lm)
    program.demos = [{"question": "gone " * 100, "answer": "x"}, *DEMOS]
    again = program(question="And 9 plus 9?", lm=lm)
    assert len(lm.sent) == 1
    assert (first.usage.calls, again.usage.calls) == (1, 0)


def test_every_model_of_a_router_fits_by_its_own_window() -> None:
    small, large = Small(200), Small(100_000)
    router = weft.Router([small, large], policy="round-robin")
    for _ in range(2):
        qa()(question="And 9 plus 9?", lm=router)
    assert small.tokens(small.sent[0]) <= 190
    assert len(large.sent[0].messages) == 18


def test_a_router_goes_on_to_a_larger_window_where_a_prompt_cannot_be_made_to_fit() -> None:
    small, large = Small(200), Small(100_000)
    assert weft.Router([small, large])("word " * 300).usage.calls == 1
    assert (len(small.sent), len(large.sent)) == (0, 1)


@pytest.mark.parametrize("tells", [True, False])
@pytest.mark.parametrize("exact", [True, False])
def test_a_prompt_that_the_model_finds_too_long_is_made_to_fit_once_more(*, tells: bool, exact: bool) -> None:
    """The model has a smaller window than is declared, or more tokens than was learned: the first call is refused."""
    lm = Small(600, declared=680 if exact else None, tells=tells, exact=exact)
    events: list[weft.Event] = []
    program = qa()
    program.demos = [{"question": f"What is {n} plus {n}?", "answer": str(2 * n)} for n in range(60)]
    question = "And what is nine plus nine? " * 20
    if not exact:
        whole = program.render(question=question, lm=Small(9999))
        lm.meter.teach(whole, lm.tokens(whole) / 1.6)  # so the bound, above it by a margin, is a fifth too low
    with weft.listening(events.append), weft.track_usage() as ledger:
        prediction = program(question=question, lm=lm)
    assert prediction.answer == "Yes."
    assert [lm.tokens(request) <= 600 for request in lm.sent] == [False, True]
    assert ledger.total.calls == prediction.usage.calls == 2
    told = [event.fields["parts"] for event in events if event.kind == "prompt.fitted"]
    assert told[-1] == lm.sent[-1].fitting


def test_what_a_refusal_tells_is_not_forgotten() -> None:
    lm = Small(300, declared=340, tells=True)
    for _ in range(2):
        qa()(question="And 9 plus 9? " * 32, lm=lm)
    assert [lm.tokens(request) <= 300 for request in lm.sent] == [False, True, True]


def test_a_prompt_is_refused_by_the_model_at_most_twice() -> None:
    lm = Small(20, declared=340, exact=True)
    with pytest.raises(ContextWindowExceeded, match="too long"):
        qa()(question="And 9 plus 9? " * 10, lm=lm)
    assert len(lm.sent) == 2


def test_a_refusal_that_nothing_can_mend_surfaces_at_once() -> None:
    lm = Small(20, declared=340)
    with pytest.raises(ContextWindowExceeded, match="too long"):
        lm("word " * 100)
    assert len(lm.sent) == 1


def test_a_model_whose_tokens_are_not_known_is_asked_when_it_is_not_certain() -> None:
    """Before the first report the bound is far above the truth; a refusal by the model costs nothing."""
    lm = Small(200, exact=False)
    assert lm.count_tokens(weft.Request((weft.Message.of("user", "word " * 150),))) > 200
    assert lm("word " * 150).usage.input_tokens == 151
    with pytest.raises(ContextWindowExceeded, match="about"):
        lm("word " * 400)


def test_without_a_declared_window_nothing_is_done() -> None:
    lm = weft.LM("scripted/x", answers=lambda request: {"answer": str(len(request.messages))})
    assert qa()(question="word " * 100_000, lm=lm).answer == "18"


def test_a_field_says_where_it_may_be_cut() -> None:
    with pytest.raises(weft.errors.OptionError, match="'end', 'start' or 'middle'"):
        weft.InputField(trim="begin")
    with pytest.raises(weft.errors.SignatureError, match="an output, to which 'trim' cannot apply"):
        weft.Signature("q -> a").with_updated_fields("a", trim="end")
    longer = weft.Signature("doc -> answer").with_updated_fields("doc", trim="start")
    rendered = weft.Predict(longer).render(doc="x" * 500, lm=Small(100_000))
    (part,) = rendered.messages[-1].parts
    assert (part.shrink, part.cut, part.text[: part.head]) == ("trim", "start", "[[ ## doc ## ]]\n")
