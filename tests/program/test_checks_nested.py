"""Checks in modules inside modules, and in runs and code side by side."""

from __future__ import annotations

import asyncio
import contextvars
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from pupil import Pupil, TwoSteps, TwoStepsAsync, called

import weft
from weft.errors import CheckFailed


class Outer(weft.Module):
    def __init__(self, inner: type[TwoSteps], step: str | None = None) -> None:
        self.plan = weft.Predict("topic -> question")
        self.inner = inner()
        self.step = step
        self.began = 0

    def forward(self, topic: str) -> Any:
        self.began += 1
        result = self.inner(question=self.plan(topic=topic).question)
        if self.step:
            weft.check(result.answer.startswith("best") or "best bad" in result.answer, "Think better.", step=self.step)
        return result


@pytest.mark.parametrize("way", ["sync", "async", "batch"])
@pytest.mark.parametrize("inner", [TwoSteps, TwoStepsAsync])
def test_only_the_module_that_ran_the_step_runs_again(inner: type[TwoSteps], way: str) -> None:
    lm, program = Pupil(), Outer(inner)
    with weft.context(lm=lm):
        assert called(program, way, topic="t").answer == "t bad bad best"
    assert (program.began, program.inner.began) == (1, 3)
    assert (lm.asked("topic"), lm.asked("question"), lm.asked("query")) == (1, 1, 3)


def test_a_module_asks_steps_of_modules_inside_it_again() -> None:
    class Plain(TwoSteps):
        def verify(self, result: Any) -> None:
            pass

    lm, program = Pupil(), Outer(Plain, "inner.think")
    with weft.context(lm=lm):
        assert program(topic="t").answer == "t bad best bad"
    assert (lm.asked("topic"), lm.asked("question"), lm.asked("query")) == (1, 3, 3)


def test_answers_that_passed_inside_are_kept_when_the_module_around_runs_again() -> None:
    class Wrapped(Outer):
        def forward(self, topic: str) -> Any:
            result = self.inner(question=topic)
            judged = self.plan(topic=result.answer)
            weft.check("best best" in judged.question, "Better!")
            return judged

    lm, program = Pupil(), Wrapped(TwoSteps)
    with weft.context(lm=lm):
        assert program(topic="t").question == "t bad best best"
    assert (lm.asked("question"), lm.asked("query"), lm.asked("topic")) == (1, 3, 3)


def test_a_suggestion_given_up_inside_is_not_taken_up_again_by_the_module_around() -> None:
    class Polite(TwoSteps):
        def verify(self, result: Any) -> None:
            weft.suggest(False, "Never good.")

    class Wrapped(Outer):
        def forward(self, topic: str) -> Any:
            judged = self.plan(topic=self.inner(question=topic).answer)
            weft.check("best best" in judged.question, "Better!")
            return judged

    lm, program = Pupil(), Wrapped(Polite)
    with weft.context(lm=lm):
        result = program(topic="t")
    assert (lm.asked("query"), lm.asked("topic")) == (3, 3)
    assert [record.message for record in result.checks] == ["Never good."] * 3 + ["Better!"] * 2


def test_runs_side_by_side_never_see_each_others_feedback() -> None:
    lm = Pupil()
    with weft.context(lm=lm):
        results = TwoSteps().batch([{"question": f"q{number}"} for number in range(40)], concurrency=8)
    assert [result.answer for result in results] == [f"q{number} bad best" for number in range(40)]
    assert (lm.asked("question"), lm.asked("query")) == (40, 120)
    assert {result.usage.calls for result in results} == {4}
    assert all({record.answer["answer"].split()[0] for record in result.checks} == {f"q{number}"}
               for number, result in enumerate(results))  # fmt: skip


