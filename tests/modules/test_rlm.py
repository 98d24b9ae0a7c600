"""RLM: inputs that no prompt holds, questions about pieces of them, their budget, and typed submission."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from pydantic import BaseModel

import weft
from weft.errors import BudgetExceeded, InterpreterError, LMAuthError, OptionError, SignatureError, ToolError

from .coding import Interpreter, Script, code, results

LONG = "filler " * 20_000 + "The number is 42. " + "filler " * 20_000


def reader(spec: Any = "document, question -> answer", **options: Any) -> weft.RLM[Any]:
    return weft.RLM(spec, interpreter=options.pop("interpreter", Interpreter()), **options)


def test_inputs_are_variables_and_not_in_the_prompt() -> None:
    script = Script(
        code("at = document.find('number')\ndocument[at - 4 : at + 13]"),
        code("SUBMIT(llm_query('Which number? ' + document[at : at + 12]))"),
        {"answer": "42"},
        context_window=3000,
    )
    result = reader()(document=LONG, question="Which number is it?", lm=script.lm)
    assert (result.answer, result.trajectory.ended) == ("42", "finish")
    assert results(result)[0] == "The number is 42."
    assert "Which number? number is 42" in script.prompt(2)


def test_the_model_is_told_what_the_variables_are() -> None:
    class Find(weft.Signature):
        """Find what is asked for."""

        rows: list[dict[str, int]] = weft.InputField("one row for each day")
        question: str = weft.InputField()
        days: int = weft.OutputField()

    script = Script(code("SUBMIT(len(rows))"))
    assert reader(Find)(rows=[{"sales": 1}] * 500, question="How many days?", lm=script.lm).days == 500
    told = script.prompt(0)
    assert '- rows: list, 7000 characters (one row for each day), begins with \'[{"sales": 1}, ' in told
    assert "- question: str, 14 characters, begins with 'How many days?'" in told
    for name in ("llm_query", "llm_query_batched", "SUBMIT", "`days`"):
        assert name in told
    assert len(told) < 5000


class Place(BaseModel):
    name: str
    visits: int


def test_what_is_submitted_is_checked() -> None:
    script = Script(
        code("SUBMIT([{'name': 'Rome'}], 2)"), code("SUBMIT(places=[{'name': 'Rome', 'visits': '3'}], score=1)")
    )
    spec = weft.Signature("text -> places: list[Place], score: float", types={"Place": Place})
    result = reader(spec)(text="…", lm=script.lm)
    assert result.places == [Place(name="Rome", visits=3)]
    assert result.score == 1.0
    assert "ValueError: The field 'places'" in results(result)[0]


def test_questions_side_by_side_come_back_in_order() -> None:
    def answer(request: weft.Request) -> Any:
        text = request.messages[-1].text
        if "[[ ## prompt ## ]]" in text:
            return {"answer": text.rsplit("piece ", 1)[1].strip()[0]}
        return code("SUBMIT(''.join(llm_query_batched([f'piece {c}' for c in text])))")

    result = reader("text -> answer")(text="abcdefgh", lm=weft.LM("scripted/x", answers=answer, latency=0.001))
    assert result.answer == "abcdefgh"


def test_questions_have_a_budget() -> None:
    greedy = "try:\n    llm_query_batched(['a', 'b', 'c'])\nexcept RuntimeError as error:\n    said = str(error)\nsaid"
    script = Script(code(greedy), code("SUBMIT(llm_query('x') + llm_query('y'))"), {"answer": "1"}, {"answer": "2"})
    result = reader(max_llm_calls=2)(document="d", question="q", lm=script.lm)
    assert result.answer == "12"
    assert results(result)[0].startswith("Of 2 questions to the model 2 are left, and not 3.")
    assert len(script.requests) == 4


def test_another_model_may_be_asked() -> None:
    small = Script({"answer": "small"})
    large = Script(code("SUBMIT(llm_query('x'))"))
    program = reader(sub_lm=small.lm, lm=large.lm)
    assert program(document="d", question="q").answer == "small"
    assert (len(small.requests), len(large.requests)) == (1, 1)


def test_answers_that_cannot_be_read_are_errors_in_the_code() -> None:
    script = Script(code("llm_query('x')"), *["[[ ## nothing ## ]]"] * 2, code("SUBMIT('known')"))
    ask = weft.Predict("prompt -> answer: int")
    program = reader()
    program.ask = ask
    result = program(document="d", question="q", lm=script.lm)
    assert result.answer == "known"
    assert "ValueError" in results(result)[0]


@pytest.mark.parametrize("error", [LMAuthError("the key is refused"), BudgetExceeded("nothing is left")])
def test_errors_of_the_model_that_is_asked_end_the_work(error: Exception) -> None:
    hidden = "try:\n    x = llm_query('x')\nexcept Exception:\n    x = 'made up'\nSUBMIT(x)"
    asked = Script(error)
    with pytest.raises(type(error), match=str(error)):
        reader(sub_lm=asked.lm)(document="d", question="q", lm=Script(code(hidden)).lm)


def test_tools_can_be_called_as_well() -> None:
    def double(number: int) -> int:
        """Twice the number."""
        return 2 * number

    script = Script(code("SUBMIT(double(21))"))
    assert reader("text -> answer: int", tools=[double])(text="", lm=script.lm).answer == 42
    assert "Twice the number." in script.prompt(0)


def test_the_answer_is_taken_from_what_is_known_when_steps_run_out() -> None:
    script = Script(code("document[:3]"), {"answer": "fil"})
    result = reader(max_steps=1)(document=LONG, question="?", lm=script.lm)
    assert (result.answer, result.trajectory.ended) == ("fil", "max_steps")
    assert "Result: fil" in script.prompt(1)
    assert len(script.prompt(1)) < 5000


def test_inputs_are_given_again_after_a_run_was_stopped() -> None:
    script = Script(code("while True:\n    pass"), code("SUBMIT(document[:3])"))
    result = reader(interpreter=Interpreter(seconds=0.1))(document=LONG, question="?", lm=script.lm)
    assert result.answer == "fil"


def test_a_dead_sandbox_is_an_error_and_never_an_answer() -> None:
    class Dies(Interpreter):
        async def open(self, tools: Any) -> weft.InterpreterSession:
            class Session(weft.InterpreterSession):
                async def execute(self, code: str, variables: Any) -> weft.Execution:
                    raise InterpreterError("The sandbox is gone.")

            return Session()

    script = Script(code("1"), {"answer": "made up"})
    with pytest.raises(InterpreterError, match=r"The sandbox is gone\."):
        reader(interpreter=Dies())(document="d", question="q", lm=script.lm)
    assert len(script.requests) == 1


def test_usage_and_paths_are_those_of_the_program() -> None:
    script = Script(code("SUBMIT(llm_query('x'))"), {"answer": "1"})
    program = reader()
    with weft.track_usage() as ledger, weft.trace() as steps:
        result = program(document="d", question="q", lm=script.lm)
    assert [step.path for step in steps] == ["act", "ask"]
    assert result.usage.calls == ledger.total.calls == 2


def test_async_and_many_at_once() -> None:
    def answer(request: weft.Request) -> Any:
        return code("SUBMIT(text * 2)")

    async def work() -> list[Any]:
        program, lm = reader("text -> answer"), weft.LM("scripted/x", answers=answer)
        return await asyncio.gather(*(program.acall(text=text, lm=lm) for text in "abcd"))

    assert [result.answer for result in asyncio.run(work())] == ["aa", "bb", "cc", "dd"]


def test_slots_and_wrong_declarations() -> None:
    assert [path for path, _ in reader().named_predictors()] == ["act", "extract", "ask"]
    for name in ("SUBMIT", "llm_query", "document"):
        with pytest.raises(ToolError, match=f"No tool can be called {name!r} here"):
            reader(tools=[weft.Tool(len, name=name)])
    for name in ("SUBMIT", "llm_query", "llm_query_batched"):
        with pytest.raises(SignatureError, match=f"has an input {name!r}, and the code has a function of that name"):
            reader(f"{name} -> answer")
    with pytest.raises(OptionError, match="max_llm_calls of RLM must be a whole number of at least 1"):
        reader(max_llm_calls=0)
    result = reader("variables -> prompt: int")(variables="abc", lm=Script(code("SUBMIT(len(variables))")).lm)
    assert result.prompt == 3
