"""ReAct: steps, endings, and everything that a model or a tool may get wrong."""

from __future__ import annotations

import asyncio
from itertools import pairwise
from typing import Any, Literal

import pytest

import weft
from weft.errors import InputError, LMError, OptionError, ParseError, SignatureError, ToolError

from .stepping import TOOLS, Run, add, both, calls, finish


@both
def test_tools_are_called_until_the_model_finishes(native: bool) -> None:
    run = Run(
        [calls(("add", {"a": 2, "b": 2}), thought="Add."), calls(("divide", {"a": 4, "b": 2})), finish(answer="2")],
        native=native,
    )
    assert run.result.answer == 2
    assert list(run.result) == ["answer", "trajectory"]
    assert run.trajectory.ended == "finish"
    assert run.texts == [["4"], ["2.0"], ["The work is done."]]
    assert run.trajectory[0].thought == "Add."
    assert run.result.usage.calls == 3
    assert [bool(request.tools) for request in run.requests] == [native] * 3


@both
def test_the_prompt_only_grows(native: bool) -> None:
    """What was sent once is sent again in the same words, so that providers' prompt caches help."""
    run = Run([calls(("add", {"a": n, "b": n})) for n in range(3)] + [finish(answer=1)], native=native)
    sent = ["\n".join(f"{m.role}{m.tool_calls}{m.text}" for m in request.messages) for request in run.requests[1:]]
    for before, after in pairwise(sent):
        assert after.startswith(before)


@both
def test_calls_of_one_step_run_side_by_side(native: bool) -> None:
    meeting = asyncio.Barrier(2)

    async def meet(name: str) -> str:
        await meeting.wait()
        return name

    run = Run([calls(("meet", {"name": "a"}), ("meet", {"name": "b"})), finish(answer=1)], native=native, tools=[meet])
    assert run.texts[0] == ["a", "b"]


@both
def test_what_goes_wrong_is_told_to_the_model(native: bool) -> None:
    run = Run(
        [
            calls(("divide", {"a": 1, "b": 0}), ("ad", {"a": 1}), ("add", {"a": 1}), ("finsh", {"answer": 1})),
            finish(answer=1),
        ],
        native=native,
    )
    assert run.texts[0] == [
        "ZeroDivisionError: division by zero",
        "There is no tool 'ad'. Did you mean 'add'?",
        "InputError: The arguments of the tool 'add' do not fit: 'b' is missing.",
        "There is no tool 'finsh'. Did you mean 'finish'?",
    ]
    prompt = "\n".join(message.text for message in run.requests[1].messages)
    assert all(text in prompt for text in run.texts[0])


@both
def test_outputs_that_do_not_fit_are_no_end(native: bool) -> None:
    class Verdict(weft.Signature):
        """Judge."""

        question: str = weft.InputField()
        verdict: Literal["yes", "no"] = weft.OutputField()
        sure: int = weft.OutputField(ge=0, le=100)
        why: str = weft.OutputField(default="")

    run = Run(
        [
            finish(verdict="maybe", sure=3),
            finish(verdict="Yes", sure=300),
            finish(verdict="Yes"),
            finish(verdict="Yes", sure="90"),
        ],
        native=native,
        spec=Verdict,
    )
    assert (run.result.verdict, run.result.sure, run.result.why) == ("yes", 90, "")
    assert [texts[0] for texts in run.texts] == [
        "The field 'verdict' must be one of 'yes', 'no'.",
        "The field 'sure' must be int: input should be less than or equal to 100.",
        "The answer lacks the field 'sure'.",
        "The work is done.",
    ]


@both
def test_the_only_output_may_come_without_its_name(native: bool) -> None:
    assert Run([finish(result=4)], native=native).result.answer == 4
    bare = weft.ToolCalls([weft.ToolCall("", "finish", "four")])
    run = Run([{"calls": bare}], native=native, spec="question -> answer")
    assert run.result.answer == "four"
    assert Run([finish(why="2 and 2", answer=4)], native=native).result.answer == 4
    broken = weft.ToolCalls([weft.ToolCall("", "finish", '{"answer": "fo')])
    run = Run([{"calls": broken}, finish(answer="four")], native=native, spec="question -> answer")
    assert run.texts[0] == ["The arguments cannot be read: it breaks off."]
    run = Run([{"calls": bare}, finish(a="1", b="2")], native=native, spec="question -> a, b")
    assert run.texts[0] == ["The arguments cannot be read: it is no JSON."]


@both
def test_tools_beside_finish_run_all_the_same(native: bool) -> None:
    noted: list[str] = []

    def note(text: str) -> None:
        noted.append(text)

    step = calls(("note", {"text": "a"}), ("finish", {"answer": 1}), ("note", {"text": "b"}), ("finish", {"answer": 2}))
    run = Run([step], native=native, tools=[note])
    assert sorted(noted) == ["a", "b"]
    assert run.result.answer == 1
    assert run.texts == [["null", "The work is done.", "null", "The work is done."]]


