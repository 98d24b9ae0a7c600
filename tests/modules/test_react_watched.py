"""ReAct as others see it: estimates, events, streams and checks."""

from __future__ import annotations

from typing import Any

import pytest

import weft

from .stepping import TOOLS, Run, add, both, calls, finish


def test_a_program_can_be_estimated_without_running_a_tool() -> None:
    def never() -> None:
        raise AssertionError("it ran")

    agent = weft.ReAct("question -> answer: int", [never], max_steps=3, lm=weft.LM("scripted/x"))
    estimate = agent.estimate(question="?")
    assert estimate.problem is None
    assert [step.path for step in estimate.steps][:1] == ["react"]


def test_a_step_is_told_as_events() -> None:
    events: list[weft.Event] = []
    with weft.listening(events.append):
        Run([calls(("add", {"a": 1, "b": 1})), finish(answer=2)], native=True)
    told = [event for event in events if not event.kind.startswith("module.")]
    assert [event.kind for event in told] == ["lm.end", "tool.start", "tool.end", "lm.end"]
    assert told[2].fields["text"] == "2"


@both
def test_a_run_can_be_watched(native: bool) -> None:
    steps = [calls(("add", {"a": 1, "b": 1}), thought="Let me add them."), finish(answer=2)]
    lm = weft.LM("scripted/x", answers=steps, tools=native, pieces=3)
    agent = weft.ReAct("question -> answer: int", TOOLS, lm=lm)
    events = list(agent.stream(question="?"))
    result: Any = events[-1]
    assert result.answer == 2
    chunks = [event for event in events if isinstance(event, weft.FieldChunk)]
    thought = [chunk for chunk in chunks if (chunk.call, chunk.field) == (1, "thought")]
    assert "".join(chunk.text for chunk in thought) == "Let me add them."
    assert len(thought) > 3
    made = next(chunk.value for chunk in chunks if chunk.field == "calls" and chunk.last)
    assert made == result.trajectory[0].calls
    kinds = [event.kind for event in events if isinstance(event, weft.StatusEvent)]
    assert [kind for kind in kinds if kind in ("tool.start", "tool.end", "restart")] == ["tool.start", "tool.end"]


@pytest.mark.parametrize("name", ["answer", "note"])
def test_any_name_of_a_tool_can_be_watched(name: str) -> None:
    named = weft.Tool(add, name=name)
    predict = weft.Predict("question, tools: list[Tool] -> calls: ToolCalls")
    made = weft.ToolCalls([{"name": name, "arguments": {"a": 1, "b": 1}}])
    lm = weft.LM("scripted/x", answers=[weft.Completion("I'll see.", "tool_calls", made.calls)], tools=True, pieces=3)
    events = list(predict.stream(question="?", tools=[named], lm=lm))
    assert [event.value for event in events if isinstance(event, weft.FieldChunk)] == [made]


@both
def test_a_check_in_a_tool_is_told_to_the_model(native: bool) -> None:
    def spend(amount: int) -> str:
        weft.check(amount <= 10, "At most 10.")
        return "spent"

    run = Run(
        [calls(("spend", {"amount": 99})), calls(("spend", {"amount": 9})), finish(answer=9)],
        native=native,
        tools=[spend],
    )
    assert run.texts[:2] == [["CheckFailed: At most 10."], ["spent"]]


@both
def test_a_check_of_the_program_reaches_the_last_step(native: bool) -> None:
    seen: list[str] = []

    def answer(request: weft.Request) -> Any:
        seen.append("\n".join(message.text for message in request.messages))
        return finish(answer=len(seen))

    class Even(weft.Module):
        def __init__(self) -> None:
            self.agent = weft.ReAct("question -> answer: int", TOOLS)

        def forward(self, question: str) -> Any:
            result = self.agent(question=question)
            weft.check(result.answer % 2 == 0, "The answer must be even.")
            return result

    with weft.context(lm=weft.LM("scripted/x", answers=answer, tools=native)):
        result = Even()(question="?")
    assert result.answer == 2
    assert "The answer must be even." in seen[1]
