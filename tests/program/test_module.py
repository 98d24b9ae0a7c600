"""Modules: sync and async in every combination, what is inside them, and running them on many inputs."""

from __future__ import annotations

import asyncio
import threading
from dataclasses import dataclass
from typing import Any, NamedTuple

import pytest

import weft
from weft.errors import DataError, InputError, LMServerError, OptionError, StateError


def echo() -> weft.LM:
    return weft.LM("scripted/echo", answers=lambda request: request.messages[-1].text.split("\n", 1)[1].upper())


class SyncForward(weft.Module):
    def __init__(self) -> None:
        self.qa = weft.Predict("question -> answer", lm=echo())

    def forward(self, question: str) -> Any:
        return self.qa(question=question)


class AsyncForward(weft.Module):
    def __init__(self) -> None:
        self.qa = weft.Predict("question -> answer", lm=echo())

    async def aforward(self, question: str) -> Any:
        return await self.qa.acall(question=question)


class AsyncNamedForward(weft.Module):
    def __init__(self) -> None:
        self.qa = weft.Predict("question -> answer", lm=echo())

    async def forward(self, question: str) -> Any:
        return await self.qa.acall(question=question)


PROGRAMS = [SyncForward, AsyncForward, AsyncNamedForward]


@pytest.mark.parametrize("program", PROGRAMS)
def test_called_from_sync_code(program: type[weft.Module]) -> None:
    assert program()(question="hi").answer == "HI"
    assert program()("hi").answer == "HI"


@pytest.mark.parametrize("program", PROGRAMS)
def test_called_from_async_code(program: type[weft.Module]) -> None:
    async def main() -> Any:
        return await program().acall(question="hi")

    assert asyncio.run(main()).answer == "HI"


@pytest.mark.parametrize("inner", PROGRAMS)
def test_nested_in_a_sync_and_an_async_module(inner: type[weft.Module]) -> None:
    class OuterSync(weft.Module):
        def __init__(self) -> None:
            self.inner = inner()

        def forward(self, question: str) -> Any:
            return self.inner(question=question)

    class OuterAsync(weft.Module):
        def __init__(self) -> None:
            self.inner = inner()

        async def aforward(self, question: str) -> Any:
            return await self.inner.acall(question=question)

    for outer in (OuterSync(), OuterAsync()):
        assert outer(question="hi").answer == "HI"
        assert asyncio.run(outer.acall(question="hi")).answer == "HI"


def test_a_sync_forward_never_blocks_the_callers_loop() -> None:
    go_on = threading.Event()

    class Waits(weft.Module):
        def forward(self) -> bool:
            return go_on.wait(10)

    async def main() -> bool:
        waiting = asyncio.ensure_future(Waits().acall())
        await asyncio.sleep(0)
        go_on.set()  # reached only if the loop is free
        return await waiting

    assert asyncio.run(main())


def test_both_forms_may_be_written() -> None:
    class Both(weft.Module):
        def forward(self) -> str:
            return "sync"

        async def aforward(self) -> str:
            return "async"

    assert Both()() == "sync"
    assert asyncio.run(Both().acall()) == "async"


@pytest.mark.parametrize("call", [lambda module: module(), lambda module: asyncio.run(module.acall())])
def test_neither_form_is_an_error(call: Any) -> None:
    class Empty(weft.Module):
        pass

    with pytest.raises(OptionError, match="Empty must define forward or aforward"):
        call(Empty())


@pytest.mark.parametrize("program", PROGRAMS)
def test_a_misspelt_input_is_corrected_before_anything_runs(program: type[weft.Module]) -> None:
    message = f"{program.__name__} has no input 'qestion'. Did you mean 'question'?"
    with pytest.raises(InputError) as caught:
        program()(qestion="hi")
    assert str(caught.value) == message
    with pytest.raises(InputError):
        asyncio.run(program().acall(qestion="hi"))


def test_forwards_that_take_anything_take_anything() -> None:
    class Anything(weft.Module):
        def forward(self, **inputs: Any) -> Any:
            return inputs

    assert Anything()(self_made=1) == {"self_made": 1}


def test_a_prediction_tells_what_the_whole_program_spent() -> None:
    class Twice(weft.Module):
        def __init__(self) -> None:
            self.qa = weft.Predict("question -> answer", lm=echo())

        def forward(self, question: str) -> Any:
            return self.qa(question=self.qa(question=question).answer)

    assert Twice()(question="hi").usage.calls == 2


class Pair(NamedTuple):
    left: Any
    right: Any


class Leaf(weft.Module):
    def __init__(self) -> None:
        self.qa = weft.Predict("q -> a")


