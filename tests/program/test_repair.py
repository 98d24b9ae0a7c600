"""Fields that could not be read are asked for again: these alone, at most so often, and on the books."""

from __future__ import annotations

from typing import Any, Literal

import pytest

import weft
from weft.errors import BudgetExceeded, LMRateLimitError, OptionError, ParseError, SettingsError, TruncatedAnswer

BAD = "[[ ## team ## ]]\nbilling\n\n[[ ## urgency ## ]]\nrather high\n\n[[ ## completed ## ]]"
GOOD = "[[ ## urgency ## ]]\n4\n\n[[ ## completed ## ]]"


class Route(weft.Signature):
    """Route the ticket."""

    ticket: str = weft.InputField()
    team: Literal["billing", "delivery"] = weft.OutputField()
    urgency: int = weft.OutputField("from 1 to 5", ge=1, le=5)


class Asked:
    """A scripted model that keeps what it was asked."""

    def __init__(self, *answers: Any) -> None:
        self.requests: list[weft.Request] = []
        self._answers = list(answers)
        self.lm = weft.LM("scripted/repair", answers=self._answer)

    def _answer(self, request: weft.Request) -> Any:
        self.requests.append(request)
        return self._answers[len(self.requests) - 1]


def text_of(request: weft.Request) -> str:
    return "\n".join(message.text for message in request.messages)


def test_only_the_field_that_could_not_be_read_is_asked_for_again() -> None:
    asked = Asked(BAD, GOOD)
    route = weft.Predict(Route, lm=asked.lm)
    route.demos = [weft.Example(ticket="A demo ticket.", team="billing", urgency=3)]
    result = route(ticket="I was charged twice, " + "really " * 500)
    assert result.to_dict() == {"team": "billing", "urgency": 4}
    again = text_of(asked.requests[1])
    assert "rather high" in again
    assert "from 1 to 5" in again
    assert "{team}" not in again
    assert "A demo ticket." not in again
    assert "charged twice" not in again


def test_the_size_of_a_re_ask_does_not_depend_on_prompt_and_answer() -> None:
    sizes: list[int] = []
    for many in (1_000, 100_000):
        asked = Asked("word " * many, "[[ ## a ## ]]\none\n[[ ## b ## ]]\n2")
        weft.Predict("q -> a, b: int", lm=asked.lm)(q="long " * many)
        sizes.append(len(text_of(asked.requests[1])))
    assert abs(sizes[0] - sizes[1]) < 10
    assert max(sizes) < 8_000


def test_usage_ledger_events_and_trace_show_it() -> None:
    asked = Asked(BAD, GOOD)
    events: list[weft.Event] = []
    route = weft.ChainOfThought(Route)
    asked = Asked(f"[[ ## reasoning ## ]]\nMoney.\n\n{BAD}", GOOD)
    with weft.track_usage() as ledger, weft.trace() as steps, weft.listening(events.append):
        result = route(ticket="I was charged twice", lm=asked.lm)
    assert result.usage.calls == ledger.total.calls == 2
    assert set(ledger.by_path()) == {"predict"}
    (step,) = steps
    (repair,) = step.repairs
    assert step.prediction.usage.calls == 2
    assert step.response.text.startswith("[[ ## reasoning ## ]]")
    assert repair.response.text == GOOD
    assert repair.request.messages == asked.requests[1].messages
    assert list(repair.error.problems) == ["urgency"]
    (told,) = [event for event in events if event.kind == "predict.repair"]
    assert told.fields["fields"] == ("urgency",)
    assert told.fields["path"] == "predict"
    assert told.fields["lm"] == asked.lm.ref
    assert "urgency" in told.fields["problem"]


def test_an_answer_that_is_read_at_once_costs_one_call() -> None:
    asked = Asked({"team": "billing", "urgency": 2})
    with weft.trace() as steps:
        assert weft.Predict(Route, lm=asked.lm)(ticket="?").urgency == 2
    assert steps[0].repairs == ()
    assert len(asked.requests) == 1


