"""ProgramOfThought: programs, corrections, and what happens when none of them works."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

import weft
from weft.errors import CodeError, InterpreterError, OptionError, SignatureError

from .coding import Interpreter, Script, code, results


def thinker(spec: Any = "n: int -> answer: int", **options: Any) -> weft.ProgramOfThought[Any]:
    return weft.ProgramOfThought(spec, interpreter=options.pop("interpreter", Interpreter()), **options)


def test_a_program_is_run_and_its_result_read() -> None:
    script = Script(code("n ** 2", "Square it."), {"answer": 49})
    result = thinker()(n=7, lm=script.lm)
    assert result.answer == 49
    assert results(result) == ["49"]
    assert "`answer`" in script.prompt(0)
    for told in ("n ** 2", "[[ ## result ## ]]\n49"):
        assert told in script.prompt(1)


def test_what_fails_is_corrected_with_the_last_program_alone() -> None:
    script = Script(code("n / 0"), code("x = n"), code("print(n + 1)"), {"answer": 8})
    result = thinker()(n=7, lm=script.lm)
    assert result.answer == 8
    assert "ZeroDivisionError" in script.prompt(1)
    assert "ZeroDivisionError" not in script.prompt(2)
    assert "nothing was printed, and the last line has no value" in script.prompt(2)
    assert len(result.trajectory) == 3


def test_answers_that_cannot_be_read_count_as_attempts() -> None:
    script = Script("no code", code("n"), {"answer": 7})
    assert thinker()(n=7, lm=script.lm).answer == 7


def test_no_program_that_works_is_an_error_and_never_an_answer() -> None:
    script = Script(code("n / 0"), code("n / 0"), {"answer": 1})
    with pytest.raises(CodeError, match="Of 2 programs that the model wrote, none gave a result") as caught:
        thinker(max_attempts=2)(n=7, lm=script.lm)
    assert (caught.value.code, caught.value.problem) == ("n / 0", "ZeroDivisionError: division by zero")
    with pytest.raises(CodeError, match=r"Of 1 program .* It printed nothing"):
        thinker(max_attempts=1)(n=7, lm=Script(code("x = n")).lm)


def test_a_dead_sandbox_is_an_error_and_never_an_answer() -> None:
    class Dead(Interpreter):
        async def open(self, tools: Any) -> weft.InterpreterSession:
            raise InterpreterError("There is no sandbox here; install one.")

    script = Script(code("1"), {"answer": 1})
    with pytest.raises(InterpreterError, match="There is no sandbox here"):
        thinker(interpreter=Dead())(n=7, lm=script.lm)
    assert not script.requests


def test_async_and_many_at_once() -> None:
    program = thinker()

    def answer(request: weft.Request) -> Any:
        text = request.messages[-1].text
        return {"answer": int(text.rsplit("]]", 1)[1].split()[0])} if "[[ ## result ## ]]" in text else code("n * 2")

    async def work() -> list[Any]:
        lm = weft.LM("scripted/x", answers=answer)
        return await asyncio.gather(*(program.acall(n=number, lm=lm) for number in range(5)))

    assert [result.answer for result in asyncio.run(work())] == [0, 2, 4, 6, 8]


def test_slots_and_wrong_declarations() -> None:
    assert [path for path, _ in thinker().named_predictors()] == ["generate", "answer"]
    with pytest.raises(SignatureError, match="output 'trajectory'"):
        thinker("question -> trajectory")
    with pytest.raises(OptionError, match="max_attempts of ProgramOfThought must be a whole number of at least 1"):
        thinker(max_attempts=0)
    assert thinker("result, code -> answer: int")(
        result="1", code="2", lm=Script({"thought": "", "code_": "3"}, {"answer": 3}).lm
    ).answer == 3  # fmt: skip