class Tree(weft.Module):
    def __init__(self) -> None:
        self.first = weft.Predict("q -> a")
        self.again = self.first
        self.steps = [Leaf(), (weft.Predict("q -> a"), 3, None)]
        self.by_name = {"x": {"deep": [Leaf()]}, 2: weft.Predict("q -> a")}
        self.pair = Pair(weft.Predict("q -> a"), Leaf())
        self.parent = self
        self.circle: list[Any] = [self.steps]
        self.circle.append(self.circle)
        self.note = "not a module"


PATHS = [
    "first",
    "steps[0].qa",
    "steps[1][0]",
    "by_name['x']['deep'][0].qa",
    "by_name[2]",
    "pair[0]",
    "pair[1].qa",
]


def test_predictors_are_found_in_any_nesting_once_and_in_order() -> None:
    tree = Tree()
    assert [path for path, _ in tree.named_predictors()] == PATHS
    assert len(tree.predictors()) == len(PATHS)
    assert [path for path, _ in weft.Predict("q -> a").named_predictors()] == ["self"]
    assert [path for path, _ in tree.named_sub_modules()][:3] == ["self", "first", "steps[0]"]


def test_a_copy_has_the_same_shape_and_nothing_of_the_original() -> None:
    tree = Tree()
    copied = tree.deepcopy()
    assert [path for path, _ in copied.named_predictors()] == PATHS
    originals = {id(module) for _, module in tree.named_sub_modules()}
    assert not originals & {id(module) for _, module in copied.named_sub_modules()}
    assert copied.again is copied.first
    assert copied.parent is copied
    assert copied.circle[1] is copied.circle
    assert copied.circle[0] is copied.steps
    assert isinstance(copied.pair, Pair)
    assert copied.pair.left is not tree.pair.left
    copied.first.instructions = "Mine."
    assert tree.first.instructions != "Mine."


def test_a_module_may_be_a_dataclass() -> None:
    @dataclass
    class Program(weft.Module):
        qa: Any

        def forward(self, question: str) -> Any:
            return self.qa(question=question)

    program = Program(weft.Predict("question -> answer", lm=echo()))
    assert program(question="hi").answer == "HI"
    assert program.with_state(program.state.set("qa.instructions", "Else.")).qa.instructions == "Else."


def test_models_of_a_whole_program() -> None:
    tree = Tree()
    assert tree.get_lm() is None
    lm = weft.LM("scripted/x")
    tree.set_lm(lm)
    assert tree.get_lm() is lm
    tree.first.lm = "embedded/incontext"
    with pytest.raises(StateError, match="The predictors of Tree use 2 different models"):
        tree.get_lm()
    tree.set_lm(None)
    assert tree.get_lm() is None


def test_batch_keeps_order_whatever_finishes_first() -> None:
    program = SyncForward()
    rows = [{"question": f"q{number}"} for number in range(40)]
    assert [result.answer for result in program.batch(rows, concurrency=8)] == [f"Q{number}" for number in range(40)]
    assert [result.answer for result in asyncio.run(program.abatch(rows[:3]))] == ["Q0", "Q1", "Q2"]
    examples = [weft.Example(question="hi", answer="no input").with_inputs("question")]
    assert [result.answer for result in program.batch(examples)] == ["HI"]
    assert program.batch([]) == []


def failing() -> weft.Module:
    def answer(request: weft.Request) -> Any:
        text = request.messages[-1].text
        return LMServerError(f"down {text[-1]}") if text[-1] in "25" else text[-1]

    return weft.Predict("question -> answer", lm=weft.LM("scripted/x", answers=answer, usage=weft.Usage(1, 1)))


def test_batch_returns_failures_in_their_place() -> None:
    results = failing().batch([{"question": str(number)} for number in range(7)], on_error="return")
    assert [isinstance(result, weft.Err) for result in results] == [number in (2, 5) for number in range(7)]
    assert isinstance(results[2].error, LMServerError)
    assert results[2].usage.calls == 1


def test_batch_raises_the_first_failure_in_order() -> None:
    with pytest.raises(LMServerError, match="down 2"):
        failing().batch([{"question": str(number)} for number in range(7)])


@pytest.mark.parametrize(
    ("rows", "options", "error", "message"),
    [
        ([{}], {"on_error": "ignore"}, OptionError, "on_error is 'raise' or 'return', not 'ignore'"),
        ([{}], {"concurrency": 0}, OptionError, "concurrency must be a whole number of at least 1"),
        ([{}, 3], {}, DataError, "Example 2 must be an Example or a dict, not 3"),
        ([weft.Example(q=1)], {}, DataError, "Example 1: The example does not say which"),
        ([{"qestion": 1}], {}, InputError, "Did you mean 'question'"),
    ],
)
def test_batch_refuses_what_cannot_be_run(rows: Any, options: Any, error: type[Exception], message: str) -> None:
    calls: list[Any] = []
    lm = weft.LM("scripted/x", answers=lambda request: calls.append(request) or "x")
    with pytest.raises(error, match=message):
        weft.Predict("question -> answer", lm=lm).batch(rows, **options)
    assert calls == []
