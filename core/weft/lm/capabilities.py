"""What a model can do and what it costs, as data that its plugin declares."""

from __future__ import annotations

from ..runtime.frozen import frozen
from ..spelling import spelled
from .records import COMMON_PARAMETERS


@frozen
class Prices:
    """US dollars per million tokens.

    Attributes:
        input: tokens of the prompt.
        output: tokens of the answer, reasoning included.
        cached_input: tokens of the prompt that the provider had in its own cache; None: the same as `input`.
        cache_write: tokens of the prompt that the provider put into its cache; None: the same as `input`.
        batch_factor: the share of all this that a call in a batch costs, such as 0.5; None: the whole.
    """

    input: float
    output: float
    cached_input: float | None = None
    cache_write: float | None = None
    batch_factor: float | None = None

    @spelled
    def cost(self, input_tokens: int, output_tokens: int, cached_tokens: int = 0, written_tokens: int = 0) -> float:
        """Return the price of a call in US dollars; cached and written tokens are a part of the input tokens."""
        rest = input_tokens - cached_tokens - written_tokens
        cached = self.input if self.cached_input is None else self.cached_input
        written = self.input if self.cache_write is None else self.cache_write
        paid = self.input * rest + cached * cached_tokens + written * written_tokens + self.output * output_tokens
        return paid / 1e6


@frozen
class Capabilities:
    """What a model can do.

    Attributes:
        context_window: tokens of prompt and answer together, or None where unknown.
        max_output: most tokens of an answer, or None where unknown.
        response_schema: whether answers can be held to a JSON schema.
        grammar: whether answers can be held to a grammar in GBNF, llama.cpp's notation; it is given as the provider's
            own parameter ``grammar``.
        tools: whether the model can be given tools and calls them in a form of its own.
        n: whether several answers can be asked for in one call.
        vision: whether prompts can hold images.
        audio: whether prompts can hold sound.
        media: what else prompts can hold, as MIME types: ``application/pdf``, ``video/*``. Texts need not be named.
        reasoning: whether the model can reason before it answers.
        parameters: the names of those `PARAMETERS` that the model takes.
        extra: names of the provider's own parameters.
        batch_requests: most requests of a batch, for providers that take batches.
        batch_bytes: most bytes of a batch.
        prices: list prices, or None where unknown; a model that costs nothing has zeros.
    """

    context_window: int | None = None
    max_output: int | None = None
    response_schema: bool = False
    grammar: bool = False
    tools: bool = False
    n: bool = False
    vision: bool = False
    audio: bool = False
    media: frozenset[str] = frozenset()
    reasoning: bool = False
    parameters: frozenset[str] = COMMON_PARAMETERS
    extra: frozenset[str] = frozenset()
    batch_requests: int = 50_000
    batch_bytes: int = 200_000_000
    prices: Prices | None = None

    def takes(self, media_type: str) -> bool:
        """Whether prompts can hold media of a MIME type."""
        from ..data.media import matches

        kinds = {"image/*": self.vision, "audio/*": self.audio, **dict.fromkeys(self.media, True)}
        return any(taken and matches(media_type, kind) for kind, taken in kinds.items())

    @property
    def batch_share(self) -> float:
        """The share of the list price that a call in a batch costs; 1 where nothing else is known."""
        prices = self.prices
        return 1.0 if prices is None or prices.batch_factor is None else prices.batch_factor
