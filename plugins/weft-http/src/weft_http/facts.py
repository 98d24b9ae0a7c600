"""What is known of a model: its plugin's table says it, and a user may say otherwise."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, Any, TypeVar

from weft import Prices
from weft.errors import OptionError

if TYPE_CHECKING:
    F = TypeVar("F", bound="Facts")


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """A row of a plugin's table of models; None is what is not known.

    Attributes:
        context_window: tokens of prompt and answer together.
        max_output: most tokens of an answer.
        prices: list prices.
        long_prompt: the tokens above which a prompt is long, and makes the whole call cost `long_prices`.
        long_prices: list prices of calls with a long prompt.
    """

    context_window: int | None = None
    max_output: int | None = None
    prices: Prices | None = None
    long_prompt: int | None = None
    long_prices: Prices | None = None

    def cost(self, input_tokens: int, output_tokens: int, cached: int = 0, written: int = 0) -> float | None:
        """Return the price of a call in US dollars, or None where it is not known."""
        prices = self.prices
        if self.long_prompt is not None and input_tokens > self.long_prompt:
            prices = self.long_prices
        return None if prices is None else prices.cost(input_tokens, output_tokens, cached, written)


class Stated:
    """What a user says of a model, as options of its LM; it wins over the table.

    Args:
        context_window: tokens of prompt and answer together.
        max_output: most tokens of an answer.
        prices: list prices in US dollars per million tokens, as `Prices` or by the names of its attributes.

    Raises:
        OptionError: a value that is none.
    """

    def __init__(
        self, context_window: int | None, max_output: int | None, prices: Prices | Mapping[str, float] | None
    ) -> None:
        for name, value in (("context_window", context_window), ("max_output", max_output)):
            if value is not None and not (type(value) is int and value > 0):
                raise OptionError(f"{name} must be a whole number of at least 1, not {value!r}.")
        self._given: dict[str, Any] = {"context_window": context_window, "max_output": max_output}
        self._given["prices"] = _prices(prices)

    def over(self, facts: F) -> F:
        """Return a row of the table with what the user says in its place."""
        said = {name: value for name, value in self._given.items() if value is not None}
        if "prices" in said:
            said["long_prompt"] = said["long_prices"] = None
        return replace(facts, **said) if said else facts

    def described(self) -> dict[str, Any]:
        """Return the options again, in a form that JSON has."""
        said = {name: value for name, value in self._given.items() if value is not None}
        if "prices" in said:
            said["prices"] = {name: value for name, value in asdict(said["prices"]).items() if value is not None}
        return said


def _prices(prices: Prices | Mapping[str, float] | None) -> Prices | None:
    if prices is None or isinstance(prices, Prices):
        return prices
    if not isinstance(prices, Mapping):  # pyright: ignore[reportUnnecessaryIsInstance]
        raise OptionError(f"prices are weft.Prices or a dict such as {{'input': 3, 'output': 15}}, not {prices!r}.")
    return Prices(**prices)
