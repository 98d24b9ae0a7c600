"""5,000 calls, half of them streamed, of a server that breaks, fails, stalls and cuts streams off.

Of the requests, 20 % end with a broken connection, 10 % with a 5xx, 5 % are never answered, and 5 % of the streams are
cut off. Wanted: every answer is the right one or an error of the right class, the ledger has what the server counted,
and no call goes on past its deadline. Run: ``nox -s bench -- faults``.
"""

from __future__ import annotations

import asyncio
import time
from collections import Counter

import weft
from pytest_weft.server import Chances, Fault, ModelServer
from weft.errors import LMError, LMServerError, LMTimeoutError, LMTransportError

CALLS, CONCURRENCY = 5_000, 64
TIMEOUT_SECONDS, ATTEMPT_SECONDS, SLACK_SECONDS = 20.0, 0.5, 2.0
EXPECTED = (LMTransportError, LMServerError, LMTimeoutError)
FAULTS = Chances(
    {
        Fault("reset"): 0.10,
        Fault("close"): 0.10,
        Fault("status", status=500): 0.05,
        Fault("status", status=503, retry_after=0.05): 0.05,
        Fault("stall"): 0.05,
        Fault("cut"): 0.05,
    },
    seed=7,
)


class Seen:
    """What came of the calls."""

    def __init__(self) -> None:
        self.outcomes: Counter[str] = Counter()
        self.wrong: list[str] = []
        self.longest = 0.0

    def right(self, number: int, text: str) -> None:
        self.outcomes["answered"] += 1
        if text != answer_to(number):
            self.wrong.append(f"call {number} was answered with {text!r}")

    def failed(self, number: int, error: LMError) -> None:
        self.outcomes[type(error).__name__] += 1
        if not isinstance(error, EXPECTED):
            self.wrong.append(f"call {number} raised {type(error).__name__}: {error}")


def answer_to(number: int) -> str:
    return f"The answer to question {number} is {number * 7}, as everyone in this room knows."


async def ask(lm: weft.LM, number: int, seen: Seen) -> None:
    prompt, began = f"Question {number}", time.perf_counter()
    try:
        if number % 2:
            seen.right(number, (await lm.acall(prompt)).text)
        else:
            pieces: list[str] = []
            async for piece in lm.astream(prompt):
                if isinstance(piece, weft.Delta):
                    pieces = [] if piece.restart else [*pieces, piece.text]
            seen.right(number, "".join(pieces))
    except LMError as error:
        seen.failed(number, error)
    seen.longest = max(seen.longest, time.perf_counter() - began)


async def run(lm: weft.LM) -> Seen:
    seen, numbers = Seen(), iter(range(CALLS))

    async def work() -> None:
        for number in numbers:
            await ask(lm, number, seen)

    await asyncio.gather(*[work() for _ in range(CONCURRENCY)])
    return seen


def main() -> int:
    with ModelServer(answer=lambda request: answer_to(int(request.prompt.split()[-1])), faults=FAULTS) as server:
        lm = weft.LM(
            "openai-compatible/test-model",
            base_url=server.base_url("openai"),
            cache="off",
            retries=8,
            timeout=TIMEOUT_SECONDS,
            attempt_timeout=ATTEMPT_SECONDS,
        )
        began = time.perf_counter()
        with weft.track_usage() as ledger:
            seen = asyncio.run(run(lm))
        seconds = time.perf_counter() - began
        requests = sum(count for (path, _), count in server.counts.items() if path.endswith("/chat/completions"))
        counted = (requests, server.usage.prompt, server.usage.completion)
    total = ledger.total
    spent = (total.calls, total.input_tokens, total.output_tokens)
    print(f"{CALLS} calls in {seconds:.0f} s: {dict(seen.outcomes)}; the longest took {seen.longest:.1f} s")
    print(f"wrong: {len(seen.wrong)} (none wanted) {seen.wrong[:3]}")
    print(f"requests, tokens in, tokens out: the server counted {counted}, the ledger has {spent}")
    late = seen.longest > TIMEOUT_SECONDS + SLACK_SECONDS
    return 1 if seen.wrong or counted != spent or late or sum(seen.outcomes.values()) != CALLS else 0


if __name__ == "__main__":
    raise SystemExit(main())
