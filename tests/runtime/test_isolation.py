"""1,000 requests served side by side under different `context(lm=…)` never see each other's model."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import weft

REQUESTS = 1000


def lm_that_says(number: int, **options: Any) -> weft.LM:
    return weft.LM(f"scripted/model-{number}", answers=lambda request: {"answer": str(number)}, **options)


class Sync(weft.Module):
    """A sync forward: in async code it runs in a worker thread, and its calls go back to the loop."""

    def __init__(self) -> None:
        self.qa = weft.Predict("question -> answer")

    def forward(self, question: str) -> Any:
        return self.qa(question=question)


async def _answers(program: weft.Module, latency: float) -> list[str]:
    async def serve(number: int) -> str:
        with weft.context(lm=lm_that_says(number, latency=latency)):
            await asyncio.sleep(0)
            return (await program.acall(question=f"Who are you? {number}")).answer

    return list(await asyncio.gather(*[serve(number) for number in range(REQUESTS)]))


def test_async_tasks() -> None:
    program = weft.Predict("question -> answer")
    assert asyncio.run(_answers(program, 0.001)) == [str(number) for number in range(REQUESTS)]


def test_sync_forward_called_from_async_code() -> None:
    assert asyncio.run(_answers(Sync(), 0)) == [str(number) for number in range(REQUESTS)]


def test_threads() -> None:
    program = Sync()

    def serve(number: int) -> str:
        with weft.context(lm=lm_that_says(number)):
            return program(question="Who are you?").answer

    with ThreadPoolExecutor(16) as pool:
        assert list(pool.map(serve, range(REQUESTS))) == [str(number) for number in range(REQUESTS)]


def test_threads_that_call_batch() -> None:
    program, rows = Sync(), [{"question": str(number)} for number in range(10)]

    def serve(number: int) -> set[str]:
        with weft.context(lm=lm_that_says(number)):
            return {result.answer for result in program.batch(rows, concurrency=5)}

    with ThreadPoolExecutor(16) as pool:
        assert list(pool.map(serve, range(REQUESTS // 10))) == [{str(number)} for number in range(REQUESTS // 10)]


def test_each_context_pays_into_its_own_ledger() -> None:
    program = Sync()

    async def serve(number: int) -> int:
        with weft.context(lm=lm_that_says(number)), weft.track_usage() as ledger:
            for _ in range(number % 4):
                await program.acall(question="Who are you?")
            return ledger.total.calls

    async def main() -> list[int]:
        return list(await asyncio.gather(*[serve(number) for number in range(100)]))

    assert asyncio.run(main()) == [number % 4 for number in range(100)]
