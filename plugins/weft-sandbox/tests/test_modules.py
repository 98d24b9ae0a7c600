"""The modules that write code, on scripted models, with both engines."""

from __future__ import annotations

from typing import Any

import pytest

import weft
from weft.errors import CodeError, InterpreterError

TEXT = "noise " * 50_000 + "The key is 7319. " + "noise " * 50_000


def script(*answers: Any) -> weft.LM:
    return weft.LM("scripted/x", answers=list(answers))


def code(text: str) -> dict[str, str]:
    return {"thought": "", "code": text}


def test_code_act_calls_tools(engine: str) -> None:
    async def stock(item: str) -> int:
        """How many there are."""
        return {"pen": 3, "cap": 4}[item]

    agent = weft.CodeAct("items: list[str] -> total: int", [stock], interpreter=engine)
    lm = script(
        code("counts = [stock(item) for item in items]\nprint(counts)"),
        code("stock('none')"),
        code("finish(total=sum(counts) + 'x')"),
        code("finish(total=sum(counts))"),
    )
    result = agent(items=["pen", "cap"], lm=lm)
    assert (result.total, result.trajectory.ended) == (7, "finish")
    texts = [step.results[0].text for step in result.trajectory]
    assert texts[0] == "[3, 4]"
    assert "KeyError" in texts[1]
    assert "TypeError" in texts[2]


def test_program_of_thought_corrects_itself(engine: str) -> None:
    think = weft.ProgramOfThought("n: int -> answer: int", interpreter=engine)
    lm = script(
        code("n **"), code("sum(i for i in range(n + 1)"), code("sum(i for i in range(n + 1))"), {"answer": 5050}
    )
    result = think(n=100, lm=lm)
    assert result.answer == 5050
    assert result.trajectory[-1].results[0].text == "5050"


def test_program_that_never_ends_is_a_failure_of_the_code(engine: str) -> None:
    think = weft.ProgramOfThought(
        "n: int -> answer: int", max_attempts=1, interpreter=weft.Interpreter(engine, seconds=0.3)
    )
    with pytest.raises(CodeError, match="TimeoutError"):
        think(n=1, lm=script(code("while True:\n    pass")))


def test_rlm_reads_what_no_prompt_holds(engine: str) -> None:
    rlm = weft.RLM("text, question -> key: int", interpreter=engine)
    asked: list[str] = []

    def answer(request: weft.Request) -> Any:
        said = request.messages[-1].text
        if "[[ ## prompt ## ]]" in said:
            asked.append(said)
            return {"answer": "7319" if "7319" in said else "none"}
        return code(
            "at = text.find('key')\n"
            "pieces = [text[at - 100 : at + 100], text[:100]]\n"
            "found = [a for a in llm_query_batched(['Which key? ' + piece for piece in pieces]) if a != 'none']\n"
            "SUBMIT(key=found[0])"
        )

    result = rlm(text=TEXT, question="Which key is it?", lm=weft.LM("scripted/x", answers=answer, context_window=2000))
    assert result.key == 7319
    assert len(asked) == 2


def test_inputs_survive_a_run_that_was_stopped(engine: str) -> None:
    rlm = weft.RLM("text -> size: int", interpreter=weft.Interpreter(engine, seconds=0.5))
    result = rlm(text=TEXT, lm=script(code("while True:\n    pass"), code("SUBMIT(len(text))")))
    assert result.size == len(TEXT)


def test_missing_sandbox_is_no_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    lm = script(code("finish(1)"))
    for module in (weft.CodeAct, weft.ProgramOfThought, weft.RLM):
        with pytest.raises(InterpreterError, match="apt-get install bubblewrap"):
            module("n: int -> answer: int", interpreter="bubblewrap")(n=1, lm=lm)


def test_the_default_interpreter_is_monty() -> None:
    assert weft.CodeAct("n: int -> answer: int")(n=41, lm=script(code("finish(n + 1)"))).answer == 42
