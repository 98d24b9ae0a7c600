"""Everything the server can be told, in one frozen record."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, TypedDict

from .records import Answers, count_words

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from .faults import Faults
    from .limits import Limits

Flavour = Literal[
    "any", "openai", "azure", "anthropic", "gemini", "ollama", "llamacpp", "tgi", "vllm", "sglang", "lmstudio"
]


class Options(TypedDict, total=False):
    """What `ModelServer` takes; `Settings` says what each means."""

    answer: Answers
    faults: Faults
    limits: Limits | None
    key: str | None
    latency: float
    flavour: Flavour
    models: Sequence[str] | None
    context_window: int | None
    dimensions: int
    job_steps: int
    batches_expire: bool
    count_tokens: Callable[[str], int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """How the server behaves.

    Attributes:
        answer: text, `Answer`, a list of them used in turn and again, or a function of a `Received` that gives one or,
            for ``n`` of them, a list. None means a short text, or an instance of the schema that the client sends.
        faults: a `Fault` for every request, a list with one entry a request, `Chances`, or a function of the number.
        limits: rate limits, or None.
        key: the API key that is asked for, or None.
        latency: seconds before every answer.
        flavour: whose server it is, for the paths and fields that differ; ``any`` answers all wire formats.
        models: names that exist; None means that every name does, and that ``test-model`` is listed.
        context_window: most tokens of a prompt; None means no limit, and 8192 where a server has to name one.
        dimensions: length of embeddings, where the client does not say.
        job_steps: how often a batch or a training job must be looked at before it is done.
        batches_expire: whether batches end with half of their requests unanswered.
        count_tokens: counts the tokens of a text; by default the words between white space.
    """

    answer: Answers = None
    faults: Faults = None
    limits: Limits | None = None
    key: str | None = None
    latency: float = 0.0
    flavour: Flavour = "any"
    models: Sequence[str] | None = None
    context_window: int | None = None
    dimensions: int = 8
    job_steps: int = 2
    batches_expire: bool = False
    count_tokens: Callable[[str], int] = count_words

    @property
    def listed_models(self) -> Sequence[str]:
        """The names that a list of the models shows."""
        return ("test-model",) if self.models is None else self.models

    @property
    def named_window(self) -> int:
        """The context window that a server names when asked."""
        return self.context_window or 8192
