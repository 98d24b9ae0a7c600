"""A free answer, and a second call that takes the fields out of it."""

from __future__ import annotations

from typing import Any

import pytest

import weft
from weft.errors import NotConfiguredError, ParseError, TruncatedAnswer

PROSE = "Well. There are two apples and two pears, which makes four. I am fairly sure."


def thinker(**options: Any) -> weft.LM:
    return weft.LM("scripted/thinker", answers=[PROSE], usage=weft.Usage(100, 50, calls=1), **options)


def extractor(*answers: Any) -> weft.LM:
    return weft.LM("scripted/extractor", answers=list(answers), usage=weft.Usage(10, 5, calls=1), response_schema=True)


def test_the_answer_is_free_and_the_fields_come_from_a_second_model() -> None:
    seen: list[weft.Request] = []

    def extract(request: weft.Request) -> dict[str, Any]:
        seen.append(request)
        return {"count": 4, "sure": True}

    small = weft.LM("scripted/extractor", answers=extract, response_schema=True)
    count = weft.Predict(
        "question -> count: int, sure: bool", lm=thinker(), adapter=weft.TwoStepAdapter(extraction_lm=small)
    )
    found = count(question="How many fruits?")
    assert (found.count, found.sure) == (4, True)
    (request,) = seen
    assert request.response_schema is not None
    assert PROSE in request.messages[-1].text
    assert "How many fruits?" not in "".join(message.text for message in request.messages)
    assert "JSON" not in count.render(question="?", lm=thinker()).messages[0].text


def test_both_calls_are_on_the_books_of_the_step() -> None:
    adapter = weft.TwoStepAdapter(extraction_lm=extractor({"count": 4}))
    with weft.track_usage() as ledger:
        found = weft.Predict("question -> count: int", lm=thinker(), adapter=adapter)(question="?")
    assert found.usage == weft.Usage(110, 55, calls=2, cost=0.0)
    assert ledger.total.calls == 2
    assert set(ledger.by_model()) == {"scripted/thinker", "scripted/extractor"}


def test_without_a_second_model_the_first_is_asked_again() -> None:
    lm = weft.LM("scripted/one", answers=[PROSE, {"count": 4}])
    assert weft.Predict("question -> count: int", lm=lm, adapter="two-step")(question="?").count == 4


def test_an_answer_that_names_its_outputs_needs_no_second_call() -> None:
    lm = weft.LM("scripted/one", answers=["Let me see.\n\ncount: 4\n\nwhy: two\n\nand two"])
    found = weft.Predict("question -> count: int, why", lm=lm, adapter="two-step")(question="?")
    assert (found.count, found.why, found.usage.calls) == (4, "two\n\nand two", 1)


def test_prose_is_not_taken_for_the_only_text() -> None:
    lm = weft.LM("scripted/one", answers=["I think that it is Paris.", {"city": "Paris"}])
    assert weft.Predict("question -> city", lm=lm, adapter="two-step")(question="?").city == "Paris"


def test_an_answer_that_was_cut_off_is_not_extracted() -> None:
    cut = weft.Response((weft.Completion(PROSE[:30], "length"),))
    lm = weft.LM("scripted/one", answers=[cut, {"count": 4}])
    with pytest.raises(ParseError, match="cut off"):
        weft.Predict("question -> count: int", lm=lm, adapter="two-step", repair_max=0)(question="?")


def test_a_named_output_that_was_cut_off_is_not_taken() -> None:
    cut = weft.Response((weft.Completion("count: 4\n\nwhy: two and tw", "length"),))
    lm = weft.LM("scripted/one", answers=[cut])
    with pytest.raises(TruncatedAnswer) as caught:
        weft.Predict("question -> count: int, why", lm=lm, adapter="two-step")(question="?")
    assert caught.value.fields == {"count": 4}


def test_an_extraction_that_fails_names_the_model_and_keeps_the_answer() -> None:
    adapter = weft.TwoStepAdapter(extraction_lm=extractor("I found nothing."))
    with pytest.raises(ParseError, match="scripted/extractor could not take the fields out") as caught:
        weft.Predict("question -> count: int", lm=thinker(), adapter=adapter, repair_max=0)(question="?")
    assert caught.value.raw == PROSE
    assert "count" in caught.value.problems


def test_an_output_may_be_called_text() -> None:
    lm = weft.LM("scripted/one", answers=[PROSE, {"text": "four", "text_": "4"}])
    assert weft.Predict("question -> text, text_", lm=lm, adapter="two-step")(question="?").text == "four"


def test_what_is_no_model_is_refused() -> None:
    with pytest.raises(NotConfiguredError, match="extraction_lm must be an LM"):
        weft.TwoStepAdapter(extraction_lm=3)  # type: ignore[arg-type]
