"""Wall time of the interpreters: the first session of a process, another one, a run, a call of a tool, and computing.

Prints the median of many in one process, and for bubblewrap how many times as much it is as for Monty. The last row is
the same Python with no sandbox around it. Needs weft-sandbox, and bubblewrap for its column.
Run: ``nox -s bench -- sandbox``.
"""

from __future__ import annotations

import asyncio
import statistics
import subprocess
import sys
import time
from typing import TYPE_CHECKING

import weft
from weft.errors import InterpreterError

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

SESSIONS = 40
RUNS = 400
FIRSTS = 7
ENGINES = ("monty", "bubblewrap")
FIBONACCI = "def fib(n):\n    return n if n < 2 else fib(n - 1) + fib(n - 2)\nfib(22)"
FIRST = """
import asyncio, time, weft
async def main():
    interpreter = weft.Interpreter("{engine}")
    began = time.perf_counter()
    async with interpreter.session() as session:
        await session.run("1")
    print((time.perf_counter() - began) * 1e3)
asyncio.run(main())
"""


async def median_ms(work: Callable[[], Awaitable[object]], times: int) -> float:
    """Return the median wall milliseconds of something that is awaited."""
    samples: list[float] = []
    for _ in range(times):
        began = time.perf_counter()
        await work()
        samples.append((time.perf_counter() - began) * 1e3)
    return statistics.median(samples)


def first_ms(engine: str) -> float:
    """Return the median milliseconds of the first session of a process with a run in it, imports included."""
    command = [sys.executable, "-c", FIRST.format(engine=engine)]
    printed = [subprocess.run(command, capture_output=True, text=True, check=True).stdout for _ in range(FIRSTS)]
    return statistics.median(map(float, printed))


async def measured(engine: str) -> dict[str, float]:
    """Return the milliseconds of everything, by name."""
    interpreter = weft.Interpreter(engine)

    async def session_with_a_run() -> None:
        async with interpreter.session() as session:
            await session.run("1")

    def tool(number: int) -> int:
        return number + 1

    found = {"first session of a process": first_ms(engine)}
    await session_with_a_run()
    found["another session, one run"] = await median_ms(session_with_a_run, SESSIONS)
    async with interpreter.session(tools={"tool": tool}) as session:
        await session.run("x = 1")
        found["a run"] = await median_ms(lambda: session.run("x + 1"), RUNS)
        found["a run that calls a tool"] = await median_ms(lambda: session.run("tool(x)"), RUNS)
        found["a run that computes fib(22)"] = await median_ms(lambda: session.run(FIBONACCI), 20)
    return found


def fibonacci_ms() -> float:
    """Return the median milliseconds of the same computation in this process."""
    samples: list[float] = []
    for _ in range(20):
        began = time.perf_counter()
        exec(FIBONACCI, {})
        samples.append((time.perf_counter() - began) * 1e3)
    return statistics.median(samples)


def main() -> None:
    tables: dict[str, dict[str, float]] = {}
    for engine in ENGINES:
        try:
            tables[engine] = asyncio.run(measured(engine))
        except InterpreterError as error:
            print(f"{engine}: {error}")
    print(f"{'milliseconds':<32}" + "".join(f"{engine:>12}" for engine in tables) + f"{'ratio':>9}")
    for name in next(iter(tables.values())):
        row = [table[name] for table in tables.values()]
        ratio = f"{row[1] / row[0]:9.1f}" if len(row) == 2 else ""
        print(f"{name:<32}" + "".join(f"{value:>12.3f}" for value in row) + ratio)
    print(f"{'fib(22) without a sandbox':<32}{fibonacci_ms():>12.3f}")


if __name__ == "__main__":
    main()
