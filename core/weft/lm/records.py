"""What goes to a model and what comes back: frozen records, the same for every provider."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import MISSING, field, fields, is_dataclass, replace
from typing import TYPE_CHECKING, Any, Literal, cast

from ..runtime.frozen import frozen
from ..runtime.ledger import Usage as Usage
from ..spelling import spelled

if TYPE_CHECKING:
    from ..data.calls import ToolCall, ToolSpec
    from ..data.citations import Citation
    from .messages import Message, PartTokens

FinishReason = Literal["stop", "length", "tool_calls", "content_filter", "error"]

PARAMETERS = (
    "temperature",
    "top_p",
    "max_tokens",
    "stop",
    "seed",
    "n",
    "logprobs",
    "reasoning_effort",
    "rollout_id",
)
"""The parameters every LM understands by name; a provider declares which of them it takes."""

COMMON_PARAMETERS = frozenset(PARAMETERS) - {"logprobs", "reasoning_effort"}
"""Those that a model takes unless its provider says otherwise."""

CALL_OPTIONS = ("cache", "timeout", "attempt_timeout", "retries")
"""How weft makes a call; never sent. A call, an LM or the settings say so, in this order."""


class _Unsaid(int):
    """A number that nobody gave: it equals the one that holds then, and a given one wins over it."""

    __slots__ = ()


UNSAID_N = _Unsaid(1)


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
        logprobs: how many alternatives a token's log-probability is wanted for; 0: only the token itself.
        reasoning_effort: ``none``, ``minimal``, ``low``, ``medium``, ``high`` or ``xhigh``, or a number of tokens.
        response_schema: JSON schema that the answer must satisfy.
        tools: the tools that the model may call.
        tool_choice: ``auto``, ``none``, ``required``, or the name of the tool that must be called.
        rollout_id: names a sample; part of the cache key only, never sent.
        extra: the provider's own parameters, as its capabilities declare them.
        cache: ``on``, ``off``, ``read`` or ``refresh`` for this call; None leaves it to the LM and the settings.
        timeout: seconds for the call with all its attempts; None leaves it to the LM and the settings.
        attempt_timeout: seconds for one attempt; None leaves it to the LM and the settings.
        retries: most attempts after the first; None leaves it to the LM and the settings.
        fitting: what was dropped or trimmed to make the prompt fit; never sent.
    """

    messages: tuple[Message, ...]
    temperature: float | None = None
    top_p: float | None = None
    max_tokens: int | None = None
    stop: tuple[str, ...] = ()
    seed: int | None = None
    n: int = UNSAID_N
    logprobs: int | None = None
    reasoning_effort: str | int | None = None
    response_schema: Mapping[str, Any] | None = None
    tools: tuple[ToolSpec, ...] = ()
    tool_choice: str | None = None
    rollout_id: int | None = None
    extra: Mapping[str, Any] = field(default_factory=dict[str, Any])
    cache: str | None = None
    timeout: float | None = None
    attempt_timeout: float | None = None
    retries: int | None = None
    fitting: tuple[PartTokens, ...] = field(default=(), compare=False)

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
    if entry.name not in ("messages", "fitting", *CALL_OPTIONS)
)


def _canonical(given: dict[str, Any]) -> bytes:
    for name in ("temperature", "top_p"):  # 0 and 0.0 are the same request
        if name in given:
            given[name] = float(given[name])
    return json.dumps(given, sort_keys=True, default=_plain).encode("utf-8", "surrogatepass")


def _plain(value: Any) -> Any:
    if is_dataclass(value):
        return {entry.name: getattr(value, entry.name) for entry in fields(value)}
    return dict(cast("Mapping[str, Any]", value)) if isinstance(value, Mapping) else repr(value)


@frozen
class TokenLogprob:
    """A token of an answer and its natural logarithm of probability.

    Attributes:
        token: the token's text.
        logprob: of the token that was sampled.
        top: the most probable tokens at its place, as (text, logprob), best first.
    """

    token: str
    logprob: float
    top: tuple[tuple[str, float], ...] = ()


@frozen
class Completion:
    """One answer.

    Attributes:
        text: what the model wrote.
        finish_reason: why it ended; ``length`` means that it was cut off.
        tool_calls: the calls of tools that it asks for.
        reasoning: what the model says it thought before, where it tells.
        logprobs: a record a token where they were asked for, else None.
        citations: the passages that it rests on, where the provider has a form of its own for them.
    """

    text: str
    finish_reason: FinishReason = "stop"
    tool_calls: tuple[ToolCall, ...] = ()
    reasoning: str = ""
    logprobs: tuple[TokenLogprob, ...] | None = None
    citations: tuple[Citation, ...] = ()


@frozen
class RateLimits:
    """What a provider reports of its limits with an answer; None is what it does not say.

    Attributes:
        requests: requests a minute.
        requests_left: of them, those that are left now.
        tokens: tokens a minute.
        tokens_left: of them, those that are left now.
    """

    requests: float | None = None
    requests_left: float | None = None
    tokens: float | None = None
    tokens_left: float | None = None


@frozen
class Response:
    """What a model answered.

    Attributes:
        completions: the answers, at least one.
        usage: what this call spent, attempts that failed included; nothing where the answer came from weft's cache.
        model: the model that answered, as the provider names it.
        cached: whether the answer came from weft's cache.
        limits: what the provider reported of its rate limits, for the limiter.
    """

    completions: tuple[Completion, ...]
    usage: Usage = field(default_factory=Usage)
    model: str = ""
    cached: bool = False
    limits: RateLimits | None = None

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
class ToolCallDelta:
    """A piece of a call of a tool: texts are added to what came before for the same `index`.

    Attributes:
        index: which of the answer's calls.
        id: the call's id, whole, in its first piece.
        name: the tool's name, whole, in its first piece.
        arguments: the next characters of the arguments.
        state: the call's `ToolCall.state`, whole, in any of its pieces.
    """

    index: int
    id: str = ""
    name: str = ""
    arguments: str = ""
    state: str = ""


@frozen
class Delta:
    """A piece of a streamed answer: texts are added to what came before for the same `index`.

    Attributes:
        text: the next characters of the answer.
        index: which of the answers.
        reasoning: the next characters of what the model thinks.
        tool_call: the next piece of a call.
        logprobs: of the tokens of this piece.
        citations: passages that the text of this piece, or the one before, rests on.
        finish_reason: why the answer ended, in its last piece.
        usage: what the call spent, whole, in one piece near the end.
        model: the model that answers.
        limits: what the provider reported of its rate limits.
        restart: the attempt broke off and is made again; forget what came before.
    """

    text: str = ""
    index: int = 0
    reasoning: str = ""
    tool_call: ToolCallDelta | None = None
    logprobs: tuple[TokenLogprob, ...] = ()
    citations: tuple[Citation, ...] = ()
    finish_reason: FinishReason | None = None
    usage: Usage | None = None
    model: str = ""
    limits: RateLimits | None = None
    restart: bool = False
