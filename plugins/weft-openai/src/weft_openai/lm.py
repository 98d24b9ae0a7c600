"""The LM behind every preset."""

from __future__ import annotations

from contextlib import aclosing
from typing import TYPE_CHECKING, Any, Literal

from weft import Delta, Usage
from weft.errors import LMServerError, OptionError, UnsupportedModelError
from weft_http import HttpLM, Stated, reading

from . import batches, embeddings, finetuning
from .abilities import abilities, chosen_api, chosen_schema_form, known_facts
from .asking import asked_window
from .chat import ChatWire
from .completions import CompletionsWire
from .probing import PROBES
from .responses import ResponsesWire

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Collection, Hashable, Mapping, Sequence

    from weft import BatchState, Embeddings, FinetuneState, Media, Message, Prices, Probe, RateLimits, Request, Response

    from .preset import Api, Preset
    from .wire import Wire

WIRES: Mapping[Api, Wire] = {"chat": ChatWire(), "responses": ResponsesWire(), "completions": CompletionsWire()}
_DEPLOYED = ("chat/completions", "completions", "embeddings")


class OpenAILM(HttpLM):
    """A model behind OpenAI's API; ``weft.LM("openai/…")``, ``weft.LM("ollama/…")`` and so on make it.

    Args:
        model: the model's name as the server knows it.
        preset: what is known of the server.
        api: ``chat``, ``responses`` or ``completions``; None: the one that the model and the server are best at.
        schema_form: how the server wants the schema of an answer, where it differs from what the preset says:
            ``json_schema``, ``json_object``, ``guided_json``, ``structured_outputs``, ``tgi`` or ``none``.
        context_window: tokens of prompt and answer together, where weft does not know them or the server has fewer;
            ``ask`` asks the server at once, which must run then.
        max_output: most tokens of an answer, where weft does not know them.
        prices: `weft.Prices`, or a dict of these, where weft does not know them or yours differ.
        dimensions: length of the vectors that `embed` returns; None: the model's own.
        api_version: of Azure's older API, such as ``2024-10-21``; None: its current one, which has no versions.
        options: ``base_url``, ``api_key``, ``extra_headers``, and the options of every LM.

    Raises:
        OptionError: an option or a parameter has a value that it cannot have.
    """

    def __init__(
        self,
        model: str,
        /,
        *,
        preset: Preset,
        api: str | None = None,
        schema_form: str | None = None,
        context_window: int | Literal["ask"] | None = None,
        max_output: int | None = None,
        prices: Prices | Mapping[str, float] | None = None,
        dimensions: int | None = None,
        api_version: str | None = None,
        **options: Any,
    ) -> None:
        self.preset = preset
        self._stated = Stated(None if context_window == "ask" else context_window, max_output, prices)
        self.facts = known_facts(preset, model, self._stated)
        self.api = chosen_api(preset, self.facts, api)
        self.schema_form = chosen_schema_form(preset, schema_form)
        self.dimensions, self.api_version = dimensions, api_version
        if api_version is not None and preset.service.provider != "azure":
            raise OptionError(f"api_version is an option of 'azure', not of {preset.service.provider!r}.")
        self._given = {"api": api, "schema_form": schema_form, "dimensions": dimensions, "api_version": api_version}
        can = abilities(preset, self.facts, self.api, self.schema_form)
        super().__init__(model, service=preset.service, capabilities=can, **options)
        self.wire = WIRES[self.api]
        if context_window == "ask":
            self._stated = Stated(asked_window(self), max_output, prices)
            self.facts = known_facts(preset, model, self._stated)
            self.capabilities = abilities(preset, self.facts, self.api, self.schema_form)

    async def generate(self, request: Request) -> Response:
        """Answer one request."""
        self._named()
        wire = self.wire
        reply = await self.client.post_json(self.path_of(wire.path), wire.body(self, request))
        with reading(self.ref):
            response = wire.response(self, reply.value, reply.limits)
        if not response.completions:
            raise LMServerError(
                f"The answer of {self.ref} has no answer in it.", provider=self.provider, model=self.model
            )
        return response

    async def stream(self, request: Request) -> AsyncGenerator[Delta, None]:
        """Answer one request in pieces."""
        self._named()
        wire = self.wire
        limits: list[RateLimits] = []
        body, reader = wire.streaming(self, wire.body(self, request)), wire.reader(self)
        events = self.client.stream(self.path_of(wire.path), body, last=b"[DONE]", on_limits=limits.append)
        async with aclosing(events):
            async for event in events:
                value = self.client.decoded(event.data)
                with reading(self.ref):
                    deltas = list(reader.read(value))
                for delta in deltas:
                    yield delta
        reader.end()
        if limits:
            yield Delta(limits=limits[0])

    def media_tokens(self, media: Media) -> int:
        """Return the tokens of media as OpenAI counts images, where the model is known, and else weft's own count."""
        picture = self.facts.picture
        return picture.tokens(media) if picture and media.media_type.startswith("image/") else media.tokens()

    @property
    def streams(self) -> bool:
        """Whether the server streams."""
        return self.preset.streams

    async def embed(self, texts: Sequence[str]) -> Embeddings:
        """Return a vector for each text."""
        self._named()
        return await embeddings.embed(self, texts)

    @property
    def batches(self) -> bool:
        """Whether the server takes batches."""
        return self.preset.batches

    async def submit_batch(self, requests: Mapping[str, Request]) -> str:
        """Hand in requests to be answered within a day, at half the price."""
        if not self.preset.batches:
            raise self._cannot("take batches")
        return await batches.submit(self, requests)

    async def read_batch(self, batch: str) -> BatchState:
        """Return how far a batch is."""
        return await batches.read(self, batch)

    async def find_batch(self, keys: Collection[str]) -> str | None:
        """Return the id of the batch that was handed in with these keys, or None."""
        return await batches.find(self, keys)

    async def cancel_batch(self, batch: str) -> None:
        """Stop a batch."""
        await batches.cancel(self, batch)

    async def finetune(self, conversations: Sequence[Sequence[Message]], **options: Any) -> str:
        """Begin to tune the model.

        Args:
            conversations: what to learn from: the assistant's turns.
            options: fields of the job, such as ``suffix`` or ``seed``; ``validation`` is more conversations.
        """
        if not self.preset.finetunes:
            raise self._cannot("be tuned")
        return await finetuning.start(self, conversations, options)

    async def read_finetune(self, job: str) -> FinetuneState:
        """Return how far a fine-tuning job is."""
        return await finetuning.read(self, job)

    async def probe(self) -> Probe:
        """Ask the server how it is: its version, its models and their context windows, and what is wrong."""
        with reading(self.ref):
            return await PROBES[self.preset.probe](self)

    def describe(self) -> dict[str, Any]:
        """Return what it takes to get this LM again."""
        given = {name: value for name, value in self._given.items() if value is not None}
        return {**super().describe(), **given, **self._stated.described()}

    @property
    def cache_identity(self) -> Hashable:
        """Add the API and the form of schemas to what every LM's answers depend on."""
        return (super().cache_identity, self.api, self.schema_form or "", self.dimensions or 0)

    def path_of(self, path: str) -> str:
        """Return where to call; Azure's older API has other paths."""
        if self.api_version is None:
            return path
        place = f"deployments/{self.model}/{path}" if path in _DEPLOYED else path
        root = "/openai/" if self.client.base_url.endswith("/openai/v1") else ""  # made of an endpoint, for the new API
        return f"{root}{place}?api-version={self.api_version}"

    def _named(self) -> None:
        if not self.model:
            raise UnsupportedModelError(
                f"{self.provider!r} names no model; write it like '{self.provider}/MODEL'.",
                provider=self.provider,
                usage=Usage(),
            )