def test_a_model_that_answers_by_itself_is_not_asked_again() -> None:
    run = Run([weft.Completion("Four.")], native=True, spec="question -> answer")
    assert (run.result.answer, run.trajectory.ended, len(run.requests)) == ("Four.", "answer", 1)
    run = Run([weft.Completion("[[ ## answer ## ]]\n4")], native=True)
    assert (run.result.answer, run.trajectory.ended) == (4, "answer")
    json_run = Run([weft.Completion('{"answer": 4}')], native=True, adapter="json")
    assert json_run.result.answer == 4


def test_a_text_that_is_no_answer_is_a_problem_that_is_told() -> None:
    run = Run([weft.Completion("Let me see."), weft.Completion(""), finish(answer=4)], native=True)
    assert run.result.answer == 4
    assert [step.problem[:48] for step in run.trajectory] == [
        "No tool was called, and there is no answer: The ",
        "No tool was called. Call one, or 'finish' with t",
        "",
    ]
    assert run.requests[2].messages[-1].text == run.trajectory[1].problem


@pytest.mark.parametrize("adapter", ["chat", "json"])
def test_a_step_that_cannot_be_read_is_a_problem_that_is_told(adapter: str) -> None:
    run = Run(["I think 4.", finish(answer=4)], native=False, adapter=adapter)
    assert run.result.answer == 4
    assert run.trajectory[0].problem == "The answer could not be read. The answer lacks the field 'calls'."
    assert run.trajectory[0].problem in run.requests[1].messages[-1].text


@both
def test_problems_with_good_steps_between_them_are_no_reason_to_stop(native: bool) -> None:
    junk, step = weft.Completion("Hm, let me think."), calls(("add", {"a": 2, "b": 2}))
    run = Run([junk, step, junk, step, junk, step, finish(answer=4)], native=native)
    assert run.trajectory.ended == "finish"


def test_a_text_model_that_thinks_and_calls_nothing_has_not_answered() -> None:
    run = Run([calls(thought="I know it."), finish(answer=4)], native=False, spec="question -> answer")
    assert (run.result.answer, run.trajectory.ended) == ("4", "finish")


def test_a_text_model_may_write_nothing_but_calls() -> None:
    run = Run(['[{"name": "add", "arguments": {"a": 1, "b": 1}}]', '{"finish": {"answer": 2}}'], native=False)
    assert (run.result.answer, run.texts[0]) == (2, ["2"])


@both
def test_one_problem_after_the_other_ends_the_work(native: bool) -> None:
    junk = weft.Completion("Hm, let me think.")
    run = Run([calls(("add", {"a": 2, "b": 2})), junk, junk, junk, {"answer": 4}], native=native)
    assert (run.result.answer, run.trajectory.ended, len(run.requests)) == (4, "problems", 5)
    last = run.requests[-1]
    assert not [tool for tool in last.tools if tool.name == "add"]
    assert 'Call: add {"a": 2, "b": 2}\nResult: 4' in last.messages[-1].text


@both
def test_after_the_last_step_the_answer_is_taken_from_what_is_known(native: bool) -> None:
    step = calls(("add", {"a": 2, "b": 2}))
    run = Run([step, step, {"answer": 4}], native=native, max_steps=2)
    assert (run.result.answer, run.trajectory.ended, len(run.trajectory)) == (4, "max_steps", 2)
    assert "Answer from what it tells" in run.requests[-1].messages[0].text
    with pytest.raises(ParseError, match=r"lacks the field 'answer'|must be int"):
        Run([step, "No idea."], native=native, max_steps=1)


@both
def test_a_long_trajectory_is_made_to_fit_the_window(native: bool) -> None:
    def read(page: int) -> str:
        return f"Page {page}: " + "word " * 400

    steps = [calls(("read", {"page": page})) for page in range(10)]
    run = Run([*steps, finish(answer=1)], native=native, tools=[read], context_window=4000)
    last = "\n".join(message.text for message in run.requests[-1].messages)
    assert "Page 9: " in last
    assert "Page 0: " not in last
    assert len(run.trajectory) == 11
    assert any("Page 0: " in text for text in run.texts[0])


@both
def test_a_tool_that_hangs_raises_or_floods_changes_nothing_but_its_own_observation(native: bool) -> None:
    async def hang() -> None:
        await asyncio.Event().wait()

    def fail() -> None:
        raise SystemExit

    def flood() -> str:
        return "x" * 1_000_000

    troubles = [weft.Tool(hang, timeout=0.01), fail, flood]
    step = calls(("hang", {}), ("fail", {}), ("add", {"a": 2, "b": 2}), ("flood", {}))
    run = Run([step, finish(answer=4)], native=native, tools=[add, *troubles])
    hung, failed, added, flooded = run.trajectory[0].results
    assert run.result.answer == 4
    assert added.text == "4"
    assert hung.error == "ToolTimeoutError: The tool 'hang' gave no answer within 0.01 seconds."
    assert failed.error == "ToolError: The tool 'fail' tried to end the process."
    assert (flooded.missing, flooded.ok) == (990_000, True)


