"""Predict with tools: in the model's own form where it has one, as text where not, with any adapter."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

import weft
from weft.adapter.tool_calling import with_tools
from weft.data.trajectory import TrajectoryStep
from weft.errors import OptionError, ParseError, SignatureError, ToolError

if TYPE_CHECKING:
    from collections.abc import Callable


def search(query: str) -> str:
    """Find documents."""
    return f"found {query}"


def count(text: str) -> int:
    """Count letters.

    Not signs.
    """
    return len(text)


CALLS = weft.ToolCalls([{"name": "search", "arguments": {"query": "cats"}}])
SIGNATURE = "question, tools: list[Tool] -> answer, calls: ToolCalls"


class Plain(weft.Adapter):
    """An adapter of somebody else, which knows nothing of tools, markers or parts of a system's turn."""

    def render(self, prompt: weft.Prompt, inputs: Any, capabilities: weft.Capabilities) -> weft.Request:
        asked = [f"{name} = {inputs[name]}" for name in prompt.signature.input_fields]
        wanted = ", ".join(prompt.signature.output_fields)
        return weft.Request((weft.Message.of("user", "\n".join([*asked, f"Say {wanted}, a line each."])),))

    def parse(self, signature: type[weft.Signature], completion: weft.Completion) -> dict[str, Any]:
        found = dict(zip(signature.output_fields, completion.text.splitlines(), strict=False))
        return weft.adapter.typed_fields(signature, found, completion)


class Apart(Plain):
    """An adapter whose rule for answers is a turn of its own."""

    def render(self, prompt: weft.Prompt, inputs: Any, capabilities: weft.Capabilities) -> weft.Request:
        request = super().render(prompt, inputs, capabilities)
        return request.replace(messages=(weft.Message.of("system", "A line each.", "format"), *request.messages))


def asked(adapter: Any, answer: Any, *, native: bool, spec: str = SIGNATURE, **inputs: Any) -> tuple[Any, weft.Request]:
    """Return what Predict makes of an answer, and the request that it sent."""
    seen: list[weft.Request] = []

    def answers(request: weft.Request) -> Any:
        seen.append(request)
        return answer

    lm = weft.LM("scripted/x", answers=answers, tools=native, response_schema=True)
    given = {"question": "Cats?", **({"tools": [search, count]} if "tools" in spec else {}), **inputs}
    return weft.Predict(spec, adapter=adapter, lm=lm)(**given), seen[0]


ADAPTERS: list[Any] = ["chat", "json", Plain(), Apart()]


@pytest.mark.parametrize("adapter", ADAPTERS)
def test_a_model_with_a_form_of_its_own_gets_specs_and_gives_calls(adapter: Any) -> None:
    call = weft.ToolCall("id-1", "search", '{"query": "cats"}', "sealed")
    completion = weft.Completion("I'll look.", "tool_calls", (call,))
    result, request = asked(adapter, completion, native=True)
    assert request.tools == (weft.Tool(search).spec, weft.Tool(count).spec)
    assert "Find documents" not in "".join(message.text for message in request.messages)
    assert not any(part.kind == "format" for message in request.messages for part in message.parts)
    assert request.response_schema is None
    assert all(message.text for message in request.messages)
    assert list(result) == ["answer", "calls"]
    assert (result.calls.calls, result.calls.text) == ((call,), "I'll look.")
    assert result.answer == "I'll look."


@pytest.mark.parametrize("adapter", ADAPTERS)
def test_it_may_answer_instead(adapter: Any) -> None:
    result, _ = asked(adapter, weft.Completion("Cats are animals."), native=True)
    assert (result.answer, result.calls) == ("Cats are animals.", weft.ToolCalls())


@pytest.mark.parametrize("adapter", ["chat", "json"])
def test_a_model_without_is_told_in_the_prompt_and_writes_json(adapter: str) -> None:
    result, request = asked(adapter, {"answer": "?", "calls": CALLS}, native=False)
    assert request.tools == ()
    system = request.messages[0].text
    assert "- search: Find documents.\n  arguments: {" in system
    assert "- count: Count letters.\n\n  Not signs.\n  arguments: {" in system
    assert "`tools`" not in system
    assert "the tools to call now; [] for none; must be JSON for the schema" in system
    assert (result.answer, result.calls) == ("?", CALLS)
    nothing, _ = asked(adapter, {"answer": "No.", "calls": []}, native=False)
    assert nothing.calls == weft.ToolCalls()


def test_an_adapter_of_somebody_else_works_as_text() -> None:
    result, request = asked(Plain(), '?\n[{"name": "search", "arguments": {"query": "cats"}}]', native=False)
    assert [message.role for message in request.messages] == ["system", "user"]
    assert request.messages[0].parts[0].name == "tools"
    assert (result.answer, result.calls) == ("?", CALLS)


