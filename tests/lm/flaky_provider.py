"""A provider for tests of the pipeline: it does what a script says, and waits as one across a network does."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import weft

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Sequence

Act = str | Exception | None | list[Any]


class Flaky(weft.LM):
    """Acts in order: a text is the answer, an exception is raised, None never answers, a list is streamed.

    In a list, texts are pieces and an exception breaks the stream off. The last act is repeated.
    """

    def __init__(self, acts: Sequence[Act] = (), /, *, name: str = "flaky", n: bool = False, **parameters: Any) -> None:
        capabilities = weft.Capabilities(n=n, prices=weft.Prices(input=1.0, output=2.0))
        super().__init__(name, provider="test", capabilities=capabilities, **{"cache": "off", **parameters})
        self.acts = list(acts) or ["ok"]
        self.requests: list[weft.Request] = []
        self.under_way = 0
        self.cancelled = 0
        self.endpoint = object()  # limits of its own

    async def generate(self, request: weft.Request) -> weft.Response:
        act = await self._next(request)
        text = "".join(piece for piece in act if isinstance(piece, str)) if isinstance(act, list) else act
        return weft.Response.of(*[text] * request.n, usage=weft.Usage(10, 5, calls=1))

    async def _next(self, request: weft.Request) -> Any:
        act = self.acts[min(len(self.requests), len(self.acts) - 1)]
        self.requests.append(request)
        if isinstance(act, Exception):
            raise act
        if act is None:
            await self._hang()
        return act

    async def _hang(self) -> None:
        try:
            await asyncio.get_running_loop().create_future()
        except asyncio.CancelledError:
            self.cancelled += 1
            raise


class Streaming(Flaky):
    """The same, in pieces."""

    async def stream(self, request: weft.Request) -> AsyncIterator[weft.Delta]:
        act = await self._next(request)
        for piece in act if isinstance(act, list) else [act]:
            if isinstance(piece, Exception):
                raise piece
            if piece is None:
                await self._hang()
            yield weft.Delta(piece)
        if not (isinstance(act, list) and act[-1:] == ["cut"]):
            yield weft.Delta(finish_reason="stop", usage=weft.Usage(10, 5, calls=1), model="flaky-1")
