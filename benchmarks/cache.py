"""CPU time of a whole `Predict` that is answered from the cache, from memory and from disk, with 8 demos.

Prints the median of many calls in this process. The disk is that of the temporary folder; every disk hit is of
another question, and memory is emptied before. Run: ``nox -s bench -- cache``.
"""

from __future__ import annotations

import statistics
import tempfile
import threading
import time
from typing import TYPE_CHECKING

import weft
from weft.lm.cache import CACHE

if TYPE_CHECKING:
    from collections.abc import Callable

DEMOS = 8
CALLS = 2_000
ROUNDS = 5
BATCH = 20
LIMITS_MS = {"memory": 0.08, "disk": 0.15}
ANSWER = "[[ ## answer ## ]]\nParis\n\n[[ ## completed ## ]]"


class Remote(weft.LM):
    """A model that waits, and so is kept on disk; with its identity in plain values, since this is a script."""

    @property
    def cache_identity(self) -> tuple[str, ...]:
        return ("benchmark", self.ref)

    async def generate(self, request: weft.Request) -> weft.Response:
        return weft.Response.of(ANSWER, usage=weft.Usage(1, 1))


def median_cpu_ms(call: Callable[[int], object]) -> float:
    """Return the median CPU milliseconds of a call; batches tame the clock's grain."""
    samples: list[float] = []
    for start in range(0, CALLS, BATCH):
        began = time.process_time()
        for number in range(start, start + BATCH):
            call(number)
        samples.append((time.process_time() - began) / BATCH * 1e3)
    return statistics.median(samples)


def measured(folder: str) -> dict[str, float]:
    """Return the cost of a hit from memory and of one from disk, and of a call that is kept."""
    program = weft.Predict("question -> answer")
    program.demos = [{"question": f"What is the capital of country {n}?", "answer": f"City {n}"} for n in range(DEMOS)]

    def ask(number: int) -> object:
        return program(question=f"What is the capital of France, {number}?")

    with weft.context(lm=Remote("tiny", provider="benchmark"), cache_dir=folder):
        for number in range(CALLS):
            ask(number)
        CACHE.flush()
        CACHE.clear_memory()
        threads = set(threading.enumerate())
        disk = median_cpu_ms(ask)
        memory = median_cpu_ms(ask)
        assert set(threading.enumerate()) <= threads, "a hit must stay in the caller's thread"
    return {"memory": memory, "disk": disk}


def main() -> int:
    rounds: list[dict[str, float]] = []
    for _ in range(ROUNDS):
        with tempfile.TemporaryDirectory() as folder:
            rounds.append(measured(folder))
            CACHE.close()
            CACHE.clear_memory()
    late = 0
    for place, limit in LIMITS_MS.items():
        values = [figures[place] for figures in rounds]
        median = statistics.median(values)
        late += median > limit
        print(f"{place}: {median:.3f} ms CPU a hit (at most {limit}; rounds {min(values):.3f} to {max(values):.3f})")
    return 1 if late else 0


if __name__ == "__main__":
    raise SystemExit(main())
