"""A model behind litellm."""

from __future__ import annotations

import asyncio
import re
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import weft
from weft.errors import LMServerError, OptionError
from weft.lm.records import PARAMETERS
from weft.lm.streaming import as_deltas
from weft.runtime.handing import pieces_of

from .abilities import abilities_of, brings_tokenizer
from .answering import deltas_of, embeddings_of, limits_of, response_of
from .asking import arguments_of, tokens_of
from .engine import ENGINE
from .library import library, quiet
from .problems import problem, shown_cause

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Callable, Generator, Mapping, Sequence

# Attempts, the cache and limits are weft's, and nothing is left out of a request in silence.
_OURS: Mapping[str, Any] = {"num_retries": 0, "max_retries": 0, "caching": False, "drop_params": False}
_SET_BY_WEFT = frozenset((*_OURS, *PARAMETERS, "model", "messages", "input", "stream", "stream_options", "fallbacks"))
_SECRET_NAME = re.compile(r"key|secret|token|password|credential", re.IGNORECASE)
_NOT_LOOKED_UP = weft.Capabilities(parameters=frozenset(PARAMETERS))


class LiteLLM(weft.LM):
    """A model that litellm reaches, named as litellm names it: ``LM("litellm/anthropic/claude-…")``.

    litellm is imported at the first call, or before it where somebody asks what the model can do; that takes seconds.

    Args:
        model: litellm's name of the model, with that of its provider.
        api_key: the key; None: litellm looks for the provider's variable in the environment.
        api_base: the address, for a server of your own.
        api_version: the version of the API, where the provider has several.
        arguments: what else ``litellm.acompletion`` must be told, such as ``{"vertex_project": …}``. Values under names
            such as ``aws_secret_access_key`` are never shown.
        context_window, response_schema, tools: what the model can do, in place of what litellm's tables say of it.
        parameters: defaults for every call.

    Raises:
        OptionError: an unknown option or parameter, or an argument that weft sets itself.
    """

    def __init__(
        self,
        model: str,
        /,
        *,
        api_key: str | weft.Secret | None = None,
        api_base: str | None = None,
        api_version: str | None = None,
        arguments: Mapping[str, Any] | None = None,
        context_window: int | None = None,
        response_schema: bool | None = None,
        tools: bool | None = None,
        **parameters: Any,
    ) -> None:
        stated = {"context_window": context_window, "response_schema": response_schema, "tools": tools}
        self._stated = {name: value for name, value in stated.items() if value is not None}
        place = {"api_base": api_base, "api_version": api_version}
        self._place = {name: value for name, value in place.items() if value is not None}
        self._open, self._hidden = _told_apart(arguments or {})
        if api_key is not None:
            self._hidden["api_key"] = weft.Secret(api_key)
        try:  # what all models understand needs no look into litellm's tables, and so no litellm
            super().__init__(model, provider="litellm", capabilities=_NOT_LOOKED_UP, **parameters)
        except OptionError:
            super().__init__(model, provider="litellm", capabilities=self._looked_up(model), **parameters)
        self._abilities, self._is_checked = None, not self.parameters
        self.endpoint = (model, *(f"{name}={value!r}" for name, value in {**self._place, **self._open}.items()))

    @property
    def capabilities(self) -> weft.Capabilities:  # pyright: ignore[reportIncompatibleVariableOverride]
        """What the model can do; imports litellm where that was not done yet."""
        if self._abilities is None:
            self._abilities = self._looked_up(self.model)
        return self._abilities

    @capabilities.setter
    def capabilities(self, value: weft.Capabilities) -> None:
        self._abilities: weft.Capabilities | None = value

    def prepared(self, request: weft.Request) -> weft.Request:
        """Return the request with this LM's defaults, which are compared with what the model takes the first time."""
        if not self._is_checked:
            self.copy()  # checks all defaults
            self._is_checked = True
        return super().prepared(request)

    def describe(self) -> dict[str, Any]:
        """Return reference, parameters and options; secrets and what stands for them are left out."""
        arguments = {"arguments": dict(self._open)} if self._open else {}
        return {**super().describe(), **self._place, **arguments, **self._stated}

    async def generate(self, request: weft.Request) -> weft.Response:
        return await ENGINE.run(self._answered(request))

    async def stream(self, request: weft.Request) -> AsyncGenerator[weft.Delta]:
        if request.n > 1:  # litellm forgets why the answers after the first ended
            for delta in as_deltas(await self.generate(request)):
                yield delta
            return
        loop = asyncio.get_running_loop()

        def streamed(sink: Callable[[weft.Delta], None]) -> Any:
            return ENGINE.run(self._streamed(request, lambda delta: loop.call_soon_threadsafe(sink, delta)))

        async for piece in pieces_of(streamed):
            if piece is not None:
                yield piece

    async def embed(self, texts: Sequence[str]) -> weft.Embeddings:
        answer = await ENGINE.run(self._called("aembedding", {"input": list(texts)}))
        return embeddings_of(answer, self.capabilities.prices)

    @property
    def counts_exactly(self) -> bool:
        """Whether litellm brings the model's tokenizer along; otherwise `count_tokens` is a bound."""
        return brings_tokenizer(self.model)

    def count_tokens(self, request: weft.Request) -> int:
        """Return the tokens of the prompt, tools and response schema included."""
        if not self.counts_exactly:
            return super().count_tokens(request)
        media = [one for message in request.messages for one in message.media]
        return tokens_of(self.model, request) + sum(self.media_tokens(one) for one in media)

    async def _answered(self, request: weft.Request) -> weft.Response:
        answer = await self._called("acompletion", arguments_of(self, request))
        if not answer.choices:
            raise LMServerError(f"{self.ref} gave no answer.", provider=self.provider, model=self.model)
        return response_of(answer, self.capabilities.prices)

    async def _streamed(self, request: weft.Request, hand_on: Callable[[weft.Delta], Any]) -> None:
        arguments = {**arguments_of(self, request), "stream": True, "stream_options": {"include_usage": True}}
        chunks = await self._called("acompletion", arguments)
        if (limits := limits_of(chunks)) is not None:
            hand_on(weft.Delta(limits=limits))
        with self._translated():
            try:
                async for chunk in chunks:
                    for delta in deltas_of(chunk, self.capabilities.prices):
                        hand_on(delta)
            finally:
                await chunks.aclose()

    async def _called(self, function: str, arguments: Mapping[str, Any]) -> Any:
        """Call one of litellm's functions; on the engine's loop."""
        keys = {name: secret.reveal() for name, secret in self._hidden.items()}
        told = {"model": self.model, **self._place, **self._open, **keys, **_OURS, **arguments}
        with self._translated():
            return await getattr(library(), function)(**told)

    @contextmanager
    def _translated(self) -> Generator[None]:
        """Raise litellm's exceptions as weft's, and keep it from printing."""
        with quiet():
            try:
                yield
            except Exception as error:  # noqa: BLE001 - whatever litellm dies of is the call's failure
                raise problem(self, error) from shown_cause(error)

    def _looked_up(self, model: str) -> weft.Capabilities:
        return replace(abilities_of(model), **self._stated)  # pyright: ignore[reportArgumentType]


def _told_apart(arguments: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, weft.Secret]]:
    """Return the arguments that may be shown, and those that may not.

    Raises:
        OptionError: weft sets one of them itself.
    """
    for name in arguments:
        if name in _SET_BY_WEFT:
            raise OptionError(f"arguments of a litellm model must not set {name!r}, which weft sets itself.")
    hidden = {name: weft.Secret(value) for name, value in arguments.items() if _is_secret(name, value)}
    return {name: value for name, value in arguments.items() if name not in hidden}, hidden


def _is_secret(name: str, value: Any) -> bool:
    return isinstance(value, weft.Secret) or (isinstance(value, str) and _SECRET_NAME.search(name) is not None)