def test_calls_without_the_form_around_them_are_calls() -> None:
    bare = '[{"name": "search", "arguments": {"query": "cats"}}]'
    result, _ = asked("chat", bare, native=False)
    assert (result.answer, result.calls) == (None, CALLS)
    with pytest.raises(ParseError, match="lacks the field 'answer'"):
        asked("chat", "I would search for cats.", native=False)
    with pytest.raises(ParseError, match="lacks the field 'answer'"):
        asked("chat", f"[[ ## calls ## ]]\n{bare}", native=False)


def test_calls_that_a_server_left_in_the_text_are_calls() -> None:
    text = 'Hm. <tool_call>{"name": "search", "arguments": {"query": "cats"}}</tool_call>'
    result, _ = asked("chat", text, native=True)
    assert (result.calls, result.calls.text) == (CALLS, "Hm.")
    with pytest.raises(ParseError, match="A call of a tool cannot be read: it breaks off"):
        asked("chat", '<tool_call>{"name": "search", "argum</tool_call>', native=True)


def test_several_outputs_keep_their_form_beside_native_calls() -> None:
    spec = "question, tools: list[Tool] -> answer: int, sure: bool, calls: ToolCalls"
    result, request = asked("chat", {"answer": 3, "sure": True}, native=True, spec=spec)
    assert (result.answer, result.sure, result.calls) == (3, True, weft.ToolCalls())
    assert any(part.kind == "format" for part in request.messages[0].parts)
    call = weft.Completion("[[ ## answer ## ]]\n4", "tool_calls", CALLS.calls)
    result, _ = asked("chat", call, native=True, spec=spec)
    assert (result.answer, result.sure, result.calls) == (4, None, CALLS)
    with pytest.raises(ParseError, match="lacks the field 'sure'"):
        asked("chat", "[[ ## answer ## ]]\n4", native=True, spec=spec)


@pytest.mark.parametrize("native", [True, False])
def test_an_answer_that_is_held_to_a_form_could_call_nothing(native: bool) -> None:
    class Holding(Plain):
        def render(self, prompt: weft.Prompt, inputs: Any, capabilities: weft.Capabilities) -> weft.Request:
            request = super().render(prompt, inputs, capabilities)
            answer = weft.ToolSpec("answer", "Gives the answer.", {})
            return request.replace(tools=(answer,)) if capabilities.tools else request

    spec = "question, tools: list[Tool] -> answer: int, sure: bool, calls: ToolCalls"
    answer = weft.Completion("4\ntrue\n[]")
    result, request = asked(Holding(), answer, native=native, spec=spec)
    assert (result.answer, result.sure) == (4, True)
    assert [tool.name for tool in request.tools] == (["search", "count"] if native else [])
    _, request = asked("json", '{"answer": 4, "sure": true, "calls": []}', native=native, spec=spec)
    assert request.response_schema is None or not native


def test_calls_may_be_all_that_is_asked_for() -> None:
    spec = "question, tools: list[Tool] -> calls: ToolCalls"
    result, _ = asked("chat", weft.Completion("", "tool_calls", CALLS.calls), native=True, spec=spec)
    assert result == weft.Prediction(calls=CALLS)
    result, _ = asked("json", {"calls": CALLS}, native=False, spec=spec)
    assert result.calls == CALLS


def test_an_answer_that_was_cut_off_is_no_answer() -> None:
    with pytest.raises(ParseError, match="cut off"):
        asked("chat", weft.Completion("Cats are", "length"), native=True)


def test_the_setting_decides_before_the_model_does() -> None:
    with weft.context(tool_calling="text"):
        _, request = asked("chat", {"answer": "?", "calls": CALLS}, native=True)
    assert request.tools == ()
    with (
        weft.context(tool_calling="native"),
        pytest.raises(
            OptionError, match="scripted/x has no form of its own for calls of tools; use tool_calling='text'"
        ),
    ):
        asked("chat", "", native=False)


def test_steps_alone_need_no_calls() -> None:
    with weft.context(tool_calling="native"):
        result, request = asked(
            "chat", {"answer": "4"}, native=False, spec="question, steps: Trajectory -> answer", steps=STEPS
        )
    assert result.answer == "4"
    assert "Look 5." in request.messages[-1].text


def test_what_a_signature_says_of_its_calls_stands() -> None:
    class Own(weft.Signature):
        """Plan."""

        question: str = weft.InputField()
        calls: weft.ToolCalls = weft.OutputField("the plan, in order")

    system = weft.Predict(Own, lm=weft.LM("scripted/x")).render(question="?").messages[0].text
    assert "`calls` (ToolCalls): the plan, in order; must be JSON" in system


