"""CPU time of one `Predict` call with a model that answers at once: 8 demos, no cache.

DSPy's same call runs beside it from an environment of its own, if ``DSPY_PYTHON`` names that environment's
interpreter (``dspy==3.4.1``). Both print the median of many calls; the ratio is taken from rounds in turn.
Run: ``nox -s bench -- overhead``.
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import time
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

DEMOS = 8
CALLS = 2_000
ROUNDS = 5
LIMIT_MS = 0.25
ANSWER = "[[ ## answer ## ]]\nParis\n\n[[ ## completed ## ]]"


def median_cpu_ms(call: Callable[[int], object]) -> float:
    """Return the median CPU milliseconds of a call, after a warm-up; batches of 20 tame the clock's grain."""
    for number in range(200):
        call(number)
    samples: list[float] = []
    for start in range(0, CALLS, 20):
        began = time.process_time()
        for number in range(start, start + 20):
            call(number)
        samples.append((time.process_time() - began) / 20 * 1e3)
    return statistics.median(samples)


def demos() -> list[dict[str, str]]:
    return [{"question": f"What is the capital of country {n}?", "answer": f"City {n}"} for n in range(DEMOS)]


def measure_weft() -> float:
    import weft

    program = weft.Predict("question -> answer")
    program.demos = demos()
    lm = weft.LM("scripted/fixed", answers=lambda request: ANSWER)
    with weft.context(lm=lm, cache="off"):
        return median_cpu_ms(lambda number: program(question=f"What is the capital of France, {number}?"))


def measure_dspy() -> float:
    import dspy  # type: ignore[import-not-found] # in its own environment

    class Fixed(dspy.BaseLM):
        def forward(self, prompt: Any = None, messages: Any = None, **parameters: Any) -> Any:
            return RESPONSE

    choice = {"message": {"content": ANSWER, "role": "assistant"}, "finish_reason": "stop", "index": 0}
    usage = {"prompt_tokens": 1, "completion_tokens": 1, "total_tokens": 2}
    RESPONSE = as_object({"choices": [choice], "usage": usage, "model": "fixed"})  # noqa: N806
    program = dspy.Predict("question -> answer")
    program.demos = [dspy.Example(**demo) for demo in demos()]
    with dspy.context(lm=Fixed(model="fixed", cache=False)):
        return median_cpu_ms(lambda number: program(question=f"What is the capital of France, {number}?"))


def as_object(value: Any) -> Any:
    """Turn a JSON-like value into an object with attributes, as an SDK's responses are."""
    if isinstance(value, dict):
        return Fields(**{name: as_object(item) for name, item in value.items()})
    return [as_object(item) for item in value] if isinstance(value, list) else value


class Fields(SimpleNamespace):
    """Attributes that can be turned into a dict, which DSPy does with the usage."""

    def __iter__(self) -> Iterator[tuple[str, Any]]:
        return iter(vars(self).items())


def in_process(python: str, what: str) -> float:
    output = subprocess.run([python, __file__, what], check=True, capture_output=True, text=True).stdout
    return json.loads(output.strip().splitlines()[-1])


def main() -> int:
    if len(sys.argv) > 1:
        print(json.dumps(measure_weft() if sys.argv[1] == "weft" else measure_dspy()))
        return 0
    other = os.environ.get("DSPY_PYTHON")
    ours: list[float] = []
    theirs: list[float] = []
    for _ in range(ROUNDS):
        ours.append(in_process(sys.executable, "weft"))
        if other:
            theirs.append(in_process(other, "dspy"))
    median = statistics.median(ours)
    print(f"weft: {median:.3f} ms CPU a call with {DEMOS} demos (at most {LIMIT_MS} wanted; rounds {spread(ours)})")
    if theirs:
        ratio = statistics.median(their / our for our, their in zip(ours, theirs, strict=True))
        print(f"DSPy: {statistics.median(theirs):.3f} ms (rounds {spread(theirs)}); ratio DSPy / weft {ratio:.1f}")
    else:
        print("DSPy: not measured; set DSPY_PYTHON to the interpreter of an environment with dspy==3.4.1")
    return 0 if median <= LIMIT_MS else 1


def spread(values: list[float]) -> str:
    return f"{min(values):.3f} to {max(values):.3f}"


if __name__ == "__main__":
    raise SystemExit(main())
