"""Frozen slots: what no optimizer changes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

import weft
from weft import Optimizer, Plan
from weft.errors import OptionError
from weft.optimize import plan_row

if TYPE_CHECKING:
    from weft import Run, State, Task

TRAIN = [weft.Example(question=f"{number}?", answer="yes").with_inputs("question") for number in range(4)]
LM = weft.LM("scripted/x", answers=lambda request: {"answer": "yes"})


OTHER = {"ref": "scripted/other", "answers": {"?": "yes"}}


class ChangeAll(Optimizer):
    """Changes every slot that there is, frozen or not, as somebody might who never heard of frozen ones."""

    async def search(self, task: Task, run: Run) -> State:
        state = task.state
        for path, predictor in task.program.named_predictors():
            state = state.set(f"{path}.instructions", "Changed.").set(f"{path}.lm", OTHER)
            state = state.set(f"{path}.demos", [{"question": "0?", "answer": "no"}]).set(f"{path}.neighbours", 1)
            for name in predictor.signature.fields:
                state = state.set(f"{path}.fields.{name}.desc", "changed")
            for name in predictor.texts:
                state = state.set(f"{path}.texts.{name}", "changed")
        await run.compare({"changed": state}, task.trainset)
        return state

    def plan(self, task: Task) -> Plan:
        return Plan((plan_row(task, "change", "task", (4, 4, 4)),))


class OnlyDemos(ChangeAll):
    tunes = ("demos",)


def equal(example: weft.Example, prediction: weft.Prediction) -> bool:
    return example.answer == prediction.answer


def program(frozen: Any) -> weft.Predict[Any]:
    messages = [("system", "Be brief.\n\n# Tone\n\nKind.\n\n# Form\n\nA word."), ("user", "{question}")]
    ask = weft.Predict.from_prompt(messages, slots="sections", frozen=frozen, lm=LM)
    ask.demos = [{"question": "a", "answer": "b"}]
    return ask


@pytest.mark.parametrize(
    ("frozen", "changed"),
    [
        ((), {"instructions", "demos", "neighbours", "lm", "texts.tone", "texts.form_2"}),
        (["instructions", "lm"], {"demos", "neighbours", "texts.tone", "texts.form_2"}),
        ("demos", {"instructions", "lm", "texts.tone", "texts.form_2"}),
        (["texts.tone", "demos"], {"instructions", "lm", "texts.form_2"}),
        (["texts", "lm", "demos"], {"instructions"}),
        ("all", set()),
    ],
)
def test_frozen_slots_outlive_every_optimizer(frozen: Any, changed: set[str]) -> None:
    ask = program(frozen)
    result = ChangeAll(metric=equal).optimize(ask, trainset=TRAIN)
    found = result.program.state.diff(ask.state)
    assert {address.removeprefix("self.") for address in found} == changed
    assert result.candidates[0].state == result.program.state


@pytest.mark.parametrize(
    ("frozen", "kept"), [(["fields.answer"], {"question"}), (["fields.answer.desc"], {"question"}), (["fields"], set())]
)
def test_descriptions_of_fields_are_frozen_one_by_one(frozen: Any, kept: set[str]) -> None:
    ask = weft.Predict("question -> answer", frozen=frozen, lm=LM)
    found = ChangeAll(metric=equal).compile(ask, trainset=TRAIN)
    assert set(found.own.fields) == kept


def test_frozen_slots_are_not_tunable() -> None:
    ask = weft.Predict("question -> answer", frozen=["demos", "fields.question"])
    assert ask.tunable() == {"self.instructions": ask.instructions, "self.fields.answer.desc": ""}
    ask.frozen = []
    assert list(ask.tunable())[1:] == ["self.demos", "self.fields.question.desc", "self.fields.answer.desc"]
    assert weft.ChainOfThought("question -> answer", frozen="all").tunable() == {}


def test_what_somebody_does_by_hand_is_not_held_up() -> None:
    ask = weft.Predict("question -> answer", frozen="all")
    ask.instructions = "Be brief."
    assert ask.with_state(ask.state.set("self.instructions", "Be long.")).instructions == "Be long."
    assert ask.deepcopy().frozen == {"all"}
    assert ask.reset_copy().frozen == {"all"}


def test_an_optimizer_with_nothing_to_change_says_so_before_it_spends() -> None:
    with pytest.raises(OptionError, match="OnlyDemos changes demos, and they are frozen in every predictor of Predict"):
        OnlyDemos(metric=equal).task(weft.Predict("question -> answer", frozen=["demos"]), trainset=TRAIN)
    assert OnlyDemos(metric=equal).task(weft.Predict("question -> answer", frozen=["fields"]), trainset=TRAIN)


def test_a_name_that_is_no_slot_is_refused() -> None:
    with pytest.raises(OptionError, match=r"names the slot 'instruction', .* Did you mean 'instructions'"):
        weft.Predict("question -> answer", frozen=["instruction"])
    with pytest.raises(OptionError, match="frozen is a list of slots"):
        weft.Predict("question -> answer", frozen=3)  # type: ignore[arg-type]
    with pytest.raises(OptionError, match="names the slot 3"):
        weft.Predict("question -> answer", frozen=[3])  # type: ignore[list-item]


def test_descriptions_of_tools_can_be_frozen() -> None:
    def search(words: str) -> str:
        """Search."""
        return words

    agent = weft.ReAct("question -> answer", tools=[search])
    (path, step), *_ = agent.named_predictors()
    assert agent.tunable()[f"{path}.tools.search.desc"] == "Search."
    step.frozen = ["tools.search"]
    assert f"{path}.tools.search.desc" not in agent.tunable()
    with pytest.raises(OptionError, match=r"Did you mean 'tools\.search'"):
        step.frozen = ["tools.serch"]
