"""Checks in code that runs side by side in one forward: the others stop, and what they were told is kept."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from pupil import Pupil

import weft
from weft.errors import CheckFailed


class Slow(Pupil):
    """Answers `quick` at once, and the rest when as many as are wanted have asked."""

    def __init__(self, wanted: int) -> None:
        super().__init__()
        self.wanted = wanted
        self.all_asked = asyncio.Event()

    async def generate(self, request: weft.Request) -> weft.Response:
        response = await super().generate(request)
        if len(self.turns) >= self.wanted:
            self.all_asked.set()
        await self.all_asked.wait()
        if "quick" not in request.messages[-1].text:
            await asyncio.sleep(0)
            await asyncio.sleep(0)
        return response


class Beside(weft.Module):
    def __init__(self, way: str) -> None:
        self.answer = weft.Predict("query -> answer")
        self.way = way

    async def one(self, query: str, wanted: str) -> str:
        result = await self.answer.acall(query=query)
        weft.check(result.answer.endswith(wanted), f"{query} must be {wanted}.")
        return result.answer

    async def aforward(self, queries: dict[str, str]) -> list[str]:
        calls = [self.one(query, wanted) for query, wanted in queries.items()]
        if self.way == "gather":
            return list(await asyncio.gather(*calls))
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(call) for call in calls]
        return [task.result() for task in tasks]


@pytest.mark.parametrize("way", ["gather", "group"])
def test_a_check_that_fails_in_a_task_makes_forward_run_again(way: str) -> None:
    with weft.context(lm=Pupil()):
        assert asyncio.run(Beside(way).acall(queries={"a": "bad", "b": "best"})) == ["a bad", "b best"]
        with pytest.raises(CheckFailed if way == "gather" else ExceptionGroup):
            asyncio.run(Beside(way).acall(queries={"a": "bad", "b": "never"}))


@pytest.mark.parametrize("way", ["gather", "group"])
def test_steps_that_fail_together_have_all_their_attempts(way: str) -> None:
    with weft.context(lm=Pupil()):
        result = asyncio.run(Beside(way).acall(queries=dict.fromkeys("abc", "best")))
    assert result == ["a best", "b best", "c best"]


def test_calls_under_way_beside_it_come_to_their_end_and_are_not_paid_twice() -> None:
    async def main() -> tuple[list[str], Slow]:
        lm = Slow(3)
        with weft.context(lm=lm):
            return await Beside("gather").acall(queries={"quick": "better", "b": "bad", "c": "bad"}), lm

    result, lm = asyncio.run(main())
    assert result == ["quick better", "b bad", "c bad"]
    assert len(lm.turns) == 4


@pytest.mark.parametrize("limit", [1, 2])
def test_an_answer_that_came_too_late_to_be_checked_is_checked_in_its_turn(limit: int) -> None:
    async def main() -> tuple[list[str], Slow]:
        lm, program = Slow(3), Beside("gather")
        program.max_backtracks = limit
        with weft.context(lm=lm):
            return await program.acall(queries={"a": "better", "b": "better", "quick": "better"}), lm

    result, lm = asyncio.run(main())
    assert result == ["a better", "b better", "quick better"]
    assert len(lm.turns) == 6


def test_what_runs_beside_it_goes_no_further() -> None:
    class Chains(weft.Module):
        """One task is checked while another works, in calls and between them."""

        def __init__(self) -> None:
            self.answer = weft.Predict("query -> answer")
            self.deep = weft.ChainOfThought("query -> answer")
            self.began: list[str] = []
            self.cancelled = 0

        async def chain(self, predict: weft.Module) -> None:
            self.began.append("chain")
            try:
                for number in range(3):
                    await predict.acall(query=f"link {number}")
                    await asyncio.sleep(0)
                    if len(self.began) < 6:
                        await asyncio.Event().wait()  # goes on for ever, were it not cancelled
            except asyncio.CancelledError:
                self.cancelled += 1
                raise

        async def checked(self) -> str:
            self.began.append("checked")
            result = await self.answer.acall(query="quick")
            for _ in range(20):
                await asyncio.sleep(0)
            weft.check("better" in result.answer, "Better!")
            return result.answer

        async def aforward(self) -> str:
            *_, answer = await asyncio.gather(self.chain(self.answer), self.chain(self.deep), self.checked())
            return answer

    lm, program = Pupil(), Chains()
    with weft.context(lm=lm):
        assert asyncio.run(program.acall()) == "quick better"
    assert (len(program.began), program.cancelled) == (6, 2)
    assert len(lm.turns) == 2 * 3 + 2


def test_another_error_in_the_group_is_raised_with_it() -> None:
    class Mixed(Beside):
        async def aforward(self, queries: dict[str, str]) -> Any:
            async with asyncio.TaskGroup() as group:
                for query, wanted in queries.items():
                    group.create_task(self.one(query, wanted))
                group.create_task(self.failing_later())

        async def failing_later(self) -> None:
            try:
                await asyncio.Event().wait()
            finally:
                raise KeyError("other")

    with weft.context(lm=Pupil()), pytest.raises(ExceptionGroup) as caught:
        asyncio.run(Mixed("group").acall(queries={"a": "best"}))
    assert {type(error) for error in caught.value.exceptions} >= {KeyError}
