"""The embedded model itself: what it takes, what it counts, how it chooses."""

from __future__ import annotations

import json
import re
from functools import lru_cache
from itertools import accumulate, islice
from math import exp
from random import Random
from typing import TYPE_CHECKING, Any

from ...errors import ContextWindowExceeded, OptionError
from ..base import LM
from ..capabilities import Capabilities, Prices
from ..records import Completion, Response, Usage
from .answer import answer
from .reading import read, texts_of

if TYPE_CHECKING:
    from collections.abc import Hashable

    from ..records import Request
    from .answer import Chooser

_TOKEN = re.compile(r"\w+|[^\w\s]")
_DEFAULT_WINDOW = 32768
_CONTRAST = 16.0
"""Logits are scores times this: at temperature 1 a clear winner is mostly, not always, what is sampled."""


class InContextLM(LM):
    """``embedded/incontext``: answers from what its prompt shows, without weights, key or network.

    This is not a language model. It is a nearest-neighbour reader of its prompt: earlier user and assistant turns
    are demonstrations, which vote with a weight by their similarity to the last user turn; names of listed choices,
    and instruction lines that mention one, are weak evidence; and the answer takes the form of the demonstrations,
    of a template with ``{name}`` slots in the instructions, or of the response schema. It knows nothing, and writes
    no sentence of its own: free text is copied from the demonstrations or the question. It serves tests, demos and
    laptops, where a program should do something real and repeatable at no cost, and get better with better
    demonstrations and instructions.

    A token is a run of letters and digits, or one other mark; spaces count nothing. At temperature 0 or None the
    best answer is given; above, answers are sampled from a softmax of their scores, with a generator seeded by the
    messages, ``seed``, ``rollout_id`` and the number of the completion, so equal calls get equal answers.

    Args:
        model: any name.
        context_window: most tokens of prompt and answer together.
        cache: ``on``, ``off``, ``read`` or ``refresh`` for this LM; None leaves it to the settings.
        parameters: defaults for every call, such as ``temperature``.

    Raises:
        OptionError: ``context_window`` is no whole number above 0, or a parameter is unknown.

    Example:
        >>> import weft
        >>> lm = weft.LM("embedded/incontext")
        >>> lm("Answer with one of: refund; delivery. When will the delivery come?").text
        'delivery'
    """

    waits = False

    def __init__(
        self,
        model: str = "incontext",
        /,
        *,
        context_window: int = _DEFAULT_WINDOW,
        cache: str | None = None,
        **parameters: Any,
    ) -> None:
        if not isinstance(context_window, int) or isinstance(context_window, bool) or context_window < 1:  # pyright: ignore[reportUnnecessaryIsInstance]
            raise OptionError(f"context_window must be a whole number of at least 1, not {context_window!r}.")
        abilities = Capabilities(
            context_window=context_window, response_schema=True, n=True, prices=Prices(input=0.0, output=0.0)
        )
        super().__init__(model, provider="embedded", capabilities=abilities, cache=cache, **parameters)
        self._window = context_window

    @property
    def cache_identity(self) -> Hashable:
        return (type(self), self.ref, self._window)

    async def generate(self, request: Request) -> Response:
        """Answer one request.

        Raises:
            ContextWindowExceeded: the prompt and ``max_tokens`` together do not fit the context window.
        """
        prompt_tokens = self._fitting_tokens(request)
        reading = read(request)
        texts = [answer(reading, request.response_schema, _chooser(request, number)) for number in range(request.n)]
        completions = tuple(_ended(text, request) for text in texts)
        written = sum(_tokens(completion.text) for completion in completions)
        return Response(completions, Usage(prompt_tokens, written, calls=1), self.model)

    def count_tokens(self, request: Request) -> int:
        """Return the tokens of the prompt, exactly."""
        return sum(_tokens(message.text) for message in request.messages)

    def describe(self) -> dict[str, Any]:
        """Return what it takes to get this LM again by name."""
        own = {} if self._window == _DEFAULT_WINDOW else {"context_window": self._window}
        return {**super().describe(), **own}

    def _fitting_tokens(self, request: Request) -> int:
        tokens = self.count_tokens(request)
        if tokens + (request.max_tokens or 0) > self._window:
            answer_part = f" and {request.max_tokens} of the answer (max_tokens)" if request.max_tokens else ""
            raise ContextWindowExceeded(
                f"The {tokens} tokens of the prompt{answer_part} exceed the context window of {self._window} tokens "
                f"of {self.ref}.",
                provider=self.provider,
                model=self.model,
            )
        return tokens


@lru_cache(maxsize=1 << 12)
def _tokens(text: str) -> int:
    return len(_TOKEN.findall(text))


def _ended(text: str, request: Request) -> Completion:
    """Cut an answer at the first stop text, then at ``max_tokens``."""
    stops = [place for stop in request.stop if stop and (place := text.find(stop)) >= 0]
    text = text[: min(stops, default=len(text))]
    if request.max_tokens is None or _tokens(text) <= request.max_tokens:
        return Completion(text)
    last = next(islice(_TOKEN.finditer(text), request.max_tokens - 1, None))
    return Completion(text[: last.end()], "length")


def _chooser(request: Request, number: int) -> Chooser:
    temperature = request.temperature
    if not temperature:
        return _best
    generator = _generator(request, number)
    return lambda scored: _sampled(scored, temperature, request.top_p or 1.0, generator)


def _best(scored: list[tuple[Any, float]]) -> Any:
    return max(scored, key=lambda candidate: candidate[1])[0]


def _sampled(scored: list[tuple[Any, float]], temperature: float, top_p: float, generator: Random) -> Any:
    """Sample from a softmax; candidates with no evidence at all only count where none has any."""
    ranked = sorted(scored, key=lambda candidate: -candidate[1])
    best = ranked[0][1]
    likely = [candidate for candidate in ranked if candidate[1] > 0] or ranked
    shares = [exp((score - best) * _CONTRAST / temperature) for _, score in likely]
    reached = list(accumulate(shares))
    inside = sum(share < top_p * reached[-1] for share in reached) + 1
    drawn = generator.choices(likely[:inside], cum_weights=reached[:inside])
    return drawn[0][0]


def _generator(request: Request, number: int) -> Random:
    stream = json.dumps([texts_of(request.messages), request.seed, request.rollout_id, number])
    from hashlib import blake2b  # only sampling pays for it

    return Random(int.from_bytes(blake2b(stream.encode(), digest_size=8).digest(), "big"))  # noqa: S311 - no secrets
