"""OpenAI's models: context windows, prices, and which parameters they take.

List prices of November 2026 in US dollars per million tokens, for the standard tier. A model that is not here has no
known price. Correct or add one with ``prices=``, ``context_window=`` and ``max_output=``.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

from weft import Prices
from weft_http import Facts

from .pictures import Patches, Tiles
from .preset import SAMPLING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from .pictures import Picture
    from .preset import Api

Kind = Literal["unknown", "chat", "reasoning", "both", "completion", "embedding"]

_BOTH = frozenset({"temperature", "top_p", "logprobs", "max_tokens", "seed", "n", "rollout_id", "reasoning_effort"})
PARAMETERS_OF_KIND: Mapping[Kind, frozenset[str]] = {
    "unknown": SAMPLING | {"logprobs", "reasoning_effort"},
    "chat": SAMPLING | {"logprobs"},
    "reasoning": frozenset({"max_tokens", "seed", "n", "rollout_id", "reasoning_effort"}),
    "both": _BOTH,
    "completion": SAMPLING | {"logprobs"},
    "embedding": frozenset(),
}
"""Models that always reason refuse sampling parameters; those that do ``both`` take them while they do not reason."""

_LONG_PROMPT = 272_000

BATCH_FACTOR = 0.5
"""What a call in a batch costs, as a share of the list price."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Model(Facts):
    """What is known of a model.

    Attributes:
        kind: what sort of model it is.
        api: the only API that it answers, where there is one.
        is_listed: whether the table has it.
        sees: whether it takes images and PDFs; of a model that is not listed that is left to the server.
        picture: how it counts the tokens of images; None: it is not known.
    """

    kind: Kind = "unknown"
    api: Api | None = None
    is_listed: bool = False
    sees: bool = True
    picture: Picture | None = None


def _model(
    kind: Kind,
    window: int | None,
    output: int | None,
    prices: tuple[float, ...],
    api: Api | None = None,
    *,
    sees: bool = True,
    picture: Picture | None = None,
) -> Model:
    """Return a model of its prices: of the prompt, the answer, and a prompt that is cached."""
    listed = Prices(*prices, batch_factor=BATCH_FACTOR)
    facts = Model(kind=kind, context_window=window, max_output=output, prices=listed, api=api)
    return replace(facts, is_listed=True, sees=sees, picture=picture)


_TILES_4, _TILES_5, _TILES_O = Tiles(85, 170), Tiles(70, 140), Tiles(75, 150)


def _million(window: int | None, output: int | None, prompt: float, answer: float, cached: float) -> Model:
    """Return a model of which calls with a long prompt cost more: twice for the prompt, half more for the answer."""
    model = _model("both", window, output, (prompt, answer, cached))
    long_prices = Prices(2 * prompt, 1.5 * answer, 2 * cached, batch_factor=BATCH_FACTOR)
    return replace(model, long_prompt=_LONG_PROMPT, long_prices=long_prices)


OPENAI_MODELS: Mapping[str, Model] = {
    "gpt-5.6-sol": _million(None, None, 5.0, 30.0, 0.5),
    "gpt-5.6-terra": _million(None, None, 2.0, 12.0, 0.2),
    "gpt-5.6-luna": _million(None, None, 0.2, 1.2, 0.02),
    "gpt-5.4": _million(1_050_000, 128_000, 2.5, 15.0, 0.25),
    "gpt-5.4-mini": _model("both", 400_000, 128_000, (0.75, 4.5, 0.075)),
    "gpt-5.4-nano": _model("both", 400_000, 128_000, (0.2, 1.25, 0.02)),
    "gpt-5.2": _model("both", 400_000, 128_000, (1.75, 14.0, 0.175)),
    "gpt-5.1": _model("both", 400_000, 128_000, (1.25, 10.0, 0.125)),
    "gpt-5": _model("reasoning", 400_000, 128_000, (1.25, 10.0, 0.125), picture=_TILES_5),
    "gpt-5-mini": _model("reasoning", 400_000, 128_000, (0.25, 2.0, 0.025), picture=Patches(1.62)),
    "gpt-5-nano": _model("reasoning", 400_000, 128_000, (0.05, 0.4, 0.005), picture=Patches(2.46)),
    "gpt-5-codex": _model("reasoning", 400_000, 128_000, (1.25, 10.0, 0.125), "responses", picture=_TILES_5),
    "gpt-5-pro": _model("reasoning", 400_000, 272_000, (15.0, 120.0), "responses", picture=_TILES_5),
    "gpt-4.1": _model("chat", 1_047_576, 32_768, (2.0, 8.0, 0.5), picture=_TILES_4),
    "gpt-4.1-mini": _model("chat", 1_047_576, 32_768, (0.4, 1.6, 0.1), picture=Patches(1.62)),
    "gpt-4.1-nano": _model("chat", 1_047_576, 32_768, (0.1, 0.4, 0.025), picture=Patches(2.46)),
    "gpt-4o": _model("chat", 128_000, 16_384, (2.5, 10.0, 1.25), picture=_TILES_4),
    "gpt-4o-2024-05-13": _model("chat", 128_000, 4_096, (5.0, 15.0), picture=_TILES_4),
    "gpt-4o-mini": _model("chat", 128_000, 16_384, (0.15, 0.6, 0.075), picture=Tiles(2833, 5667)),
    "gpt-4-turbo": _model("chat", 128_000, 4_096, (10.0, 30.0), picture=_TILES_4),
    "gpt-4": _model("chat", 8_192, 8_192, (30.0, 60.0), sees=False),
    "gpt-3.5-turbo": _model("chat", 16_385, 4_096, (0.5, 1.5), sees=False),
    "o1": _model("reasoning", 200_000, 100_000, (15.0, 60.0, 7.5), picture=_TILES_O),
    "o1-pro": _model("reasoning", 200_000, 100_000, (150.0, 600.0), "responses", picture=_TILES_O),
    "o3": _model("reasoning", 200_000, 100_000, (2.0, 8.0, 0.5), picture=_TILES_O),
    "o3-pro": _model("reasoning", 200_000, 100_000, (20.0, 80.0), "responses", picture=_TILES_O),
    "o3-mini": _model("reasoning", 200_000, 100_000, (1.1, 4.4, 0.55), sees=False),
    "o4-mini": _model("reasoning", 200_000, 100_000, (1.1, 4.4, 0.275), picture=Patches(1.72)),
    "gpt-3.5-turbo-instruct": _model("completion", 4_096, 4_096, (1.5, 2.0), "completions", sees=False),
    "davinci-002": _model("completion", 16_384, 16_384, (2.0, 2.0), "completions", sees=False),
    "babbage-002": _model("completion", 16_384, 16_384, (0.4, 0.4), "completions", sees=False),
    "text-embedding-3-small": _model("embedding", 8_192, None, (0.02, 0.0), sees=False),
    "text-embedding-3-large": _model("embedding", 8_192, None, (0.13, 0.0), sees=False),
    "text-embedding-ada-002": _model("embedding", 8_192, None, (0.1, 0.0), sees=False),
}

_SNAPSHOT = re.compile(r"-\d{4}-\d{2}-\d{2}$")


def model_named(models: Mapping[str, Model], name: str) -> Model:
    """Return what is known of a model, also of a dated snapshot, or of a tuned one, whose prices are not known."""
    if name.startswith("ft:"):
        return replace(model_named(models, name.split(":")[1]), prices=None, long_prompt=None, long_prices=None)
    return models.get(name) or models.get(_SNAPSHOT.sub("", name)) or _UNKNOWN


_UNKNOWN = Model()