def test_code_side_by_side_in_one_forward_means_its_own_step() -> None:
    class Many(weft.Module):
        def __init__(self) -> None:
            self.answer = weft.Predict("query -> answer")

        async def one(self, query: str, wanted: str) -> str:
            result = await self.answer.acall(query=query)
            await asyncio.sleep(0)
            await asyncio.sleep(0)  # the others have been answered by now
            weft.check(wanted in result.answer, f"{query} must be {wanted}.")
            return result.answer

        async def aforward(self, queries: dict[str, str]) -> list[str]:
            return list(await asyncio.gather(*(self.one(query, wanted) for query, wanted in queries.items())))

    lm = Pupil()
    with weft.context(lm=lm):
        assert Many()(queries={"a": "bad", "b": "better", "c": "bad"}) == ["a bad", "b better", "c bad"]
    assert lm.asked("query") == 4


def test_code_side_by_side_notes_all_that_is_wrong_with_its_own_step() -> None:
    class Many(weft.Module):
        max_backtracks = 0

        def __init__(self) -> None:
            self.answer = weft.Predict("query -> answer")

        async def one(self, query: str) -> None:
            await self.answer.acall(query=query)
            for problem in ("dull", "short"):
                await asyncio.sleep(0)
                weft.suggest(False, f"{query} is {problem}.")

        async def aforward(self) -> None:
            await asyncio.gather(*(self.one(query) for query in "abc"))

    with weft.context(lm=Pupil()), weft.trace() as steps:
        Many()()
    assert {step.inputs["query"]: [record.message for record in step.checks] for step in steps} == {
        query: [f"{query} is dull.", f"{query} is short."] for query in "abc"
    }


def test_a_programs_own_threads_take_part_with_the_context_they_are_given() -> None:
    class Threaded(weft.Module):
        def __init__(self) -> None:
            self.answer = weft.Predict("query -> answer")

        def one(self, query: str, wanted: str) -> str:
            result = self.answer(query=query)
            together.wait(timeout=60) if query in waiting else None
            waiting.discard(query)
            weft.check(wanted in result.answer, f"{query} must be {wanted}.")
            return result.answer

        def forward(self, queries: dict[str, str]) -> list[str]:
            with ThreadPoolExecutor(4) as pool:
                contexts = [contextvars.copy_context() for _ in queries]
                futures = [
                    pool.submit(context.run, self.one, query, wanted)
                    for context, (query, wanted) in zip(contexts, queries.items(), strict=True)
                ]
            return [future.result() for future in futures]

    waiting, together = {"a", "b", "c"}, threading.Barrier(3)
    lm = Pupil()
    with weft.context(lm=lm):
        assert Threaded()(queries={"a": "bad", "b": "better", "c": "bad"}) == ["a bad", "b better", "c bad"]
    assert lm.asked("query") == 4


def test_a_trace_in_forward_hides_nothing_from_checks_and_from_the_trace_around() -> None:
    class Tracing(TwoSteps):
        def forward(self, question: str) -> Any:
            with weft.trace() as self.inner:
                self.answer(query=question)
            weft.check("best" in self.inner[-1].prediction.answer, "Better!")
            with weft.trace():
                result = self.answer(query="again")
                weft.check("better" in result.answer, "Better!")
                return result

    lm, program = Pupil(), Tracing()
    with weft.context(lm=lm), weft.trace() as outer:
        assert program(question="2+2?").answer == "again better"
    assert lm.asked("query") == 5
    assert [(step.prediction.answer, step.attempt) for step in outer] == [("2+2? best", 3), ("again better", 2)]
    assert len(program.inner) == 1


def test_a_step_that_the_next_attempt_does_not_reach_ends_the_attempts() -> None:
    class Evasive(TwoSteps):
        def forward(self, question: str) -> Any:
            self.began += 1
            if self.began % 2:
                self.think(question=question)
            else:
                self.answer(query=question)
            weft.check(False, "Never good.")

    program = Evasive()
    with weft.context(lm=Pupil(), max_backtracks=9), pytest.raises(CheckFailed, match="'answer' was asked once"):
        program(question="2+2?")
    assert program.began == 2
