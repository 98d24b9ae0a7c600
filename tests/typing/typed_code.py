"""What a type checker knows of interpreters and of the modules that write code; see `typed_calls`."""
# pyright: strict, reportUnnecessaryTypeIgnoreComment=true

from __future__ import annotations

from typing import Any, assert_type

import weft


class Sum(weft.Signature):
    """Add numbers."""

    numbers: list[int] = weft.InputField()
    total: int = weft.OutputField()


def add(a: int, b: int) -> int:
    return a + b


def interpreters_give_executions() -> None:
    interpreter = weft.Interpreter("monty", seconds=3)
    assert_type(interpreter, weft.Interpreter)
    assert_type(interpreter("1 + 1"), weft.Execution)
    assert_type(interpreter("1 + 1").error, str | None)


async def sessions_take_functions_and_tools(interpreter: weft.Interpreter) -> None:
    async with interpreter.session(tools={"add": add, "again": weft.Tool(add)}) as session:
        assert_type(session, weft.InterpreterSession)
        assert_type(await session.run("x", variables={"x": 1}), weft.Execution)
        assert_type((await session.run("x")).value, Any)
    assert_type(await interpreter.acall("1"), weft.Execution)


def modules_have_the_types_of_their_signature() -> None:
    act = weft.CodeAct(Sum, [add], interpreter="monty")
    assert_type(act, weft.CodeAct[Sum])
    assert_type(act(numbers=[1]).total, int)
    _ = act(numbers=[1]).totl  # pyright: ignore[reportAttributeAccessIssue, reportUnknownVariableType, reportUnknownMemberType]
    assert_type(weft.ProgramOfThought(Sum, max_attempts=2)(numbers=[1]).total, int)
    assert_type(weft.RLM(Sum, sub_lm="scripted/x")(numbers=[1]).total, int)


async def async_calls_have_them_too() -> None:
    assert_type((await weft.CodeAct(Sum).acall(numbers=[1])).total, int)
    assert_type((await weft.ProgramOfThought(Sum).acall(numbers=[1])).total, int)
    assert_type((await weft.RLM(Sum).acall(numbers=[1])).total, int)


def the_string_and_dict_forms_give_predictions() -> None:
    assert_type(weft.CodeAct("a -> b")(a=1), weft.Prediction)
    assert_type(weft.ProgramOfThought({"a": weft.InputField(), "b": weft.OutputField()})(a=1), weft.Prediction)
    assert_type(weft.RLM("a -> b")(a=1), weft.Prediction)