def test_what_is_still_not_read_is_a_parse_error_with_all_that_was() -> None:
    asked = Asked(BAD, "[[ ## urgency ## ]]\nvery high")
    with pytest.raises(ParseError) as caught:
        weft.Predict(Route, lm=asked.lm)(ticket="?")
    assert caught.value.fields == {"team": "billing"}
    assert list(caught.value.problems) == ["urgency"]
    assert caught.value.raw == BAD
    assert len(asked.requests) == 2


def test_a_second_re_ask_is_for_what_the_first_left() -> None:
    asked = Asked("nothing of use", "[[ ## a ## ]]\none", "[[ ## b ## ]]\n2")
    predict = weft.Predict("q -> a, b: int", lm=asked.lm, repair_max=2)
    assert predict(q="?").to_dict() == {"a": "one", "b": 2}
    assert "{a}" not in text_of(asked.requests[2])


@pytest.mark.parametrize("place", ["setting", "predictor", "call"])
def test_how_often_is_said_by_the_call_the_predictor_or_the_settings(place: str) -> None:
    asked = Asked(BAD, BAD, BAD, BAD, BAD)
    predict = weft.Predict(Route, lm=asked.lm, repair_max={"setting": None, "predictor": 3, "call": 0}[place])
    config = {"repair_max": 3} if place == "call" else {}
    with weft.context(repair_max=3 if place == "setting" else 0), pytest.raises(ParseError):
        predict(ticket="?", config=config)
    assert len(asked.requests) == 4


def test_no_re_ask_at_all() -> None:
    asked = Asked(BAD)
    with weft.context(repair_max=0), pytest.raises(ParseError):
        weft.Predict(Route, lm=asked.lm)(ticket="?")
    assert len(asked.requests) == 1


def test_a_wrong_number_is_refused() -> None:
    with pytest.raises(OptionError, match="repair_max of Predict must be a whole number of at least 0, not -1"):
        weft.Predict(Route, repair_max=-1)
    with pytest.raises(OptionError, match="not True"):
        weft.Predict(Route, lm="scripted/x")(ticket="?", config={"repair_max": True})
    with pytest.raises(SettingsError, match="repair_max"):
        weft.configure(repair_max=-1)


def test_parameters_of_the_call_hold_for_the_re_ask() -> None:
    asked = Asked(BAD, GOOD)
    weft.Predict(Route, lm=asked.lm, temperature=0.3)(ticket="?", config={"max_tokens": 50, "seed": 7})
    first, again = asked.requests
    assert (
        (again.temperature, again.max_tokens, again.seed, again.n) == (first.temperature, 50, 7, 1) == (0.3, 50, 7, 1)
    )


def test_a_re_ask_is_held_against_budgets() -> None:
    asked = Asked(BAD, GOOD)
    with weft.budget(calls=1) as budget, pytest.raises(BudgetExceeded) as caught:
        weft.Predict(Route, lm=asked.lm)(ticket="?")
    assert budget.spent.calls == 1
    assert isinstance(caught.value.__context__, ParseError)


def test_a_re_ask_that_fails_is_the_cause_of_the_parse_error() -> None:
    asked = Asked(BAD, LMRateLimitError("slow down"))
    with weft.context(retries=0), pytest.raises(ParseError) as caught:
        weft.Predict(Route, lm=asked.lm)(ticket="?")
    assert isinstance(caught.value.__cause__, LMRateLimitError)
    assert caught.value.fields == {"team": "billing"}


@pytest.mark.parametrize("adapter", ["chat", "json"])
def test_a_truncated_answer_is_not_asked_for_again(adapter: str) -> None:
    cut = weft.Response((weft.Completion('{"team": "billing", "urg', "length"),))
    asked = Asked(cut)
    with pytest.raises(TruncatedAnswer, match="give the model more max_tokens"):
        weft.Predict(Route, lm=asked.lm, adapter=adapter)(ticket="?")
    assert len(asked.requests) == 1


def test_there_is_nothing_to_ask_about_an_empty_answer() -> None:
    asked = Asked("  ")
    with pytest.raises(ParseError, match="The answer is empty"):
        weft.Predict(Route, lm=asked.lm)(ticket="?")
    assert len(asked.requests) == 1


