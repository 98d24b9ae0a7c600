"""CPU time that reading a streamed answer takes for each piece of it, for the built-in forms and a third party's.

An answer has a text and a list of numbers and comes in pieces of four characters, as models write. A second one is ten
times as long: a parser that reads again what it has read takes more time a piece for it. The third party's adapter
writes a line a field and has no parser of its own.
Run: ``nox -s bench -- streaming``.
"""

from __future__ import annotations

import statistics
import time
from typing import TYPE_CHECKING, Any

import weft
from weft.adapter import AnswerStream, typed_fields

if TYPE_CHECKING:
    from collections.abc import Mapping

PIECE = 4
SHORT, LONG = 400, 4_000
"""Words of the text."""
ROUNDS = 7
LIMIT_US = 50.0
SIGNATURE = weft.Signature("question -> reasoning: str, sizes: list[int]")


class LineAdapter(weft.Adapter):
    """A line a field."""

    def render(self, prompt: weft.Prompt, inputs: Mapping[str, Any], capabilities: weft.Capabilities) -> weft.Request:
        demos = (line for demo in prompt.demos for line in (f"{demo['reasoning']}", f"{demo['sizes']}"))
        return weft.Request(
            (weft.Message.of("user", str(dict(inputs))), weft.Message.of("assistant", "\n".join(demos)))
        )

    def parse(self, signature: type[weft.Signature], completion: weft.Completion) -> dict[str, Any]:
        found = zip(signature.output_fields, completion.text.splitlines(), strict=False)
        return typed_fields(signature, dict(found), completion)


def answer(adapter: weft.Adapter, words: int) -> str:
    """Return an answer as the adapter shows it in a demonstration."""
    text = " ".join(f"word{number % 97} it's [{number % 7}]" for number in range(words // 3))
    demo = {"question": "?", "reasoning": text, "sizes": list(range(words // 3))}
    request = adapter.render(weft.Prompt(SIGNATURE, [demo]), {"question": "?"}, weft.Capabilities())
    return next(message.text for message in request.messages if message.role == "assistant")


def cpu_us(adapter: weft.Adapter, text: str) -> float:
    """Return the CPU microseconds a piece, and check that what came is what `parse` reads."""
    deltas = [weft.Delta(text[start : start + PIECE]) for start in range(0, len(text), PIECE)]
    samples: list[float] = []
    for _ in range(ROUNDS):
        stream, came = AnswerStream(adapter, SIGNATURE), []
        began = time.process_time()
        for delta in deltas:
            came += stream.feed(delta)
        came += stream.finish()
        samples.append((time.process_time() - began) / len(deltas) * 1e6)
        values = adapter.parse(SIGNATURE, weft.Completion(text))
        assert "".join(piece.text for piece in came if piece.field == "reasoning") == values["reasoning"]
    return statistics.median(samples)


def main() -> int:
    adapters = {name: weft.Adapter(name) for name in ("chat", "json", "xml", "auto")} | {"third party": LineAdapter()}
    print(f"CPU µs for {PIECE} characters (at most {LIMIT_US:.0f} wanted) of answers of {SHORT} and {LONG} words:")
    worst = 0.0
    for name, adapter in adapters.items():
        short, long = (cpu_us(adapter, answer(adapter, words)) for words in (SHORT, LONG))
        print(f"{name:12} {short:6.2f} {long:6.2f}")
        worst = max(worst, short, long)
    return 0 if worst <= LIMIT_US else 1


if __name__ == "__main__":
    raise SystemExit(main())
