"""The LM contract: a provider writes `generate`; everything around the call exists once, in the pipeline."""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, Any, ClassVar

from ..errors import LMInvalidRequestError
from ..registry.contract import Contract
from ..runtime.loop import run_sync
from .capabilities import Capabilities
from .estimates import estimate, spending
from .mediacost import media_tokens
from .messages import Message
from .meter import meter_of
from .parameters import NO_LIMITS, check_parameters, checked_limits, checked_value
from .pipeline import complete
from .records import CALL_OPTIONS, PARAMETERS, UNSAID_N, Delta, Request, Response
from .window import fitted

if TYPE_CHECKING:
    from collections.abc import (
        AsyncGenerator,
        AsyncIterator,
        Callable,
        Collection,
        Coroutine,
        Generator,
        Hashable,
        Mapping,
        Sequence,
    )

    from ..data.media import Media
    from .estimates import Estimate
    from .jobs import BatchState, Embeddings, FinetuneState
    from .limiter import Limiter
    from .meter import Meter
    from .probe import Probe

_KNOWN = (*PARAMETERS, *CALL_OPTIONS)
_UNSET: Mapping[str, Any] = {"stop": (), "n": UNSAID_N}


class LM(Contract):
    """A language model; ``LM("provider/model", **options)`` returns the installed provider's.

    A provider derives from this class and writes `generate`. Its ``__init__`` takes the model's name, its own
    options by name, and passes the rest on as ``**parameters``.

    Args:
        model: the model's name as the provider knows it.
        provider: the provider's name; with the model's it makes `ref`.
        capabilities: what the model can do.
        cache: ``on``, ``off``, ``read`` or ``refresh`` for this LM; None leaves it to the settings.
        timeout: seconds for a call with all its attempts; None leaves it to the settings.
        attempt_timeout: seconds for one attempt; None leaves it to the settings.
        retries: most attempts after the first; None leaves it to the settings.
        requests_per_minute: the endpoint's limit, where it is known; what the provider reports is learned anyway.
        tokens_per_minute: the same for tokens of prompts and answers.
        max_in_flight: most calls of the endpoint under way at once.
        parameters: defaults for every call, such as ``temperature``; see `PARAMETERS`.

    Raises:
        OptionError: a parameter that the model does not take, or a value that is none.

    Example:
        >>> import weft
        >>> lm = weft.LM("scripted/echo", answers=["Hello."])
        >>> lm("Hi").text
        'Hello.'
    """

    kind: ClassVar[str] = "lm"
    required: ClassVar[tuple[str, ...]] = ("generate",)
    waits: bool = True
    """Whether `generate` waits for something; one that only computes runs in the caller's thread."""
    endpoint: Hashable = None
    """What shares rate limits; a provider sets it to the address and the model, and None stands for `ref`."""

    def __init__(
        self,
        model: str,
        /,
        *,
        provider: str = "",
        capabilities: Capabilities | None = None,
        cache: str | None = None,
        timeout: float | None = None,
        attempt_timeout: float | None = None,
        retries: int | None = None,
        requests_per_minute: float | None = None,
        tokens_per_minute: float | None = None,
        max_in_flight: int | None = None,
        **parameters: Any,
    ) -> None:
        self.model = model
        self.provider = provider
        self.capabilities = capabilities or Capabilities()
        self.cache: str | None = checked_value("cache", "cache", cache)
        self.timeout: float | None = checked_value("timeout", "timeout", timeout)
        self.attempt_timeout: float | None = checked_value("attempt_timeout", "attempt_timeout", attempt_timeout)
        self.retries: int | None = checked_value("retries", "retries", retries)
        self._limits = checked_limits(requests_per_minute, tokens_per_minute, max_in_flight)
        self._limiter: Limiter | None = None
        self._meter: Meter | None = None
        self.parameters: Mapping[str, Any] = check_parameters(self, parameters)

    @property
    def ref(self) -> str:
        """The reference that names this model: ``provider/model``."""
        return f"{self.provider}/{self.model}" if self.provider and self.model else self.provider or self.model

    async def generate(self, request: Request) -> Response:
        """Answer one request; the provider's part. Raise the `LMError` subclass that fits on failure."""
        raise LMInvalidRequestError(f"{self.ref} cannot answer requests.", provider=self.provider, model=self.model)

    def stream(self, request: Request) -> AsyncIterator[Delta]:
        """Answer one request in pieces, as an async generator; for providers that can.

        The last piece of every answer has a `finish_reason`, and one piece has the usage. A stream that ends without
        is an answer that broke off: the call is tried again.
        """
        raise LMInvalidRequestError(f"{self.ref} cannot stream.", provider=self.provider, model=self.model)

    @property
    def streams(self) -> bool:
        """Whether the provider streams; otherwise a streamed answer comes in one piece."""
        return type(self).stream is not LM.stream

    async def embed(self, texts: Sequence[str]) -> Embeddings:
        """Return a vector for each text; for providers that can. It is called through `weft.Embedder`."""
        raise self._cannot("embed texts")

    async def submit_batch(self, requests: Mapping[str, Request]) -> str:
        """Hand in requests by key, to be answered in the provider's own time, and return the batch's id.

        Keys are unique to the batch and at most 64 letters, digits, ``_`` and ``-``; see `weft.batch`.
        """
        raise self._cannot("take batches")

    @property
    def batches(self) -> bool:
        """Whether the provider takes batches."""
        return type(self).submit_batch is not LM.submit_batch

    async def find_batch(self, keys: Collection[str]) -> str | None:
        """Return the id of the batch that was handed in with these keys, or None where there is none or no telling.

        It is asked when a process may have ended between handing in a batch and learning its id. A provider that
        can list its batches should answer; otherwise such a batch is handed in, and paid for, once more.
        """
        return None

    async def read_batch(self, batch: str) -> BatchState:
        """Return how far a batch is, with its results once it is over."""
        raise self._cannot("take batches")

    async def cancel_batch(self, batch: str) -> None:
        """Stop a batch; what is answered already is paid for and can be read."""
        raise self._cannot("take batches")

    async def finetune(self, conversations: Sequence[Sequence[Message]], **options: Any) -> str:
        """Begin to tune the model on conversations, with the provider's own options; return the job's id."""
        raise self._cannot("be tuned")

    async def read_finetune(self, job: str) -> FinetuneState:
        """Return how far a fine-tuning job is, with the tuned model's reference once it is done."""
        raise self._cannot("be tuned")

    async def probe(self) -> Probe:
        """Ask the provider how it is, without paying: does it answer, which models has it; `weft doctor` tells.

        What is wrong is said in `Probe.problems`, or raised as an `LMError` where nothing can be told.
        """
        raise self._cannot("be probed")

    def _cannot(self, what: str) -> LMInvalidRequestError:
        return LMInvalidRequestError(f"{self.ref} cannot {what}.", provider=self.provider, model=self.model)

    def count_tokens(self, request: Request) -> int:
        """Return the tokens of the prompt, tools and response schema included; providers with a tokenizer override it.

        Here it is a bound from above, learned from what the model reports with its answers: seldom exceeded, and never
        below what was seen of prompts of this kind.
        """
        return self.meter.bound(request) + media_tokens(self, request)

    def media_tokens(self, media: Media) -> int:
        """Return about how many tokens media take beside their `Media.text`; providers that reckon otherwise say so.

        Here it is what the type of media says.
        """
        return media.tokens()

    @property
    def counts_exactly(self) -> bool:
        """Whether the provider counts tokens itself; otherwise `count_tokens` is a bound."""
        return type(self).count_tokens is not LM.count_tokens

    @property
    def meter(self) -> Meter:
        """What the process has learned of this model's tokens."""
        meter = self._meter
        if meter is None:
            meter = self._meter = meter_of((type(self), self.endpoint or self.ref))
        return meter

    def expected_tokens(self, request: Request) -> int:
        """Return the tokens that a call probably takes, prompt and answers together; for rate limits."""
        return spending(self, request)[0].total_tokens

    def estimate(self, request: Request) -> Estimate:
        """Return what a call takes in tokens and, where prices are known, in dollars; no call is made.

        Raises:
            ContextWindowExceeded: the prompt cannot be made to fit the context window.
        """
        return estimate(self, self.fitted(request))

    @property
    def limiter(self) -> Limiter:
        """The limits that all calls of this endpoint share in the process."""
        limiter = self._limiter
        if limiter is None:
            from .limiter import limiter_of  # brings asyncio, which models that only compute do without

            limiter = self._limiter = limiter_of((type(self), self.endpoint or self.ref))
            if self._limits != NO_LIMITS:
                limiter.declare(*self._limits)
        return limiter

    @property
    def cache_identity(self) -> Hashable:
        """What two LMs must share to share cached answers: the class, the model, and what a provider adds.

        A provider adds its endpoint and all options that change its answers. The identity is written to disk as a
        hash only. It is a tuple of plain values and classes; with anything else in it, or with a class that cannot
        be imported, answers are kept in memory and not in the store.
        """
        return (type(self), self.ref) if self.endpoint is None else (type(self), self.ref, self.endpoint)

    def describe(self) -> dict[str, Any]:
        """Return what it takes to get this LM again by name: ``ref`` and parameters; never a secret."""
        return {"ref": self.ref, **self.parameters}

    def complete(
        self, request: Request, sink: Callable[[Delta], None] | None = None, /
    ) -> Coroutine[Any, Any, Response]:
        """Answer one request through the pipeline: context window, cache, budget, limits, attempts, ledger, events.

        Args:
            request: the request; this LM's defaults hold where it says nothing.
            sink: called with every piece of the answer as it comes; the answer is streamed where it can be.

        Raises:
            ContextWindowExceeded: the prompt cannot be made to fit.
            LMError: the call failed.
            OptionError: the request uses a parameter that the model does not take.
        """
        return complete(self, self.prepared(request), sink)

    def prepared(self, request: Request) -> Request:
        """Return the request with this LM's defaults where it says nothing."""
        if not self.parameters:
            return request
        missing: dict[str, Any] = {}
        extra = dict(request.extra)
        for name, value in self.parameters.items():
            if name not in PARAMETERS:
                extra.setdefault(name, value)
            elif getattr(request, name) is _UNSET.get(name):
                missing[name] = value
        return request.replace(extra=extra, **missing) if missing or extra else request

    def fitted(self, request: Request) -> Request:
        """Return the request as a call would send it: with this LM's defaults, and made to fit the context window.

        What was dropped or trimmed is in the request's `fitting`.

        Raises:
            ContextWindowExceeded: it cannot be made to fit.
        """
        return fitted(self, self.prepared(request))

    def copy(self, **parameters: Any) -> LM:
        """Return the same LM with other defaults; None takes a default away. Connections are shared."""
        clone = copy.copy(self)
        for name in CALL_OPTIONS:
            if name in parameters:
                setattr(clone, name, checked_value(name, name, parameters.pop(name)))
        merged = {**self.parameters, **parameters}
        clone.parameters = check_parameters(self, {name: value for name, value in merged.items() if value is not None})
        return clone

    def __call__(self, prompt: str | Sequence[Message], **parameters: Any) -> Response:
        """Answer a text or a list of messages; blocking."""
        return run_sync(self.acall(prompt, **parameters))

    async def acall(self, prompt: str | Sequence[Message], **parameters: Any) -> Response:
        """Answer a text or a list of messages."""
        return await self.complete(request_with(self, prompt, parameters))

    def astream(self, prompt: str | Sequence[Message], **parameters: Any) -> AsyncGenerator[Delta | Response, None]:
        """Answer a text or a list of messages in pieces; the last item is the whole `Response`.

        Retries, limits, usage and the cache are those of `acall`. After a piece with ``restart`` the answer begins
        anew. Leaving the iteration cancels the call; use ``contextlib.aclosing`` where that must not wait.

        Example:
            >>> import asyncio, weft
            >>> async def texts():
            ...     lm = weft.LM("scripted/echo", answers=["Hello."])
            ...     return [piece.text async for piece in lm.astream("Hi")]
            >>> asyncio.run(texts())
            ['Hello.', 'Hello.']
        """
        from ..runtime.handing import pieces_of  # brings asyncio

        request = request_with(self, prompt, parameters)
        return pieces_of(lambda sink: self.complete(request, sink))

    def streaming(self, prompt: str | Sequence[Message], **parameters: Any) -> Generator[Delta | Response, None, None]:
        """Answer in pieces, for blocking code; see `astream`."""
        from ..runtime.handing import blocking

        request = request_with(self, prompt, parameters)
        return blocking(lambda sink: self.complete(request, sink))

    def __repr__(self) -> str:
        shown = "".join(f", {name}={value!r}" for name, value in self.parameters.items())
        return f"LM({self.ref!r}{shown})"


def request_with(lm: LM, prompt: str | Sequence[Message], parameters: Mapping[str, Any]) -> Request:
    """Return a request of a text or messages with call-time parameters, checked against what the LM takes.

    Raises:
        OptionError: a parameter that the model does not take.
    """
    messages = (Message.of("user", prompt),) if isinstance(prompt, str) else tuple(prompt)
    checked = check_parameters(lm, {name: value for name, value in parameters.items() if value is not None})
    known = {name: value for name, value in checked.items() if name in _KNOWN}
    extra = {name: value for name, value in checked.items() if name not in _KNOWN}
    return Request(messages=messages, extra=extra, **known)
