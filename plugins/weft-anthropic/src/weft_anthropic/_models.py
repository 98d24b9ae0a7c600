"""What Anthropic's models can do and what they cost, as public sources said it in November 2026.

A model that is not listed is used all the same: what is not known of it is not claimed, and not checked.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from weft import Prices
from weft_http import Facts

if TYPE_CHECKING:
    from collections.abc import Mapping

AS_OF = "2026-11"
"""The month that the table speaks of."""

BATCH_FACTOR = 0.5
"""What a call in a batch costs, as a share of the list price."""

Thinking = Literal["unknown", "budget", "either", "adaptive", "always"]
Sampling = Literal["both", "one", "none"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Model(Facts):
    """One model. The defaults are what is assumed of a model that is not listed.

    Attributes:
        thinking: how it is told to think: by a ``budget`` of tokens, by an effort (``adaptive``; ``always``: it
            cannot be told not to), or ``either`` way.
        efforts: the levels of effort that it knows; None: any is sent.
        sampling: whether it takes ``temperature`` and ``top_p``: ``both``, only ``one`` of them, or ``none``.
        prefill: whether it goes on with an answer that the last turn begins.
        forced_tools: whether it can be made to call a tool.
        schema: whether its answers can be held to a JSON schema.
    """

    thinking: Thinking = "unknown"
    efforts: tuple[str, ...] | None = None
    sampling: Sampling = "both"
    prefill: bool = True
    forced_tools: bool = True
    schema: bool = False


_SNAPSHOT = re.compile(r"-\d{8}$")
_UNLISTED = Model()


def model_named(name: str) -> Model:
    """Return what is known of a model; a dated snapshot, such as ``claude-haiku-4-5-20251001``, is its model."""
    return MODELS.get(_SNAPSHOT.sub("", name), _UNLISTED)


def _prices(input: float, output: float, cached_input: float, cache_write: float) -> Prices:
    return Prices(input, output, cached_input, cache_write, BATCH_FACTOR)


_FEW = ("low", "medium", "high")
_ALL = (*_FEW, "xhigh")
_MILLION, _OUTPUT = 1_000_000, 128_000


def _of_4_5(prices: Prices, efforts: tuple[str, ...] = ()) -> Model:
    return Model(
        context_window=200_000,
        max_output=64_000,
        prices=prices,
        thinking="budget",
        efforts=efforts,
        sampling="one",
        schema=True,
    )


def _of_4_6(prices: Prices) -> Model:
    return Model(
        context_window=_MILLION,
        max_output=_OUTPUT,
        prices=prices,
        thinking="either",
        efforts=_FEW,
        sampling="one",
        prefill=False,
        schema=True,
    )


def _since_4_7(prices: Prices, thinking: Thinking = "adaptive", *, forced_tools: bool = True) -> Model:
    return Model(
        context_window=_MILLION,
        max_output=_OUTPUT,
        prices=prices,
        thinking=thinking,
        efforts=_ALL,
        sampling="none",
        prefill=False,
        forced_tools=forced_tools,
        schema=True,
    )


_OPUS = _prices(5, 25, 0.5, 6.25)
_HAIKU = Model(
    context_window=_MILLION,
    max_output=_OUTPUT,
    prices=_prices(0.1, 0.5, 0.01, 0.125),
    long_prompt=100_000,
    long_prices=_prices(0.5, 2.5, 0.05, 0.625),
    thinking="adaptive",
    sampling="none",
    prefill=False,
    schema=True,
)

MODELS: Mapping[str, Model] = {
    "claude-fable-5-2": _since_4_7(_prices(8, 40, 0.2, 10), "always"),
    "claude-fable-5-1": _since_4_7(_prices(10, 50, 0.25, 12.5), "always"),
    "claude-fable-5": _since_4_7(_prices(10, 50, 1, 12.5), "always"),
    "claude-opus-5-5": _since_4_7(_prices(4, 20, 0.2, 5), "always", forced_tools=False),
    "claude-opus-5": _since_4_7(_OPUS),
    "claude-opus-4-8": _since_4_7(_OPUS),
    "claude-opus-4-7": _since_4_7(_OPUS),
    "claude-opus-4-6": _of_4_6(_OPUS),
    "claude-opus-4-5": _of_4_5(_OPUS, _FEW),
    "claude-sonnet-5-5": _since_4_7(_prices(2, 10, 0.1, 2.5), "always", forced_tools=False),
    "claude-sonnet-5": _since_4_7(_prices(2, 10, 0.2, 2.5)),
    "claude-sonnet-4-6": _of_4_6(_prices(3, 15, 0.3, 3.75)),
    "claude-sonnet-4-5": _of_4_5(_prices(3, 15, 0.3, 3.75)),
    "claude-haiku-5-5": _HAIKU,
    "claude-haiku-4-5": _of_4_5(_prices(1, 5, 0.1, 1.25)),
}
