"""What goes to a model and what comes back: frozen records, the same for every provider."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import MISSING, field, fields, replace
from typing import Any, Literal, cast

from ..runtime.frozen import frozen
from ..runtime.ledger import Usage as Usage
from ..spelling import spelled

Role = Literal["system", "user", "assistant"]
PartKind = Literal["instructions", "fields", "format", "demo", "history", "input", "text"]
FinishReason = Literal["stop", "length", "content_filter", "error"]


@frozen
class Part:
    """A piece of a prompt that can be weighed, shortened or dropped as a whole.

    Attributes:
        kind: what the piece is for.
        text: the piece, exactly as the model reads it.
        name: what messages call it, such as ``demo 3`` or ``input question``.
        shrink: what may be done to it when the prompt does not fit: ``keep``, ``drop`` or ``trim``.
        priority: the least important pieces, those with the lowest number, give way first.
    """

    kind: PartKind
    text: str
    name: str = ""
    shrink: Literal["keep", "drop", "trim"] = "keep"
    priority: int = 100


@frozen
class Message:
    """One turn: a role and its parts; ``text`` is what the model reads."""

    role: Role
    parts: tuple[Part, ...]
    text: str = field(init=False)
    _digest: bytes | None = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        parts = self.parts
        text = parts[0].text if len(parts) == 1 else "\n\n".join([part.text for part in parts])
        object.__setattr__(self, "text", text)
        object.__setattr__(self, "_digest", None)

    @property
    def digest(self) -> bytes:
        """What tells two turns apart for a cache; made once, since system turns and demos are in every request."""
        digest = self._digest
        if digest is None:
            from hashlib import sha256  # a slow import, and only cached calls need it

            digest = sha256(f"{self.role}\0{self.text}".encode("utf-8", "surrogatepass")).digest()
            object.__setattr__(self, "_digest", digest)
        return digest

    @classmethod
    @spelled
    def of(cls, role: Role, text: str, kind: PartKind = "text", name: str = "") -> Message:
        """Return a turn that consists of one part."""
        return cls(role, (Part(kind, text, name),))


@frozen
class Request:
    """One call of a model. A parameter that is None is not sent: the provider's own default holds.

    Attributes:
        messages: the turns, in order.
        temperature: randomness of sampling, 0 or more.
        top_p: share of the probability mass that is sampled from, in (0, 1].
        max_tokens: most tokens of the answer.
        stop: texts that end the answer.
        seed: seed of sampling, for providers that take one.
        n: number of answers asked for.
        response_schema: JSON schema that the answer must satisfy.
        rollout_id: names a sample; part of the cache key only, never sent.
        extra: the provider's own parameters, as its capabilities declare them.
        cache: ``on``, ``off``, ``read`` or ``refresh`` for this call; None leaves it to the LM and the settings.
    """

    messages: tuple[Message, ...]
    temperature: float | None = None
    top_p: float | None = None
    max_tokens: int | None = None
    stop: tuple[str, ...] = ()
    seed: int | None = None
    n: int = 1
    response_schema: Mapping[str, Any] | None = None
    rollout_id: int | None = None
    extra: Mapping[str, Any] = field(default_factory=dict[str, Any])
    cache: str | None = None

    def key(self) -> bytes:
        """Return what makes two requests the same for a cache: a digest of the texts and every parameter."""
        given: dict[str, Any] = {}
        for name, default in _KEYED:
            value = getattr(self, name)
            if value != default:
                given[name] = value
        turns = b"".join([message._digest or message.digest for message in self.messages])
        from hashlib import sha256

        return sha256(turns + _canonical(given) if given else turns).digest()

    def replace(self, **changes: Any) -> Request:
        """Return a copy with some attributes changed."""
        return replace(self, **changes)


_NO_EXTRA: Mapping[str, Any] = {}
_KEYED: tuple[tuple[str, Any], ...] = tuple(
    (entry.name, _NO_EXTRA if entry.default is MISSING else entry.default)
    for entry in fields(Request)  # pyright: ignore[reportArgumentType] # what @frozen makes is a dataclass
    if entry.name not in ("messages", "cache")
)


def _canonical(given: dict[str, Any]) -> bytes:
    for name in ("temperature", "top_p"):  # 0 and 0.0 are the same request
        if name in given:
            given[name] = float(given[name])
    return json.dumps(given, sort_keys=True, default=_plain).encode("utf-8", "surrogatepass")


def _plain(value: Any) -> Any:
    return dict(cast("Mapping[str, Any]", value)) if isinstance(value, Mapping) else repr(value)


PARAMETERS = ("temperature", "top_p", "max_tokens", "stop", "seed", "n", "rollout_id")
"""The parameters every LM understands by name; a provider declares which of them it takes."""


@frozen
class Completion:
    """One answer: its text and why it ended (``length`` means that it was cut off)."""

    text: str
    finish_reason: FinishReason = "stop"


@frozen
class Response:
    """What a model answered.

    Attributes:
        completions: the answers, at least one.
        usage: what this call spent; nothing where the answer came from weft's cache.
        model: the model that answered, as the provider names it.
        cached: whether the answer came from weft's cache.
    """

    completions: tuple[Completion, ...]
    usage: Usage = field(default_factory=Usage)
    model: str = ""
    cached: bool = False

    @property
    def text(self) -> str:
        """The first answer's text."""
        return self.completions[0].text

    @classmethod
    @spelled
    def of(cls, *texts: str, usage: Usage | None = None, model: str = "") -> Response:
        """Return a response with one completion a text."""
        return cls(tuple(Completion(text) for text in texts), usage or Usage(), model)


@frozen
class Prices:
    """US dollars per million tokens."""

    input: float
    output: float

    def cost(self, input_tokens: int, output_tokens: int) -> float:
        """Return the price of a call in US dollars."""
        return (self.input * input_tokens + self.output * output_tokens) / 1e6


@frozen
class Capabilities:
    """What a model can do, as data that its plugin declares.

    Attributes:
        context_window: tokens of prompt and answer together, or None where unknown.
        max_output: most tokens of an answer, or None where unknown.
        response_schema: whether answers can be held to a JSON schema.
        n: whether several answers can be asked for in one call.
        parameters: the names of those `PARAMETERS` that the model takes.
        extra: names of the provider's own parameters.
        prices: list prices, or None where unknown; a model that costs nothing has zeros.
    """

    context_window: int | None = None
    max_output: int | None = None
    response_schema: bool = False
    n: bool = False
    parameters: frozenset[str] = frozenset(PARAMETERS)
    extra: frozenset[str] = frozenset()
    prices: Prices | None = None
