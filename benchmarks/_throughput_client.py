"""One client of the throughput benchmark, in a process of its own: prints requests a second, CPU and memory as JSON.

Usage: ``_throughput_client.py VARIANT URL CALLS CONCURRENCY``, from the environment that has what the variant needs.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import resource
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

MODEL = "gpt-4o-mini"  # one whose price DSPy knows: unknown ones take it twice as long
SIGNATURE = "question -> answer"
ANSWER = "Paris"


def cpu_seconds() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def rss_mb() -> float:
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return next(int(line.split()[1]) / 1024 for line in status.splitlines() if line.startswith("VmRSS"))


def body(number: int) -> dict[str, Any]:
    return {"model": MODEL, "messages": [{"role": "user", "content": f"q{number}?"}]}


async def at_once(call: Callable[[int], Awaitable[Any]], calls: int, concurrency: int) -> None:
    numbers = iter(range(calls))

    async def work() -> None:
        for number in numbers:
            await call(number)

    await asyncio.gather(*[work() for _ in range(concurrency)])


def timed(run: Callable[[int], Any], calls: int) -> dict[str, float]:
    """Warm up, then measure what `run(calls)` takes."""
    run(max(128, calls // 10))
    began, used = time.perf_counter(), cpu_seconds()
    run(calls)
    seconds, used = time.perf_counter() - began, cpu_seconds() - used
    return {"per_second": calls / seconds, "cpu_ms": used / calls * 1e3, "rss_mb": rss_mb()}


async def timed_async(call: Callable[[int], Awaitable[Any]], calls: int, concurrency: int) -> dict[str, float]:
    await at_once(call, max(128, calls // 10), concurrency)
    began, used = time.perf_counter(), cpu_seconds()
    await at_once(call, calls, concurrency)
    seconds, used = time.perf_counter() - began, cpu_seconds() - used
    return {"per_second": calls / seconds, "cpu_ms": used / calls * 1e3, "rss_mb": rss_mb()}


def raw_aiohttp(url: str, calls: int, concurrency: int) -> dict[str, float]:
    import aiohttp

    async def main() -> dict[str, float]:
        async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as session:

            async def call(number: int) -> None:
                async with session.post(f"{url}/chat/completions", json=body(number)) as response:
                    answer = await response.json()
                assert ANSWER in answer["choices"][0]["message"]["content"]

            return await timed_async(call, calls, concurrency)

    return asyncio.run(main())


def weft_program(url: str) -> Any:
    import weft

    weft.configure(cache="off", lm=weft.LM(f"openai/{MODEL}", base_url=url, api_key="none-needed"))
    return weft.Predict(SIGNATURE)


def weft_acall(url: str, calls: int, concurrency: int) -> dict[str, float]:
    program = weft_program(url)

    async def call(number: int) -> None:
        assert (await program.acall(question=f"q{number}?")).answer == ANSWER

    return asyncio.run(timed_async(call, calls, concurrency))


def weft_threads(url: str, calls: int, concurrency: int) -> dict[str, float]:
    return threads(weft_program(url), calls, concurrency)


def threads(program: Any, calls: int, concurrency: int) -> dict[str, float]:
    def call(number: int) -> None:
        assert program(question=f"q{number}?").answer == ANSWER

    with ThreadPoolExecutor(concurrency) as pool:
        return timed(lambda count: list(pool.map(call, range(count))), calls)


def weft_evaluate(url: str, calls: int, concurrency: int) -> dict[str, float]:
    import weft

    program = weft_program(url)

    def run(count: int) -> None:
        rows = [weft.Example(question=f"q{n}?", answer=ANSWER).with_inputs("question") for n in range(count)]
        result = weft.Evaluate(devset=rows, metric=weft.exact_match, concurrency=concurrency)(program)
        assert result.score == 100.0, result

    return timed(run, calls)


def openai_sdk(url: str, calls: int, concurrency: int) -> dict[str, float]:
    from openai import AsyncOpenAI  # type: ignore[import-not-found] # in its own environment

    async def main() -> dict[str, float]:
        client = AsyncOpenAI(base_url=url, api_key="none-needed", max_retries=0)

        async def call(number: int) -> None:
            answer = await client.chat.completions.create(**body(number))
            assert ANSWER in answer.choices[0].message.content

        return await timed_async(call, calls, concurrency)

    return asyncio.run(main())


def litellm(url: str, calls: int, concurrency: int) -> dict[str, float]:
    os.environ["LITELLM_LOCAL_MODEL_COST_MAP"] = "True"
    from litellm import acompletion  # type: ignore[import-not-found] # in its own environment

    async def call(number: int) -> None:
        answer = await acompletion(**{**body(number), "model": f"openai/{MODEL}"}, api_base=url, api_key="none-needed")
        assert ANSWER in answer.choices[0].message.content

    return asyncio.run(timed_async(call, calls, concurrency))


def dspy_program(url: str, engine: str) -> Any:
    os.environ["DSPY_CACHEDIR"] = tempfile.mkdtemp()
    os.environ["LITELLM_LOCAL_MODEL_COST_MAP"] = "True"
    import logging

    import dspy  # type: ignore[import-not-found] # in its own environment

    logging.getLogger("dspy").setLevel(logging.ERROR)
    options = {"api_base": url, "api_key": "none-needed", "cache": False, "num_retries": 0, "engine": engine}
    dspy.configure(lm=dspy.LM(f"openai/{MODEL}", temperature=0.7, max_tokens=100, **options))
    return dspy.Predict(SIGNATURE)


def dspy_acall(url: str, calls: int, concurrency: int, engine: str = "auto") -> dict[str, float]:
    program = dspy_program(url, engine)

    async def call(number: int) -> None:
        assert (await program.acall(question=f"q{number}?")).answer == ANSWER

    return asyncio.run(timed_async(call, calls, concurrency))


def dspy_litellm(url: str, calls: int, concurrency: int) -> dict[str, float]:
    return dspy_acall(url, calls, concurrency, "litellm")


def dspy_evaluate(url: str, calls: int, concurrency: int) -> dict[str, float]:
    program = dspy_program(url, "auto")
    import dspy

    def run(count: int) -> None:
        rows = [dspy.Example(question=f"q{n}?", answer=ANSWER).with_inputs("question") for n in range(count)]
        metric = lambda row, answer, trace=None: float(row.answer == answer.answer)  # noqa: E731
        evaluate = dspy.Evaluate(devset=rows, metric=metric, num_threads=concurrency, display_progress=False)
        assert evaluate(program).score == 100.0

    return timed(run, calls)


def dspy_threads(url: str, calls: int, concurrency: int) -> dict[str, float]:
    program = dspy_program(url, "auto")
    import dspy

    def run(count: int) -> None:
        parallel = dspy.Parallel(num_threads=concurrency, disable_progress_bar=True)
        rows = [(program, dspy.Example(question=f"q{n}?").with_inputs("question")) for n in range(count)]
        assert all(answer.answer == ANSWER for answer in parallel(rows))

    return timed(run, calls)


VARIANTS = {
    "raw aiohttp": raw_aiohttp,
    "weft acall": weft_acall,
    "weft Evaluate": weft_evaluate,
    "weft threads": weft_threads,
    "openai SDK": openai_sdk,
    "litellm": litellm,
    "DSPy acall": dspy_acall,
    "DSPy Evaluate": dspy_evaluate,
    "DSPy threads": dspy_threads,
    "DSPy on litellm": dspy_litellm,
}


if __name__ == "__main__":
    variant, url, calls, concurrency = sys.argv[1:]
    with contextlib.redirect_stdout(sys.stderr):
        measured = VARIANTS[variant](url, int(calls), int(concurrency))
    print(json.dumps(measured))
