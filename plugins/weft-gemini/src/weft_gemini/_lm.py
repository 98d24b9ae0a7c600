"""The LM: Gemini's ``generateContent``, whole or in pieces, and its embeddings."""

from __future__ import annotations

from contextlib import aclosing
from typing import TYPE_CHECKING, Any

from weft import Capabilities, Probe, ProbedModel
from weft_http import HttpLM, Stated, reading

from ._embeddings import embedding_body, embeddings_of
from ._media import tokens_of
from ._models import model_named
from ._request import EXTRA, body_of
from ._response import response_of
from ._service import GEMINI
from ._stream import Events

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Mapping, Sequence

    from weft import Delta, Embeddings, Media, Prices, Request, Response

    from ._models import Model

_PARAMETERS = frozenset(
    {"logprobs", "max_tokens", "n", "reasoning_effort", "rollout_id", "seed", "stop", "temperature", "top_p"}
)


class GeminiLM(HttpLM):
    """A Gemini model; ``weft.LM("gemini/gemini-2.5-flash")``.

    Args:
        model: the model's name, such as ``gemini-2.5-flash``.
        context_window: tokens of prompt and answer together, for models that are not listed.
        max_output: most tokens of an answer, for models that are not listed.
        prices: US dollars per million tokens, for models that are not listed or contracts of your own.
        dimensions: length of the vectors, for models that embed texts; None leaves it to the model.
        task_type: what vectors are for, such as ``RETRIEVAL_DOCUMENT`` or ``SEMANTIC_SIMILARITY``.
        base_url: another address that speaks the API, without ``/v1beta``; None: ``GOOGLE_GEMINI_BASE_URL``.
        api_key: the key, or a function that returns one; None: ``GEMINI_API_KEY``, else ``GOOGLE_API_KEY``.
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
        dimensions: int | None = None,
        task_type: str | None = None,
        **options: Any,
    ) -> None:
        self._stated = Stated(context_window, max_output, prices)
        self._known = self._stated.over(model_named(model))
        super().__init__(model, service=GEMINI, capabilities=_capabilities(self._known), **options)
        self._name = model if "/" in model else f"models/{model}"
        self._dimensions, self._task = dimensions, task_type

    async def generate(self, request: Request) -> Response:
        """Answer one request."""
        reply = await self.client.post_json(f"v1beta/{self._name}:generateContent", self._body(request))
        with reading(self.ref):
            return response_of(self.ref, reply.value, self._known)

    async def stream(self, request: Request) -> AsyncIterator[Delta]:
        """Answer one request in pieces."""
        path = f"v1beta/{self._name}:streamGenerateContent?alt=sse"
        events = Events(self.ref, self._known, request.n)
        async with aclosing(self.client.stream(path, self._body(request))) as arriving:
            async for event in arriving:
                value = self.client.decoded(event.data)
                with reading(self.ref):
                    if "error" in value:
                        raise self.client.refusal(event.data, status=value["error"]["code"], headers={})
                    deltas = list(events.read(value))
                for delta in deltas:
                    yield delta

    def media_tokens(self, media: Media) -> int:
        """Return the tokens of media as Gemini counts them."""
        return tokens_of(media)

    async def embed(self, texts: Sequence[str]) -> Embeddings:
        """Return a vector for each text; the API takes 100 at most."""
        body = embedding_body(self._name, texts, dimensions=self._dimensions, task=self._task)
        reply = await self.client.post_json(f"v1beta/{self._name}:batchEmbedContents", body)
        with reading(self.ref):
            return embeddings_of(reply.value, self._known)

    async def probe(self) -> Probe:
        """Ask which models there are."""
        reply = await self.client.get_json("v1beta/models?pageSize=1000")
        with reading(self.ref):
            models = tuple(
                ProbedModel(entry["name"].removeprefix("models/"), entry.get("inputTokenLimit"))
                for entry in reply.value["models"]
            )
        is_there = any(model.name == self._name.removeprefix("models/") for model in models)
        problems = () if is_there or not self.model else (f"{self.client.base_url} has no model {self.model!r}.",)
        return Probe(self.client.base_url, models=models, problems=problems)

    def describe(self) -> dict[str, Any]:
        """Return what it takes to get this LM again; never a key."""
        own = {"dimensions": self._dimensions, "task_type": self._task}
        given = {name: value for name, value in own.items() if value is not None}
        return {**super().describe(), **self._stated.described(), **given}

    def _body(self, request: Request) -> dict[str, Any]:
        return body_of(self.ref, self._known, request)


def _capabilities(model: Model) -> Capabilities:
    return Capabilities(
        context_window=model.context_window,
        max_output=model.max_output,
        response_schema=model.is_listed,
        tools=True,
        n=model.is_listed,
        vision=True,
        audio=True,
        media=frozenset({"application/pdf", "video/*"}),
        reasoning=model.is_listed,
        parameters=_PARAMETERS,
        extra=EXTRA,
        prices=model.prices,
    )