def test_a_remark_is_not_taken_for_the_text_that_is_missing() -> None:
    asked = Asked("[[ ## a ## ]]\none", "The earlier answer does not tell b.")
    with pytest.raises(ParseError, match="lacks the field 'b'"):
        weft.Predict("q -> a, b", lm=asked.lm)(q="?")


def test_outputs_may_be_called_like_what_the_re_ask_gives() -> None:
    asked = Asked("?", "[[ ## earlier_answer ## ]]\none\n[[ ## what_is_wrong ## ]]\n2")
    predict = weft.Predict("q -> earlier_answer, what_is_wrong: int", lm=asked.lm)
    assert predict(q="?").to_dict() == {"earlier_answer": "one", "what_is_wrong": 2}


def test_optional_outputs_keep_their_defaults() -> None:
    signature: Any = weft.Signature(
        {"q": weft.InputField(), "a": (int, weft.OutputField()), "b": (int | None, weft.OutputField(default=7))}
    )
    asked = Asked("[[ ## a ## ]]\nmany", "[[ ## a ## ]]\n1")
    assert weft.Predict(signature, lm=asked.lm)(q="?").to_dict() == {"a": 1, "b": 7}


def test_the_wording_in_force_is_used() -> None:
    asked = Asked(BAD, GOOD)
    route = weft.Predict(Route, lm=asked.lm)
    with route.using(route.state.set("self.fields.urgency.desc", "in stars")):
        route(ticket="?")
    assert "in stars" in text_of(asked.requests[1])


def test_several_answers_share_the_bound() -> None:
    answers = weft.Response((weft.Completion(BAD), weft.Completion(BAD)))
    asked = Asked(answers, GOOD, GOOD)
    asked.lm.capabilities = weft.Capabilities(n=True)
    with pytest.raises(ParseError):
        weft.Predict(Route, lm=asked.lm, repair_max=1)(ticket="?", config={"n": 2})
    assert len(asked.requests) == 2


class Lines(weft.Adapter):
    """A third party's adapter, which knows nothing of repair."""

    def render(self, prompt: weft.Prompt, inputs: Any, capabilities: Any) -> weft.Request:
        lines = [prompt.signature.instructions, *(f"{name}={value}" for name, value in inputs.items())]
        return weft.Request(messages=(weft.Message.of("user", "\n".join([*lines, *prompt.signature.output_fields])),))

    def parse(self, signature: Any, completion: weft.Completion) -> dict[str, Any]:
        found = dict(line.split("=", 1) for line in completion.text.splitlines() if "=" in line)
        try:
            return {name: int(found[name]) for name in signature.output_fields}
        except (KeyError, ValueError) as error:
            raise ParseError("That is no number.", raw=completion.text) from error


def test_adapters_of_others_repair_in_their_own_form() -> None:
    asked = Asked("a=one", "a=1\nb=2")
    assert weft.Predict("q -> a: int, b: int", lm=asked.lm, adapter=Lines())(q="?").to_dict() == {"a": 1, "b": 2}
    assert "what_is_wrong=That is no number." in text_of(asked.requests[1])


class NoRepair(Lines):
    def repair(self, prompt: Any, error: Any, capabilities: Any) -> None:
        return None


def test_an_adapter_may_refuse_to_repair() -> None:
    asked = Asked("a=one")
    with pytest.raises(ParseError, match="That is no number"):
        weft.Predict("q -> a: int", lm=asked.lm, adapter=NoRepair())(q="?")


class TwoCalls(Lines):
    """Reads an answer with a call of its own."""

    async def aparse(self, signature: Any, completion: weft.Completion, ask: Any) -> dict[str, Any]:
        response = await ask(weft.Request(messages=(weft.Message.of("user", f"Extract: {completion.text}"),)))
        return self.parse(signature, response.completions[0])


def test_calls_that_an_adapter_makes_to_read_are_on_the_books() -> None:
    asked = Asked("one, I think", "a=1")
    with weft.track_usage() as ledger:
        result = weft.Predict("q -> a: int", lm=asked.lm, adapter=TwoCalls())(q="?")
    assert result.a == 1
    assert result.usage.calls == ledger.total.calls == 2