def test_one_tool_and_no_tool_are_tools_too() -> None:
    spec = "question, tools: Tool | None -> answer, calls: ToolCalls"
    _, request = asked("chat", weft.Completion("No."), native=True, spec=spec, tools=search)
    assert [tool.name for tool in request.tools] == ["search"]
    _, request = asked("chat", weft.Completion("No."), native=True, spec=spec, tools=None)
    assert request.tools == ()


def test_what_is_no_tool_is_refused_before_a_call() -> None:
    def many(*texts: str) -> None: ...

    with pytest.raises(ToolError, match="'many' cannot be a tool"):
        asked("chat", "", native=True, tools=[many])
    with pytest.raises(SignatureError, match="has 2 outputs that hold calls of tools, calls and more; one is enough"):
        asked("chat", "", native=True, spec="question -> calls: ToolCalls, more: ToolCalls")


STEPS = weft.Trajectory(
    [
        TrajectoryStep(f"Look {number}.", CALLS, (weft.ToolResult(f"result {number} " + "x" * 400),))
        for number in range(1, 6)
    ]
)
WITH_STEPS = "question, tools: list[Tool], steps: Trajectory -> answer, calls: ToolCalls"


def test_steps_are_turns_of_a_native_conversation() -> None:
    ids = weft.ToolCalls([weft.ToolCall("id-7", "search", "{}", "sealed"), weft.ToolCall("", "count", "{}")], "Both.")
    done = TrajectoryStep("", ids, (weft.ToolResult("one"), weft.ToolResult("two")))
    steps = weft.Trajectory([done, TrajectoryStep("Hm.", problem="No tool was called.")])
    _, request = asked("chat", weft.Completion("So."), native=True, spec=WITH_STEPS, steps=steps)
    _, _, said, *answers, thought, problem = request.messages
    assert (said.role, said.text) == ("assistant", "Both.")
    assert [(call.id, call.state) for call in said.tool_calls] == [("id-7", "sealed"), ("call-1-2", "")]
    assert [(turn.role, turn.tool_call_id, turn.text) for turn in answers] == [
        ("tool", "id-7", "one"),
        ("tool", "call-1-2", "two"),
    ]
    assert (thought.role, thought.text, problem.role, problem.text) == (
        "assistant",
        "Hm.",
        "user",
        "No tool was called.",
    )


@pytest.mark.parametrize("adapter", ["chat", "json"])
def test_steps_are_a_log_at_the_end_of_a_text(adapter: str) -> None:
    answer = {"answer": "?", "calls": CALLS}
    _, empty = asked(adapter, answer, native=False, spec=WITH_STEPS, steps=weft.Trajectory())
    assert empty.messages[-1].text.endswith("[[ ## steps ## ]]\nThere are none yet.")
    _, request = asked(adapter, answer, native=False, spec=WITH_STEPS, steps=STEPS)
    assert [part.name for part in request.messages[-1].parts[-5:]] == [f"step {number}" for number in range(1, 6)]
    assert request.messages[-1].text.endswith(f"[[ ## steps ## ]]\nThe steps so far are below.\n\n{STEPS}")


def tokens_left(window: int, *, native: bool) -> weft.Request:
    lm = weft.LM("scripted/x", context_window=window, max_output=50, tools=native)
    predict = weft.Predict(WITH_STEPS, lm=lm)
    return predict.render(question="Cats?", tools=[search], steps=STEPS)


@pytest.mark.parametrize("native", [True, False])
def test_a_prompt_that_is_too_long_loses_its_oldest_steps_first_and_the_newest_never(native: bool) -> None:
    whole = tokens_left(100_000, native=native)
    assert whole.fitting == ()
    text, left, window = "", [0], 2000
    while "characters left out" not in text:
        window -= 50
        request = tokens_left(window, native=native)
        text = "\n".join(message.text for message in request.messages)
        left = [number for number in range(1, 6) if f"Look {number}." in text]
        assert left == list(range(left[0], 6))
        calls = [call.id for message in request.messages for call in message.tool_calls]
        answered = [message.tool_call_id for message in request.messages if message.role == "tool"]
        assert calls == answered  # a call without its answer, or the reverse, is refused by providers
    assert left == [5]  # only then is the newest cut


@pytest.mark.parametrize("native", [True, False])
def test_all_demos_give_way_before_any_step_does(native: bool) -> None:
    predict = weft.Predict(WITH_STEPS, lm=weft.LM("scripted/x", context_window=2000, max_output=50, tools=native))
    predict.demos = [{"question": "Mice? " * 20, "answer": "Look.", "calls": CALLS}] * 99
    request = predict.render(question="Cats?", tools=[search], steps=weft.Trajectory(STEPS[3:]))
    assert len(request.fitting) > 90
    assert all(row.name.startswith("demo ") for row in request.fitting)


