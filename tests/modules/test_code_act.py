"""CodeAct: steps of code, tools, endings, and everything that a model or its code may get wrong."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from pydantic import BaseModel

import weft
from weft.errors import InputError, InterpreterError, LMError, OptionError, SignatureError, ToolError

from .coding import Interpreter, Script, code, results

GARBAGE = "[[ ## nothing ## ]]"


def search(query: str, k: int = 2) -> list[str]:
    """Find texts about something."""
    return [f"{query} {number}" for number in range(k)]


async def price(item: str) -> float:
    """The price of an item."""
    if item == "none":
        raise LookupError("no such item")
    return 2.5


def agent(spec: Any = "question -> answer: int", tools: Any = (search, price), **options: Any) -> weft.CodeAct[Any]:
    return weft.CodeAct(spec, tools, interpreter=options.pop("interpreter", Interpreter()), **options)


def test_code_calls_tools_and_finishes() -> None:
    script = Script(
        code("found = search('cats', k=3)\nprint(found)\nlen(found)", "Search."),
        code("finish(answer=len(found) * int(price('x')))", "Enough."),
    )
    result = agent()(question="How many?", lm=script.lm)
    assert result.answer == 6
    assert result.trajectory.ended == "finish"
    assert results(result) == ["['cats 0', 'cats 1', 'cats 2']\n3", "The work is done."]
    assert [step.thought for step in result.trajectory] == ["Search.", "Enough."]
    assert result.usage.calls == 2


def test_the_model_is_told_what_it_needs() -> None:
    script = Script(code("print(1)"), code("finish(2)"))
    interpreter = Interpreter()
    interpreter.language = "a small Python"
    agent(interpreter=interpreter)(question="Why?", lm=script.lm)
    first, second = script.prompt(0), script.prompt(1)
    for told in ("Find texts about something.", "finish", '"k"', "a small Python", "Why?", "`answer`"):
        assert told in first
    assert "print(1)" in second
    assert "Result: 1" in second


def test_inputs_are_variables() -> None:
    result = agent("numbers: list[int] -> total: int")(numbers=[1, 2, 39], lm=Script(code("finish(sum(numbers))")).lm)
    assert result.total == 42


def test_outputs_are_checked_and_may_be_corrected() -> None:
    script = Script(code("finish('two')"), code("finish()"), code("finish(2, 3)"), code("finish(answer=2)"))
    result = agent()(question="?", lm=script.lm)
    assert result.answer == 2
    wrong, nothing, much, _ = results(result)
    assert "ValueError: The field 'answer' must be int" in wrong
    assert "'answer' is missing" in nothing
    assert "takes 1 arguments by position, not 2" in much


class Place(BaseModel):
    name: str
    visits: int


class Trip(weft.Signature):
    """Plan a trip."""

    days: int = weft.InputField()
    places: list[Place] = weft.OutputField()
    note: str | None = weft.OutputField(default=None)


def test_outputs_are_typed() -> None:
    result = agent(Trip)(days=3, lm=Script(code("finish([{'name': 'Rome', 'visits': days}])")).lm)
    assert result.places == [Place(name="Rome", visits=3)]
    assert result.note is None


def test_code_between_fences_is_taken_out() -> None:
    fenced = "Like this:\n```python\nx = 20\n```\nand then\n```\ny = 22\n```\n"
    unclosed = "```python\nfinish(x + y)"
    assert agent()(question="?", lm=Script(code(fenced), code(unclosed)).lm).answer == 42


def test_errors_of_code_and_tools_are_shown() -> None:
    script = Script(
        code("1 / 0"), code("price('none')"), code("search(3.5, wrong=1)"), code("def f(:"), code("finish(1)")
    )
    result = agent()(question="?", lm=script.lm)
    assert result.answer == 1
    shown = results(result)
    assert shown[0].endswith("ZeroDivisionError: division by zero")
    assert shown[1].endswith("LookupError: no such item")
    assert "The arguments of the tool 'search' do not fit" in shown[2]
    assert "SyntaxError" in shown[3]
    assert [step.results[0].ok for step in result.trajectory] == [False] * 4 + [True]


def test_steps_that_cannot_be_read_are_survived() -> None:
    script = Script(GARBAGE, code("  \n"), code("1"), GARBAGE, code("finish(3)"))
    result = agent()(question="?", lm=script.lm)
    assert result.answer == 3
    unread, empty, *_ = results(result)
    assert unread.startswith("The answer could not be read.")
    assert empty == "There was no code. Write some."
    assert unread in script.prompt(1)


def test_the_answer_is_taken_from_what_is_known_when_steps_run_out() -> None:
    script = Script(code("x = 5\nx"), code("x + 1"), {"answer": 6})
    result = agent(max_steps=2)(question="?", lm=script.lm)
    assert (result.answer, result.trajectory.ended) == (6, "max_steps")
    assert "Result: 6" in script.prompt(2)


def test_a_model_that_writes_no_code_is_given_up() -> None:
    script = Script(code(""), code(""), code(""), {"answer": 7})
    result = agent()(question="?", lm=script.lm)
    assert (result.answer, result.trajectory.ended, len(result.trajectory)) == (7, "problems", 3)


def test_what_a_step_shows_is_limited() -> None:
    script = Script(code("print('x' * 1000)"), code("finish(1)"))
    result = agent(max_characters=100)(question="?", lm=script.lm)
    assert results(result)[0] == "x" * 100 + "\n[… 900 characters left out …]\n"
    assert result.trajectory[0].results[0].missing == 900


def test_old_steps_give_way_in_a_small_window() -> None:
    steps = [code(f"print('step {number} ' + 'x ' * 150)") for number in range(8)]
    script = Script(*steps, code("finish(1)"), context_window=1100)
    assert agent()(question="?", lm=script.lm).answer == 1
    last = script.prompt(8)
    assert "step 0 x" not in last
    assert "step 7 x" in last


def test_names_that_a_stopped_run_lost_are_given_again() -> None:
    script = Script(code("x = 1\nwhile True:\n    pass"), code("finish(n + ('x' in globals()))"))
    result = agent("n: int -> answer: int", interpreter=Interpreter(seconds=0.1))(n=41, lm=script.lm)
    assert result.answer == 41
    assert "TimeoutError" in results(result)[0]
    assert "nothing that was defined before is left" in results(result)[0]


def test_a_dead_sandbox_is_an_error_and_never_an_answer() -> None:
    class Dead(Interpreter):
        async def open(self, tools: Any) -> weft.InterpreterSession:
            raise InterpreterError("There is no sandbox here; install one.")

    script = Script(code("finish(1)"))
    with pytest.raises(InterpreterError, match="There is no sandbox here; install one"):
        agent(interpreter=Dead())(question="?", lm=script.lm)
    assert not script.requests, "a model was paid though there is no sandbox"


def test_errors_of_the_model_are_raised() -> None:
    with pytest.raises(LMError, match="the script is over"):
        agent()(question="?", lm=Script().lm)


def test_wrong_inputs_are_refused_before_anything_is_done() -> None:
    script = Script()
    with pytest.raises(InputError, match="no input 'qestion'"):
        agent()(qestion="?", lm=script.lm)
    assert not script.requests


def test_async_and_many_at_once() -> None:
    program = agent("n: int -> answer: int")

    def answer(request: weft.Request) -> dict[str, str]:
        return code("finish(n * 2)")

    async def work() -> list[Any]:
        lm = weft.LM("scripted/x", answers=answer)
        return await asyncio.gather(*(program.acall(n=number, lm=lm) for number in range(8)))

    assert [result.answer for result in asyncio.run(work())] == [0, 2, 4, 6, 8, 10, 12, 14]
    assert set(vars(program)) == set(vars(agent("n: int -> answer: int")))


def test_field_names_of_the_user_are_kept() -> None:
    result = agent("tools, code, language -> thought: int")(
        tools="a", code="b", language="c", lm=Script({"thought_": "", "code_": "finish(len(tools + code))"}).lm
    )
    assert result.thought == 2


def test_slots_can_be_tuned() -> None:
    program = agent()
    assert [path for path, _ in program.named_predictors()] == ["act", "extract"]
    state = program.state.set("act.tools.search.desc", "Look it up.").set("act.instructions", "Write code.")
    script = Script(code("finish(1)"))
    program.with_state(state)(question="?", lm=script.lm)
    assert "Look it up." in script.prompt(0)
    assert "Write code." in script.prompt(0)


def test_wrong_declarations_are_refused() -> None:
    with pytest.raises(ToolError, match="'get-it' cannot name a tool in code"):
        agent(tools=[weft.Tool(search, name="get-it")])
    with pytest.raises(ToolError, match="'class' cannot name a tool in code"):
        agent(tools=[weft.Tool(search, name="class")])
    with pytest.raises(ToolError, match="'find' has no function"):
        agent(tools=[weft.Tool(name="find", parameters={})])
    with pytest.raises(ToolError, match="No tool can be called 'finish' here"):
        agent(tools=[weft.Tool(search, name="finish")])
    with pytest.raises(ToolError, match="No tool can be called 'question' here"):
        agent(tools=[weft.Tool(search, name="question")])
    with pytest.raises(SignatureError, match="has an input 'finish', and the code has a function of that name"):
        agent("finish -> answer")
    with pytest.raises(SignatureError, match="output 'trajectory'"):
        agent("question -> trajectory")
    with pytest.raises(OptionError, match="max_steps of CodeAct must be a whole number of at least 1, not 0"):
        agent(max_steps=0)
    with pytest.raises(OptionError, match="max_step"):
        agent(max_step=3)
