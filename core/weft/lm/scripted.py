"""``scripted/…``: a model that answers what it is told to, for tests and measurements."""

from __future__ import annotations

import asyncio
import inspect
import json
import math
from collections.abc import AsyncGenerator, Callable, Hashable, Mapping, Sequence
from dataclasses import replace
from itertools import count
from typing import Any, cast

from ..data.calls import ToolCalls
from ..errors import LMError, LMInvalidRequestError, OptionError
from ..runtime.loop import enter_loop
from ..signature.describe import text_of
from ..signature.markers import END, write_sections
from .base import LM
from .capabilities import Capabilities, Prices
from .jobs import BatchState
from .records import Completion, Delta, Request, Response, Usage
from .streaming import as_deltas

_FREE = Prices(input=0.0, output=0.0)
Answer = str | Mapping[str, Any] | Completion | Response | Exception
Script = Sequence[Answer] | Mapping[str, Answer] | Callable[[Request], Any]


class ScriptedLM(LM):
    """Answers from a list, a mapping or a function.

    An answer is a text, a dict of output fields (written in the form the prompt asks for), a Completion, a whole
    Response, or an exception to raise. Where the request has tools, a field that is `ToolCalls` becomes calls in the
    model's own form. Its cache is off unless asked for, since a list gives another answer each time.

    Args:
        model: any name.
        answers: a list, used in order; a mapping from the last user turn, or a part of it, to the answer; or a
            function of the request.
        cycle: whether a list starts again when it is used up; otherwise that is an LMError.
        latency: seconds that every answer takes; above 0, limits, timeouts and retries apply as for a provider.
        usage: the usage to report; default: one token for four characters.
        context_window: tokens; None: no limit is declared.
        max_output: most tokens of an answer, as declared; answers are not cut.
        prices: what to reckon costs by; default: nothing.
        response_schema: whether to declare that answers can be held to a schema.
        pieces: how answers are cut when they are streamed: the characters of a piece, or a function from a text to its
            pieces; default: they are not streamed.
        batch: whether the model takes batches; one is answered when it is looked at for the first time.
        tools: whether to declare that the model can call tools.
        media: the MIME types that prompts can hold beside text, as declared; default: all.

    Example:
        >>> import weft
        >>> weft.LM("scripted/x", answers={"Spain": "Madrid"})("Capital of Spain?").text
        'Madrid'
    """

    def __init__(
        self,
        model: str = "script",
        /,
        *,
        answers: Script = (),
        cycle: bool = False,
        latency: float = 0.0,
        usage: Usage | None = None,
        context_window: int | None = None,
        max_output: int | None = None,
        prices: Prices | None = _FREE,
        response_schema: bool = False,
        batch: bool = False,
        pieces: int | Callable[[str], Sequence[str]] | None = None,
        tools: bool = False,
        media: Sequence[str] = ("*/*",),
        cache: str | None = "off",
        **parameters: Any,
    ) -> None:
        abilities = Capabilities(
            context_window=context_window,
            max_output=max_output,
            response_schema=response_schema,
            tools=tools,
            media=frozenset(media),
            prices=prices,
        )
        super().__init__(model, provider="scripted", capabilities=abilities, cache=cache, **parameters)
        self._answers: Any = answers
        if isinstance(answers, str) or not isinstance(self._answers, Sequence | Mapping | Callable):
            raise OptionError(f"answers must be a list, a mapping or a function, not {answers!r}.")
        if pieces is not None and not callable(pieces) and (isinstance(pieces, bool) or pieces < 1):
            raise OptionError(f"pieces must be a number of characters or a function of a text, not {pieces!r}.")
        self._pieces = pieces
        self.waits = latency > 0 or batch
        self._takes_batches = batch
        self._batches: dict[str, Mapping[str, Request] | BatchState] = {}  # shared by copies
        self._cycle, self._latency, self._usage = cycle, latency, usage
        self._clock: _Clock | None = None
        self._positions = count()  # shared by copies, which go on with the same script; safe for threads
        self.endpoint = self._positions  # limits, and what is learned of tokens, are the script's own

    @property
    def cache_identity(self) -> Hashable:
        return (type(self), self.ref, self._positions)  # a counter is its own key: no other script has it

    async def generate(self, request: Request) -> Response:
        if self._latency:
            await self._clock_here().after(self._latency)
        answer = self._pick(request)
        completion: Completion | None = None
        if not isinstance(answer, str):
            if inspect.isawaitable(answer):
                await enter_loop()
                answer = await answer
            if isinstance(answer, Exception):
                raise answer
            if isinstance(answer, Response):
                return answer
            if not isinstance(answer, str):
                completion = answer if isinstance(answer, Completion) else _written(answer, request)
        if completion is None:
            completion = Completion(cast("str", answer))
        usage = self._usage
        if usage is None:
            size = len(completion.text) + sum([len(call.arguments) for call in completion.tool_calls])
            usage = Usage(sum([len(message.text) for message in request.messages]) // 4, size // 4, calls=1)
        return Response((completion,), usage, self.model)

    @property
    def streams(self) -> bool:
        return self._pieces is not None

    async def stream(self, request: Request) -> AsyncGenerator[Delta, None]:
        for delta in as_deltas(await self.generate(request)):
            *before, last = self._cut(delta.text) or [""]
            for piece in before:
                yield Delta(piece, delta.index)
                if self._latency:
                    await asyncio.sleep(0)  # whoever waits for another answer has a turn
            yield replace(delta, text=last)

    def _cut(self, text: str) -> Sequence[str]:
        if callable(self._pieces):
            return self._pieces(text)
        size = self._pieces or len(text)
        return [text[start : start + size] for start in range(0, len(text), size)]

    @property
    def batches(self) -> bool:
        return self._takes_batches

    async def submit_batch(self, requests: Mapping[str, Request]) -> str:
        if not self._takes_batches:
            raise self._cannot("take batches")
        name = f"batch-{len(self._batches) + 1}"
        self._batches[name] = dict(requests)
        return name

    async def read_batch(self, batch: str) -> BatchState:
        held = self._batch(batch)
        if not isinstance(held, BatchState):
            results = {key: await self._outcome(request) for key, request in held.items()}
            held = self._batches[batch] = BatchState("done", len(results), len(results), results)
        return held

    async def cancel_batch(self, batch: str) -> None:
        held = self._batch(batch)
        if not isinstance(held, BatchState):
            self._batches[batch] = BatchState("cancelled", 0, len(held))

    def _batch(self, batch: str) -> Mapping[str, Request] | BatchState:
        if batch not in self._batches:
            raise LMInvalidRequestError(
                f"{self.ref} was handed in no batch {batch!r}.", provider=self.provider, model=self.model
            )
        return self._batches[batch]

    async def _outcome(self, request: Request) -> Response | Exception:
        try:
            return await self.generate(request)
        except LMError as error:
            return error

    def _clock_here(self) -> _Clock:
        loop, clock = asyncio.get_running_loop(), self._clock
        if clock is None or clock.loop is not loop:
            clock = self._clock = _Clock(loop)
        return clock

    def _pick(self, request: Request) -> Any:
        answers = self._answers
        if callable(answers):
            return answers(request)
        if isinstance(answers, Mapping):
            return self._matching(cast("Mapping[str, Answer]", answers), request.messages[-1].text)
        position = next(self._positions)
        if position >= len(answers) and not (self._cycle and answers):
            raise LMError(
                f"The script of {self.ref} has {len(answers)} answers, and this is call {position + 1}.",
                provider=self.provider,
                model=self.model,
            )
        return answers[position % len(answers)]

    def _matching(self, answers: Mapping[str, Answer], turn: str) -> Answer:
        if turn in answers:
            return answers[turn]
        for key in sorted(answers, key=len, reverse=True):
            if key in turn:
                return answers[key]
        raise LMError(f"The script of {self.ref} has no answer for {turn!r}.", provider=self.provider, model=self.model)


class _Clock:
    """Wakes whoever waits on one event loop; all that are due in the same millisecond share a timer.

    The stand-in should cost little beside what is measured with it.
    """

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self.loop = loop
        self._waiting: dict[float, list[asyncio.Future[None]]] = {}

    def after(self, seconds: float) -> asyncio.Future[None]:
        """Return a future that is done after `seconds`, or up to a millisecond more."""
        due = math.ceil((self.loop.time() + seconds) * 1000) / 1000
        future = self.loop.create_future()
        if due in self._waiting:
            self._waiting[due].append(future)
        else:
            self._waiting[due] = [future]
            self.loop.call_at(due, self._ring, due)
        return future

    def _ring(self, due: float) -> None:
        for future in self._waiting.pop(due):
            if not future.done():
                future.set_result(None)


def _written(fields: Mapping[str, Any], request: Request) -> Completion:
    calls = [value for value in fields.values() if isinstance(value, ToolCalls)] if request.tools else []
    if not calls:
        return Completion(_text(fields, request))
    rest = {name: value for name, value in fields.items() if not isinstance(value, ToolCalls)}
    return Completion(
        _text(rest, request) if rest else "", "tool_calls", tuple(call for made in calls for call in made)
    )


def _text(fields: Mapping[str, Any], request: Request) -> str:
    if request.tools and not any(part.kind == "format" for message in request.messages for part in message.parts):
        return "\n\n".join(text_of(value) for value in fields.values())
    form = "".join([part.text for message in request.messages for part in message.parts if part.kind == "format"])
    if request.response_schema is not None or "JSON" in form:
        return json.dumps(dict(fields.items()), default=text_of)
    if fields and all(f"<{name}>" in form for name in fields):
        return "\n".join([f"<{name}>\n{text_of(value)}\n</{name}>" for name, value in fields.items()])
    return f"{write_sections((name, text_of(value)) for name, value in fields.items())}\n\n{END}"