def demos(predict: weft.Predict[Any]) -> None:
    predict.demos = [
        {"question": "Dogs?", "tools": [search], "steps": STEPS, "answer": "Look.", "calls": CALLS},
        {"question": "Mice?", "answer": "Look too.", "calls": CALLS},
    ]


def test_demos_show_calls_and_steps_but_no_tools() -> None:
    texts: list[str] = []
    for native in (True, False):
        predict = weft.Predict(WITH_STEPS, lm=weft.LM("scripted/x", tools=native))
        demos(predict)
        request = predict.render(question="Cats?", tools=[count], steps=weft.Trajectory())
        shown = [part.text for message in request.messages for part in message.parts if part.kind == "demo"]
        texts.append("\n".join(shown))
        assert {part.shrink for message in request.messages for part in message.parts if part.kind == "demo"} == {
            "drop"
        }
    for text in texts:
        assert "Dogs?" in text
        assert "Mice?" in text
        assert "Find documents" not in text
        assert 'Call: search {"query": "cats"}' in text
        assert '[{"name": "search", "arguments": {"query": "cats"}}]' in text
    assert "Example of what follows" in texts[0]


def test_calls_of_a_prediction_can_be_carried_out(monkeypatch: pytest.MonkeyPatch) -> None:
    import asyncio

    result, _ = asked("chat", weft.Completion("", "tool_calls", CALLS.calls), native=True)
    tools: list[Callable[..., Any]] = [search, count]
    assert [one.text for one in asyncio.run(result.calls.run(tools))] == ["found cats"]


SURE = "question, tools: list[Tool] -> answer: int, sure: bool, calls: ToolCalls"
WRITTEN = '[{"name": "search", "arguments": {"query": "cats"}}]'


@pytest.mark.parametrize("native", [True, False])
def test_what_could_not_be_read_beside_calls_is_asked_for_again(native: bool) -> None:
    seen: list[weft.Request] = []
    answers = iter([f"[[ ## answer ## ]]\n4\n\n[[ ## calls ## ]]\n{'[]' if native else WRITTEN}", {"sure": True}])

    def answer(request: weft.Request) -> Any:
        seen.append(request)
        return next(answers)

    lm = weft.LM("scripted/x", answers=answer, tools=native)
    result = weft.Predict(SURE, lm=lm, adapter="chat")(question="Cats?", tools=[search])
    assert (result.answer, result.sure) == (4, True)
    assert result.calls == (weft.ToolCalls() if native else CALLS)
    assert seen[1].tools == ()
    assert "Cats?" not in "".join(message.text for message in seen[1].messages)


def test_calls_that_cannot_be_read_are_asked_for_again() -> None:
    lm = weft.LM("scripted/x", answers=["[[ ## answer ## ]]\n?\n\n[[ ## calls ## ]]\nsearch cats", {"calls": CALLS}])
    result = weft.Predict(SIGNATURE, lm=lm, adapter="chat")(question="Cats?", tools=[search])
    assert (result.answer, result.calls) == ("?", CALLS)


@pytest.mark.parametrize("native", [True, False])
def test_an_adapter_that_asks_a_second_time_can_be_used(native: bool) -> None:
    """A free text needs no second call, what has a form does."""
    answers = (
        [weft.Completion("I'll look.", "tool_calls", CALLS.calls)]
        if native
        else ["I'd search.", {"answer": "?", "calls": CALLS}]
    )
    lm = weft.LM("scripted/x", answers=answers, tools=native)
    result = weft.Predict(SIGNATURE, lm=lm, adapter="two-step")(question="Cats?", tools=[search])
    assert (result.answer, result.calls) == ("I'll look." if native else "?", CALLS)


@pytest.mark.parametrize("native", [True, False])
def test_an_answer_is_read_while_it_comes(native: bool) -> None:
    predict = weft.Predict(SURE, lm=weft.LM("scripted/x", tools=native))
    with weft.context(adapter="chat"):
        adapter, text = with_tools(weft.Adapter("chat"), predict.signature, weft.LM("scripted/x", tools=native)), ""
        parser = adapter.stream_parser(predict.signature)
        deltas = [
            *parser.feed("[[ ## answer ## ]]\n4\n\n[[ ## sure ## ]]\ntrue\n\n[[ ## completed ## ]]"),
            *parser.finish(),
        ]
    for delta in deltas:
        text += delta.text if delta.field == "answer" else ""
    assert text == "4"
