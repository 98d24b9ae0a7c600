"""CPU time of streams, for each piece of an answer: of the adapters' parsers alone, and of whole programs.

Parsers read an answer that has a text and a list of numbers, in pieces of four characters, as models write. A second
one is ten times as long: a parser that reads again what it has read takes more time a piece for it. Of programs the
whole way is measured, beside the same program without a stream: the pieces of the model, the parser, the chunks, and
reading them from async and from blocking code. A third party's adapters are measured as the kernel's are, with and
without a parser. Run: ``nox -s bench -- streaming``.
"""

from __future__ import annotations

import asyncio
import statistics
import time
from typing import TYPE_CHECKING, Any

import weft
from weft.adapter import AnswerStream, FieldDelta, typed_fields

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

PIECE = 4
SHORT, LONG = 400, 4_000
"""Words of the text."""
ROUNDS = 7
LIMIT_US = 50.0
SIGNATURE = weft.Signature("question -> reasoning: str, sizes: list[int]")


class LineAdapter(weft.Adapter):
    """A third party's: a line a field."""

    def render(self, prompt: weft.Prompt, inputs: Mapping[str, Any], capabilities: weft.Capabilities) -> weft.Request:
        demos = (line for demo in prompt.demos for line in (f"{demo['reasoning']}", f"{demo['sizes']}"))
        return weft.Request(
            (weft.Message.of("user", str(dict(inputs))), weft.Message.of("assistant", "\n".join(demos)))
        )

    def parse(self, signature: type[weft.Signature], completion: weft.Completion) -> dict[str, Any]:
        found = zip(signature.output_fields, completion.text.splitlines(), strict=False)
        return typed_fields(signature, dict(found), completion)


class LineStream:
    """Reads lines while they come."""

    def __init__(self, signature: type[weft.Signature]) -> None:
        self._fields = list(signature.output_fields)

    def feed(self, text: str) -> Sequence[FieldDelta]:
        *lines, rest = text.split("\n")
        deltas = [FieldDelta(self._fields.pop(0), line, last=True) for line in lines]
        return [*deltas, FieldDelta(self._fields[0], rest)] if rest else deltas

    def finish(self) -> Sequence[FieldDelta]:
        return [FieldDelta(self._fields.pop(0), "", last=True)]


class StreamedLineAdapter(LineAdapter):
    """The same with a parser of its own."""

    def stream_parser(self, signature: type[weft.Signature]) -> LineStream:
        return LineStream(signature)


ADAPTERS: Mapping[str, weft.Adapter] = {
    **{name: weft.Adapter(name) for name in ("chat", "json", "xml", "auto")},
    "third party": StreamedLineAdapter(),
    "without parser": LineAdapter(),
}


def answer(adapter: weft.Adapter, words: int) -> str:
    """Return an answer as the adapter shows it in a demonstration."""
    text = " ".join(f"word{number % 97} it's [{number % 7}]" for number in range(words // 3))
    demo = {"question": "?", "reasoning": text, "sizes": list(range(words // 3))}
    request = adapter.render(weft.Prompt(SIGNATURE, [demo]), {"question": "?"}, weft.Capabilities())
    return next(message.text for message in request.messages if message.role == "assistant")


def parser_cpu_us(adapter: weft.Adapter, text: str) -> float:
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


def measure_parsers() -> float:
    """Print what the parsers take, and return the most."""
    print(f"parsers, CPU µs for {PIECE} characters of answers of {SHORT} and {LONG} words:")
    worst = 0.0
    for name, adapter in ADAPTERS.items():
        short, long = (parser_cpu_us(adapter, answer(adapter, words)) for words in (SHORT, LONG))
        print(f"{name:14} {short:6.2f} {long:6.2f}")
        worst = max(worst, short, long)
    return worst


class Program(weft.Module):
    """One step, so that the way goes through a module, as it does in programs."""

    def __init__(self, adapter: Any) -> None:
        self.step = weft.Predict(SIGNATURE, adapter=adapter)

    async def aforward(self, question: str) -> Any:
        return await self.step.acall(question=question)


async def read(program: Program) -> int:
    """Read all events, and return how many chunks there were."""
    chunks = 0
    async for event in program.astream(question="?"):
        chunks += isinstance(event, weft.FieldChunk)
    return chunks


def read_blocking(program: Program) -> int:
    """Read all events from blocking code."""
    return sum(isinstance(event, weft.FieldChunk) for event in program.stream(question="?"))


def program_cpu_us(program: Program, pieces: int) -> tuple[float, float]:
    """Return what a piece takes more in a stream read from async and from blocking code."""
    whole = median_cpu_us(lambda: asyncio.run(program.acall(question="?")))
    ways = (lambda: asyncio.run(read(program)), lambda: read_blocking(program))
    in_async, blocking = ((median_cpu_us(way) - whole) / pieces for way in ways)
    return in_async, blocking


def median_cpu_us(run: Callable[[], Any]) -> float:
    """Return the median CPU microseconds of a run, after a warm-up."""
    run()
    samples: list[float] = []
    for _ in range(ROUNDS):
        began = time.process_time()
        run()
        samples.append((time.process_time() - began) * 1e6)
    return statistics.median(samples)


def measure_programs() -> float:
    """Print what whole programs take, and return the most."""
    print(
        f"programs, CPU µs for {PIECE} characters more than without a stream, read from async and from blocking code:"
    )
    worst = 0.0
    for name, adapter in ADAPTERS.items():
        text = answer(adapter, LONG)
        # With a latency the model waits between pieces, so that each is read before the next one comes.
        lm = weft.LM("scripted/pieces", answers=lambda request, text=text: text, pieces=PIECE, latency=0.001)
        with weft.context(lm=lm, cache="off"):
            in_async, blocking = program_cpu_us(Program(adapter), len(text) // PIECE)
        print(f"{name:14} {in_async:6.2f} {blocking:6.2f}")
        worst = max(worst, in_async, blocking)
    return worst


def main() -> int:
    worst = max(measure_parsers(), measure_programs())
    print(f"at most {worst:.1f} µs ({LIMIT_US:.0f} wanted)")
    return 0 if worst <= LIMIT_US else 1


if __name__ == "__main__":
    raise SystemExit(main())
