"""The LM contract: a provider writes `generate`; everything around the call exists once, in the pipeline."""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, Any, ClassVar

from ..errors import LMInvalidRequestError
from ..registry.contract import Contract
from ..runtime.loop import run_sync
from .parameters import check_parameters, checked_value
from .pipeline import complete
from .records import PARAMETERS, Capabilities, Message, Request, Response

if TYPE_CHECKING:
    from collections.abc import Coroutine, Hashable, Mapping, Sequence

_KNOWN = (*PARAMETERS, "cache")
_UNSET: Mapping[str, Any] = {"stop": (), "n": 1}


class LM(Contract):
    """A language model; ``LM("provider/model", **options)`` returns the installed provider's.

    A provider derives from this class and writes `generate`. Its ``__init__`` takes the model's name, its own
    options by name, and passes the rest on as ``**parameters``.

    Args:
        model: the model's name as the provider knows it.
        provider: the provider's name; with the model's it makes `ref`.
        capabilities: what the model can do.
        cache: ``on``, ``off``, ``read`` or ``refresh`` for this LM; None leaves it to the settings.
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
        **parameters: Any,
    ) -> None:
        self.model = model
        self.provider = provider
        self.capabilities = capabilities or Capabilities()
        self.cache: str | None = checked_value("cache", "cache", cache)
        self.parameters: Mapping[str, Any] = check_parameters(self, parameters)

    @property
    def ref(self) -> str:
        """The reference that names this model: ``provider/model``."""
        return f"{self.provider}/{self.model}" if self.provider else self.model

    async def generate(self, request: Request) -> Response:
        """Answer one request; the provider's part. Raise the `LMError` subclass that fits on failure."""
        raise LMInvalidRequestError(f"{self.ref} cannot answer requests.", provider=self.provider, model=self.model)

    def count_tokens(self, request: Request) -> int:
        """Return the tokens of the prompt: here a bound from above; providers with a tokenizer do better."""
        return sum(len(message.text.encode()) // 3 + 8 for message in request.messages)

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

    def complete(self, request: Request) -> Coroutine[Any, Any, Response]:
        """Answer one request through the pipeline: cache, attempts, ledger, events.

        Raises:
            LMError: the call failed.
            OptionError: the request uses a parameter that the model does not take.
        """
        return complete(self, self.prepared(request))

    def prepared(self, request: Request) -> Request:
        """Return the request with this LM's defaults where it says nothing."""
        if not self.parameters:
            return request
        missing: dict[str, Any] = {}
        extra = dict(request.extra)
        for name, value in self.parameters.items():
            if name not in PARAMETERS:
                extra.setdefault(name, value)
            elif getattr(request, name) == _UNSET.get(name):
                missing[name] = value
        return request.replace(extra=extra, **missing) if missing or extra else request

    def copy(self, **parameters: Any) -> LM:
        """Return the same LM with other defaults; None takes a default away. Connections are shared."""
        clone = copy.copy(self)
        if "cache" in parameters:
            clone.cache = checked_value("cache", "cache", parameters.pop("cache"))
        merged = {**self.parameters, **parameters}
        clone.parameters = check_parameters(self, {name: value for name, value in merged.items() if value is not None})
        return clone

    def __call__(self, prompt: str | Sequence[Message], **parameters: Any) -> Response:
        """Answer a text or a list of messages; blocking."""
        return run_sync(self.acall(prompt, **parameters))

    async def acall(self, prompt: str | Sequence[Message], **parameters: Any) -> Response:
        """Answer a text or a list of messages."""
        messages = (Message.of("user", prompt),) if isinstance(prompt, str) else tuple(prompt)
        return await self.complete(request_with(self, messages, parameters))

    def __repr__(self) -> str:
        shown = "".join(f", {name}={value!r}" for name, value in self.parameters.items())
        return f"LM({self.ref!r}{shown})"


def request_with(lm: LM, messages: tuple[Message, ...], parameters: Mapping[str, Any]) -> Request:
    """Return a request with call-time parameters, checked against what the LM takes.

    Raises:
        OptionError: a parameter that the model does not take.
    """
    checked = check_parameters(lm, {name: value for name, value in parameters.items() if value is not None})
    known = {name: value for name, value in checked.items() if name in _KNOWN}
    extra = {name: value for name, value in checked.items() if name not in _KNOWN}
    return Request(messages=messages, extra=extra, **known)
