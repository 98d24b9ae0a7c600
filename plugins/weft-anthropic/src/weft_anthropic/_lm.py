"""The LM: Anthropic's Messages API, whole or in pieces, and its batches."""

from __future__ import annotations

import os
from contextlib import aclosing
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from weft import Capabilities, Probe, ProbedModel
from weft_http import HttpLM, Stated, encoded, reading

from ._batches import batch_of, state_of
from ._models import model_named
from ._request import EXTRA, body_of
from ._response import response_of
from ._service import ANTHROPIC, status_of
from ._stream import Events

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Collection, Hashable, Mapping

    from weft import BatchState, Delta, Prices, Request, Response
    from weft.errors import LMError

    from ._models import Model

_MESSAGES = "v1/messages"
_BATCHES = "v1/messages/batches"
_PARAMETERS = frozenset({"max_tokens", "n", "reasoning_effort", "rollout_id", "stop", "temperature", "top_p"})
_OF_SAMPLING = frozenset({"temperature", "top_p", "top_k"})


class AnthropicLM(HttpLM):
    """A Claude model; ``weft.LM("anthropic/claude-haiku-4-5")``.

    The API demands ``max_tokens``. Where it is not set, all that the model can give is sent.

    Args:
        model: the model's name, such as ``claude-haiku-4-5``.
        context_window: tokens of prompt and answer together, for models that are not listed.
        max_output: most tokens of an answer, for models that are not listed.
        prices: US dollars per million tokens, for models that are not listed or contracts of your own.
        base_url: another address that speaks the Messages API, without ``/v1``; None: ``ANTHROPIC_BASE_URL``.
        api_key: the key, or a function that returns one; None: ``ANTHROPIC_API_KEY``. Another address needs none.
        options: as for every LM over HTTP, and parameters.

    Raises:
        OptionError: an option has a value that is none, or the model does not take a parameter.
    """

    def __init__(
        self,
        model: str,
        /,
        *,
        context_window: int | None = None,
        max_output: int | None = None,
        prices: Prices | Mapping[str, float] | None = None,
        base_url: str | None = None,
        **options: Any,
    ) -> None:
        self._stated = Stated(context_window, max_output, prices)
        self._known = self._stated.over(model_named(model))
        is_elsewhere = bool(base_url or os.environ.get(ANTHROPIC.base_url_env[0]))
        super().__init__(
            model,
            service=replace(ANTHROPIC, key_is_needed=not is_elsewhere),
            capabilities=_capabilities(self._known),
            base_url=base_url,
            **options,
        )

    async def generate(self, request: Request) -> Response:
        """Answer one request."""
        reply = await self.client.post_json(_MESSAGES, self._body(request))
        with reading(self.ref):
            return response_of(self.ref, reply.value, self._known.cost, reply.limits)

    async def stream(self, request: Request) -> AsyncIterator[Delta]:
        """Answer one request in pieces."""
        events = Events(self.ref, self._known.cost)
        body = {**self._body(request), "stream": True}
        async with aclosing(self.client.stream(_MESSAGES, body, on_limits=events.take_limits)) as arriving:
            async for event in arriving:
                value = self.client.decoded(event.data)
                with reading(self.ref):
                    if value["type"] == "error":
                        raise self._refused(value)
                    delta = events.read(value)
                if delta is not None:
                    yield delta

    async def submit_batch(self, requests: Mapping[str, Request]) -> str:
        """Hand in requests to be answered within a day, at half the price.

        Keys are of 1 to 64 letters, digits, ``_`` and ``-``.
        """
        bodies = {key: self._body(request) for key, request in requests.items()}
        reply = await self.client.post_json(_BATCHES, batch_of(self.ref, bodies))
        with reading(self.ref):
            return reply.value["id"]

    async def read_batch(self, batch: str) -> BatchState:
        """Return how far a batch is. Requests that were not answered within a day have no result."""
        reply = await self.client.get_json(f"{_BATCHES}/{batch}")
        with reading(self.ref):
            has_ended = reply.value["processing_status"] == "ended"
        lines = await self._results(batch) if has_ended else []
        with reading(self.ref):
            return state_of(self.ref, reply.value, lines, self._known.cost, self._refused)

    async def find_batch(self, keys: Collection[str]) -> str | None:
        """Return the id of the batch that was handed in with these keys, or None; the last hundred are looked at.

        The API shows the keys of a batch only once it has ended. The latest one that goes on and has as many requests
        is taken for it. If it is another one it will have no results for the keys.
        """
        reply = await self.client.get_json(f"{_BATCHES}?limit=100")
        with reading(self.ref):
            alike = [batch for batch in reply.value["data"] if sum(batch["request_counts"].values()) == len(keys)]
            going_on = [batch["id"] for batch in alike if batch["processing_status"] != "ended"]
            ended = [batch["id"] for batch in alike if batch["processing_status"] == "ended"]
        for batch in ended:
            lines = await self._results(batch)
            with reading(self.ref):
                if any(line["custom_id"] in keys for line in lines):
                    return batch
        return next(iter(going_on), None)

    async def _results(self, batch: str) -> list[Any]:
        raw = await self.client.get_bytes(f"{_BATCHES}/{batch}/results")
        return [self.client.decoded(line) for line in raw.splitlines() if line.strip()]

    async def cancel_batch(self, batch: str) -> None:
        """Stop a batch; what is under way may still be answered."""
        await self.client.post_json(f"{_BATCHES}/{batch}/cancel", {})

    async def probe(self) -> Probe:
        """Ask which models there are."""
        reply = await self.client.get_json("v1/models?limit=1000")
        with reading(self.ref):
            models = tuple(ProbedModel(entry["id"], entry.get("max_input_tokens")) for entry in reply.value["data"])
        is_there = any(model.name == self.model or model.name.startswith(f"{self.model}-") for model in models)
        problems = () if is_there or not self.model else (f"{self.client.base_url} has no model {self.model!r}.",)
        return Probe(self.client.base_url, models=models, problems=problems)

    @property
    def cache_identity(self) -> Hashable:
        """Add the length of an answer, which is sent where a call says none."""
        return (super().cache_identity, self._known.max_output or 0)

    def describe(self) -> dict[str, Any]:
        """Return what it takes to get this LM again; never a key."""
        return {**super().describe(), **self._stated.described()}

    def _body(self, request: Request) -> dict[str, Any]:
        return body_of(self.ref, self.model, self._known, request)

    def _refused(self, error: Mapping[str, Any]) -> LMError:
        """Return what an error stands for that came inside an answer."""
        return self.client.refusal(encoded(error), status=status_of(error), headers={})


def _capabilities(model: Model) -> Capabilities:
    untaken = _OF_SAMPLING if model.sampling == "none" else frozenset[str]()
    return Capabilities(
        context_window=model.context_window,
        max_output=model.max_output,
        response_schema=model.schema,
        tools=True,
        vision=True,
        media=frozenset({"application/pdf"}),
        reasoning=model.thinking != "unknown",
        parameters=_PARAMETERS - untaken,
        extra=EXTRA - untaken,
        prices=model.prices,
    )
