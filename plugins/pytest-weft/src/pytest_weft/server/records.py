"""What a test reads and writes: requests as they came, answers as they should go."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from .faults import Fault

if TYPE_CHECKING:
    from .wire import Incoming

Finish = Literal["stop", "length", "tool_calls", "content_filter"]

_PIECE = re.compile(r"\s*\S+\s*|\s+")


def pieces_of(text: str) -> list[str]:
    """Return what a stream sends as one event each: words with the white space around them."""
    return _PIECE.findall(text)


def count_words(text: str) -> int:
    """Return the number of words between white space: the server's tokens, unless told otherwise."""
    return len(text.split())


@dataclass(frozen=True, slots=True)
class Received:
    """A request for a model, the same for every wire format.

    Attributes:
        number: its place among all requests, from 0.
        format: the wire format, such as ``openai.chat``, ``anthropic.messages``, ``gemini.generate``.
        http: the request as it came.
        body: the decoded JSON.
        model: the model asked for.
        messages: pairs of role and text; the system prompt comes first with the role ``system``.
        stream: whether a stream is wanted.
        n: number of answers wanted.
        max_tokens: most tokens of an answer, or None where the client set nothing.
        schema: JSON schema that the answer must satisfy, or None.
        tools: names of the tools offered.
        stop: texts that end the answer.
        prefix: the beginning of the prompt that the client marked for the provider's cache.
    """

    number: int
    format: str
    http: Incoming
    body: Any = field(repr=False)
    model: str = ""
    messages: tuple[tuple[str, str], ...] = ()
    stream: bool = False
    n: int = 1
    max_tokens: int | None = None
    schema: Mapping[str, Any] | None = None
    tools: tuple[str, ...] = ()
    stop: tuple[str, ...] = ()
    prefix: str = ""

    @property
    def path(self) -> str:
        """The path of the URL."""
        return self.http.path

    @property
    def headers(self) -> Mapping[str, str]:
        """The HTTP headers, with names in lower case."""
        return self.http.headers

    @property
    def raw(self) -> bytes:
        """The body, byte by byte."""
        return self.http.body

    @property
    def prompt(self) -> str:
        """The texts of all messages."""
        return "\n".join([text for _, text in self.messages])


@dataclass(frozen=True, slots=True)
class ToolCall:
    """A call of a tool: its name and its arguments; the server gives ids of its own where none is set."""

    name: str
    arguments: Mapping[str, Any] = field(default_factory=dict[str, Any])
    id: str = ""


@dataclass(frozen=True, slots=True)
class Usage:
    """Tokens: of the prompt, of the answer, and how many of them came from or went to a cache or were thought."""

    prompt: int = 0
    completion: int = 0
    cached: int = 0
    cache_written: int = 0
    reasoning: int = 0

    def __add__(self, other: Usage) -> Usage:
        return Usage(
            self.prompt + other.prompt,
            self.completion + other.completion,
            self.cached + other.cached,
            self.cache_written + other.cache_written,
            self.reasoning + other.reasoning,
        )


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer of the model.

    Attributes:
        text: what it says.
        tool_calls: the tools it calls.
        finish: why it ended; None means ``tool_calls`` where there are any, else ``stop``.
        reasoning: what it thought before it answered.
        logprobs: of each word, where the client asks for them; a missing one is -0.25.
        usage: what is reported; None means that the server counts.
        stopped_by: the stop text that ended it; the server sets it.
    """

    text: str = ""
    tool_calls: Sequence[ToolCall] = ()
    finish: Finish | None = None
    reasoning: str = ""
    logprobs: Sequence[float] = ()
    usage: Usage | None = None
    stopped_by: str = ""

    @property
    def ending(self) -> Finish:
        """Why the answer ended."""
        return self.finish or ("tool_calls" if self.tool_calls else "stop")


AnswerLike = str | Answer
Given = AnswerLike | Sequence[AnswerLike] | Fault
Answers = AnswerLike | Sequence[AnswerLike] | Callable[[Received], Given] | None
"""A fixed answer, a list that is used in turn, a function of the request, or None for something that fits."""
