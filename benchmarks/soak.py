"""200,000 calls of a program in one process: memory and open files must not grow.

Every question is another one, so the answer cache, the history and all that is kept by prompt are filled and turned
over. Run: ``nox -s bench -- soak``.
"""

from __future__ import annotations

import asyncio
import gc
import os
import time
from pathlib import Path

import weft
from pytest_weft.server import ModelServer

CALLS, FIRST, CONCURRENCY = 200_000, 20_000, 64
MOST_GROWTH_MB, MOST_NEW_FILES = 5.0, 4
ANSWER = "[[ ## answer ## ]]\nParis\n\n[[ ## completed ## ]]"


def rss_mb() -> float:
    gc.collect()
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return next(int(line.split()[1]) / 1024 for line in status.splitlines() if line.startswith("VmRSS"))


def open_files() -> int:
    return len(os.listdir("/proc/self/fd"))


async def run(program: weft.Predict[weft.Prediction]) -> tuple[list[float], list[int]]:
    memory, files, numbers = [rss_mb()], [open_files()], iter(range(CALLS))
    began = time.perf_counter()

    async def work() -> None:
        for number in numbers:
            await program.acall(question=f"What is the capital of country number {number}?")
            if (number + 1) % FIRST == 0:
                memory.append(rss_mb())
                files.append(open_files())
                print(
                    f"{number + 1:7} calls: {memory[-1]:.1f} MB, {files[-1]} open files, "
                    f"{(number + 1) / (time.perf_counter() - began):.0f} calls/s",
                    flush=True,
                )

    await asyncio.gather(*[work() for _ in range(CONCURRENCY)])
    return memory, files


def main() -> int:
    with ModelServer.start_process(answer=ANSWER) as server:
        lm = weft.LM("openai-compatible/test-model", base_url=server.base_url("openai"))
        with weft.context(lm=lm, cache_dir=None):  # answers are kept in memory
            memory, files = asyncio.run(run(weft.Predict("question -> answer")))
    growth, new = max(memory[2:]) - memory[1], max(files[2:]) - files[1]
    print(f"after the first {FIRST}: {growth:+.1f} MB (at most {MOST_GROWTH_MB:g})")
    print(f"open files: {new:+} (at most {MOST_NEW_FILES})")
    return 1 if growth > MOST_GROWTH_MB or new > MOST_NEW_FILES else 0


if __name__ == "__main__":
    raise SystemExit(main())
