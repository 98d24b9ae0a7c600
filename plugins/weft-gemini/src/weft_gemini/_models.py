"""What Google's models can do and what they cost, as public sources said it in November 2026.

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


@dataclass(frozen=True, slots=True, kw_only=True)
class Model(Facts):
    """One model. The defaults are what is assumed of a model that is not listed.

    Attributes:
        thinking: how it is told to think: by a ``budget`` of tokens, by a ``level``, or unknown.
        levels: the levels that it knows; None: any is sent.
        can_stop_thinking: whether it can be told not to think.
        is_listed: whether the documentation describes it.
    """

    thinking: Literal["unknown", "budget", "level"] = "unknown"
    levels: tuple[str, ...] | None = None
    can_stop_thinking: bool = True
    is_listed: bool = False


_UNLISTED = Model()
_VERSION = re.compile(r"-\d{3}$")


def model_named(name: str) -> Model:
    """Return what is known of a model; a numbered version, such as ``gemini-2.5-flash-001``, is its model."""
    return MODELS.get(_VERSION.sub("", name.removeprefix("models/")), _UNLISTED)


def _model(prices: Prices, long_prices: Prices | None = None, *, levels: tuple[str, ...] = ()) -> Model:
    return Model(
        context_window=1_048_576,
        max_output=65_536,
        prices=prices,
        long_prompt=None if long_prices is None else 200_000,
        long_prices=long_prices,
        thinking="level" if levels else "budget",
        levels=levels or None,
        can_stop_thinking=not levels and long_prices is None,  # of those with a budget, only the Pro always thinks
        is_listed=True,
    )


_FEW = ("low", "medium", "high")
_ALL = ("minimal", *_FEW)

MODELS: Mapping[str, Model] = {
    # half of the list price, until 31 December 2026
    "gemini-3.8-flash": _model(Prices(0.75, 3.75, 0.075), levels=_FEW),
    "gemini-3.5-flash": _model(Prices(1.5, 9, 0.15), levels=_ALL),
    "gemini-3.1-pro-preview": _model(Prices(2, 12, 0.2), Prices(4, 18, 0.4), levels=_FEW),
    "gemini-2.5-pro": _model(Prices(1.25, 10, 0.125), Prices(2.5, 15, 0.25)),
    "gemini-2.5-flash": _model(Prices(0.3, 2.5, 0.03)),
    "gemini-2.5-flash-lite": _model(Prices(0.1, 0.4, 0.01)),
}
