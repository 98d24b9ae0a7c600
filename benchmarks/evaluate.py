"""Evaluate 10,000 examples with a scripted LM of 20 ms latency at concurrency 256, beside the ideal rate.

Prints the share of the ideal rate and how memory grows after the first thousand examples.
Run: ``nox -s bench -- evaluate``.
"""

from __future__ import annotations

import argparse
import asyncio
import gc
import resource
import time
from pathlib import Path
from typing import TYPE_CHECKING

import weft

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

LATENCY = 0.020
WANTED = 0.60
ANSWER = "[[ ## answer ## ]]\nyes\n\n[[ ## completed ## ]]"


def resident_mb() -> float:
    status = Path("/proc/self/status")
    if status.exists():
        line = next(line for line in status.read_text().splitlines() if line.startswith("VmRSS"))
        return int(line.split()[1]) / 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def memory_while(run: Callable[[], object], examples: int) -> list[float]:
    """Return the resident memory after the first thousand rows of a run and at its end."""
    taken: list[float] = []
    rows = 0

    def note(event: weft.Event) -> None:
        nonlocal rows
        if event.kind == "evaluate.row":
            rows += 1
            if rows in (1_000, examples):
                gc.collect()
                taken.append(resident_mb())

    with weft.listening(note):
        run()
    return taken


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--examples", type=int, default=10_000)
    parser.add_argument("--concurrency", type=int, default=256)
    options = parser.parse_args()
    data = [
        weft.Example(question=f"question {n}", answer="yes").with_inputs("question") for n in range(options.examples)
    ]
    lm = weft.LM("scripted/slow", answers=lambda request: ANSWER, latency=LATENCY)
    program = weft.Predict("question -> answer")

    evaluate = weft.Evaluate(data, weft.exact_match, concurrency=options.concurrency)
    with weft.context(lm=lm):
        runs = sorted((evaluate(program) for _ in range(3)), key=lambda found: found.seconds)
        result = runs[1]
        memory = memory_while(lambda: evaluate(program), options.examples)
    ideal = options.examples / options.concurrency * LATENCY
    share = ideal / result.seconds
    print(f"{options.examples} examples at concurrency {options.concurrency}, {LATENCY * 1e3:.0f} ms each")
    print(f"median of 3 runs {result.seconds:.2f} s, ideal {ideal:.2f} s: {share:.0%} of the ideal rate")
    print(f"(at least {WANTED:.0%} wanted; bare asyncio sleeps reach {ideal / bare_seconds(options):.0%} here)")
    growth = memory[-1] - memory[0]
    each = 1e3 * growth / (options.examples - 1_000)
    print(f"memory: {memory[0]:.1f} MB after 1,000 rows, {memory[-1]:.1f} MB at the end: {each:.2f} kB a kept row")
    return 0 if share >= WANTED else 1


def bare_seconds(options: argparse.Namespace) -> float:
    """Return what the same number of sleeps takes with nothing around them."""

    async def sleeper(turns: Iterator[int]) -> None:
        for _ in turns:
            await asyncio.sleep(LATENCY)

    async def all_sleepers() -> None:
        turns = iter(range(options.examples))
        await asyncio.gather(*(sleeper(turns) for _ in range(options.concurrency)))

    started = time.perf_counter()
    asyncio.run(all_sleepers())
    return time.perf_counter() - started


if __name__ == "__main__":
    raise SystemExit(main())
