"""Programs that are read while they run, a model that breaks off, and what tests look for in events."""

from __future__ import annotations

import asyncio
import threading
from typing import TYPE_CHECKING, Any

import weft

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

OUTPUTS = {"query": "the query", "reasoning": "because", "answer": "Paris", "n": 42}


def scripted(pieces: Any = 3, **options: Any) -> weft.LM:
    return weft.LM("scripted/x", answers=lambda request: OUTPUTS, pieces=pieces, **options)


class Steps(weft.Module):
    def __init__(self) -> None:
        self.search = weft.Predict("question -> query")
        self.answer = weft.ChainOfThought("query -> answer, n: int")

    def forward(self, question: str) -> Any:
        return self.answer(query=self.search(question=question).query)


class StepsAsync(Steps):
    forward = None  # type: ignore[assignment]

    async def aforward(self, question: str) -> Any:
        return await self.answer.acall(query=(await self.search.acall(question=question)).query)


def read(program: weft.Module, way: str, **inputs: Any) -> list[Any]:
    if way == "sync":
        return list(program.stream(**inputs))

    async def main() -> list[Any]:
        return [event async for event in program.astream(**inputs)]

    return asyncio.run(main())


def texts(events: list[Any]) -> dict[tuple[str, int, str], str]:
    """Return what came of each field, and holds: a restart makes void what came before."""
    held: dict[tuple[str, int, str], str] = {}
    for event in events:
        if isinstance(event, weft.FieldChunk):
            key = (event.path, event.call, event.field)
            held[key] = held.get(key, "") + event.text
        elif isinstance(event, weft.StatusEvent) and event.kind == "restart":
            held = {key: text for key, text in held.items() if key[:2] != (event.path, event.call)}
    return held


def kinds(events: list[Any], *wanted: str) -> list[tuple[str, str, int, str]]:
    statuses = [event for event in events if isinstance(event, weft.StatusEvent)]
    return [(event.kind, event.path, event.call, event.name) for event in statuses if event.kind in wanted]


class Breaking(weft.LM):
    """Streams the acts of a list, one a call: texts and deltas are pieces, an error breaks off, None waits for ever."""

    def __init__(self, *acts: list[Any]) -> None:
        super().__init__("breaking", provider="test", cache="off")
        self.acts = list(acts)
        self.calls = self.cancelled = 0
        self.stopped = threading.Event()
        self.endpoint = object()

    async def generate(self, request: weft.Request) -> weft.Response:
        raise AssertionError("it is asked to stream")

    async def stream(self, request: weft.Request) -> AsyncIterator[weft.Delta]:
        act = self.acts[min(self.calls, len(self.acts) - 1)]
        self.calls += 1
        for piece in act:
            if isinstance(piece, Exception):
                raise piece
            if piece is None:
                await self._hang()
            yield piece if isinstance(piece, weft.Delta) else weft.Delta(piece)
        yield weft.Delta(finish_reason="stop", usage=weft.Usage(10, 5, calls=1))

    async def _hang(self) -> None:
        try:
            await asyncio.get_running_loop().create_future()
        except asyncio.CancelledError:
            self.cancelled += 1
            self.stopped.set()
            raise


HEAD, END = "[[ ## answer ## ]]\n", "\n\n[[ ## completed ## ]]"
