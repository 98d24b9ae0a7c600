"""How much of a provider's rate limits is used, and how much of it refused: 600 requests a minute, 1 to 1,000 workers.

The server enforces requests and tokens a minute, refilled all the time, and reports them as OpenAI does. Each row takes
a real minute. Wanted: at least 95 % of what is permitted, and fewer than 1 % answered with 429. One worker can make no
more calls than the server's latency lets it. Run: ``nox -s bench -- limits``.
"""

from __future__ import annotations

import asyncio
import sys
import time
from dataclasses import dataclass

import weft
from pytest_weft.server import Limits, ModelServer
from weft.errors import LMError

REQUESTS, SECONDS, LATENCY_SECONDS = 600, 60.0, 0.05
WORKERS = (1, 10, 100, 1_000)
LEAST_USED, MOST_REFUSED = 0.95, 0.01
PROMPT = "one two three four five six seven eight nine ten"
ANSWER = "eleven twelve thirteen fourteen fifteen"
TOKENS = len(PROMPT.split()) + len(ANSWER.split())


@dataclass(frozen=True)
class Case:
    """Limits of the server: `tokens` is the share of the tokens that the requests would take, None no limit."""

    what: str
    burst: float
    tokens: float | None = None

    @property
    def limits(self) -> Limits:
        tokens = None if self.tokens is None else REQUESTS * TOKENS * self.tokens
        return Limits(requests=REQUESTS, tokens=tokens, burst=self.burst)

    def permitted(self, seconds: float) -> float:
        share = 1.0 if self.tokens is None else min(1.0, self.tokens)
        return REQUESTS * share * (self.burst + seconds / 60)


CASES = (
    Case("requests, a second's burst", burst=1 / 60),
    Case("requests, a minute's burst", burst=1.0),
    Case("tokens, a tenth's burst", burst=0.1, tokens=0.5),
)


async def use(lm: weft.LM, workers: int) -> tuple[int, float]:
    answered, began = 0, time.perf_counter()

    async def work() -> None:
        nonlocal answered
        while (left := SECONDS - (time.perf_counter() - began)) > 0:
            try:
                await lm.acall(PROMPT, timeout=left)
            except LMError:
                return  # only its own deadline ends a worker
            answered += 1

    await asyncio.gather(*[work() for _ in range(workers)])
    return answered, time.perf_counter() - began


def main() -> int:
    missed = 0
    chosen = [int(argument) for argument in sys.argv[1:]] or WORKERS
    for case in CASES:
        for workers in chosen:
            with ModelServer(answer=ANSWER, limits=case.limits, latency=LATENCY_SECONDS) as server:
                lm = weft.LM("openai-compatible/test-model", base_url=server.base_url("openai"), cache="off")
                answered, seconds = asyncio.run(use(lm, workers))
                refused = server.tally.limited
            permitted = min(case.permitted(seconds), workers * seconds / LATENCY_SECONDS)
            used, share = answered / permitted, refused / max(1, answered + refused)
            missed += used < LEAST_USED or share >= MOST_REFUSED
            print(
                f"{case.what:28} {workers:5} workers: {answered:5} answered, {used:6.1%} of what is permitted, "
                f"{refused} refused ({share:.2%})",
                flush=True,
            )
    print(f"wanted: at least {LEAST_USED:.0%}, fewer than {MOST_REFUSED:.0%} refused")
    return 1 if missed else 0


if __name__ == "__main__":
    raise SystemExit(main())