@both
def test_an_error_of_the_model_is_an_error(native: bool) -> None:
    with pytest.raises(LMError, match="the script is over"):
        Run([calls(("add", {"a": 1, "b": 1}))], native=native)


def test_the_form_of_calls_can_be_chosen() -> None:
    run = Run([finish(answer=1)], native=True, tool_calling="text")
    assert run.requests[0].tools == ()
    with pytest.raises(OptionError, match="scripted/x has no form of its own"):
        Run([], native=False, tool_calling="native")
    with weft.context(tool_calling="text"):
        assert Run([finish(answer=1)], native=True).requests[0].tools == ()
        assert Run([finish(answer=1)], native=True, tool_calling="native").requests[0].tools


def test_fields_keep_their_names_whatever_they_are() -> None:
    agent = weft.ReAct("tools: list[str], trajectory, thought, calls: int -> answer, name", [add])
    lm = weft.LM("scripted/x", answers=[{"calls_": [{"finish": {"answer": "a", "name": "n"}}]}])
    result = agent(tools=["hammer"], trajectory="flat", thought="none", calls=3, lm=lm)
    assert (result.answer, result.name) == ("a", "n")
    asked = weft.ReAct("lm -> answer", [add])
    with weft.context(lm=weft.LM("scripted/x", answers=[finish(answer=4)])):
        assert asked(lm="Which one?").answer == "4"
    with pytest.raises(SignatureError, match="has an output 'trajectory'"):
        weft.ReAct("question -> trajectory", [add])


def test_what_is_wrong_is_said_before_a_call() -> None:
    def end() -> None: ...

    told = weft.Tool(name="ask", parameters={})
    for tools, message in [
        ([weft.Tool(end, name="finish")], "No tool can be called 'finish'"),
        ([told], "The tool 'ask' has no function, so an agent cannot use it"),
        ([add, add], "Two tools are called 'add'"),
        ([3], "A tool is a function or a Tool, not 3"),
    ]:
        with pytest.raises(ToolError, match=message):
            weft.ReAct("question -> answer", tools)  # type: ignore[arg-type]
    with pytest.raises(OptionError, match="max_steps of ReAct must be a whole number of at least 1, not 0"):
        weft.ReAct("question -> answer", [add], max_steps=0)
    with pytest.raises(OptionError, match=r"ReAct has no option 'temprature'\. Did you mean 'temperature'"):
        weft.ReAct("question -> answer", [add], temprature=1)  # type: ignore[call-overload]
    with pytest.raises(OptionError, match=r"ReAct has no option 'max_iters'\. Did you mean 'max_steps'"):
        weft.ReAct("question -> answer", [add], max_iters=3)  # type: ignore[call-overload]
    with pytest.raises(OptionError, match=r"tool_calling is 'auto', .* not 'nativ'\. Did you mean 'native'"):
        weft.ReAct("question -> answer", [add], tool_calling="nativ")  # type: ignore[call-overload]
    for tools in (add, weft.Tool(add), "add"):
        with pytest.raises(ToolError, match="given as a list of functions"):
            weft.ReAct("question -> answer", tools)  # type: ignore[call-overload]
    agent = weft.ReAct("question -> answer", [add])
    with pytest.raises(InputError, match=r"has no input 'qestion'\. Did you mean 'question'"):
        agent(qestion="?")
    with pytest.raises(InputError, match="needs the input 'question'"):
        agent()


def test_calls_keep_nothing_and_run_at_once() -> None:
    async def main() -> list[int]:
        def answers(request: weft.Request) -> Any:
            number = int(request.messages[1].text.split("\n")[1])
            last = request.messages[-1]
            return finish(answer=last.text) if last.role == "tool" else calls(("add", {"a": number, "b": number}))

        agent = weft.ReAct(
            "question: int -> answer: int", TOOLS, lm=weft.LM("scripted/x", answers=answers, tools=True, latency=0.001)
        )
        before = dict(vars(agent))
        results = await asyncio.gather(*[agent.acall(question=number) for number in range(50)])
        assert vars(agent) == before
        return [result.answer for result in results]

    assert asyncio.run(main()) == [2 * number for number in range(50)]


def test_the_result_is_typed_and_knows_its_signature() -> None:
    class Sum(weft.Signature):
        """Add."""

        question: str = weft.InputField()
        answer: int = weft.OutputField()

    result = Run([finish(answer=4)], native=True, spec=Sum).result
    assert isinstance(result, Sum)
    assert isinstance(result, weft.Prediction)
