"""Tokens, money and the cache."""

from __future__ import annotations

from weft import track_usage

from .subject import LMSubject

_COUNTS = ("input_tokens", "output_tokens", "cached_tokens", "reasoning_tokens", "calls")


class AccountChecks(LMSubject):
    """What a call is said to have spent is what it spent, counted once."""

    def test_usage_counts_are_plausible(self) -> None:
        """Usage holds whole numbers of at least 0, some tokens of prompt, and no part larger than its whole."""
        usage = self.lm()(self.prompt).usage
        for name in _COUNTS:
            count = getattr(usage, name)
            assert type(count) is int, f"usage.{name} is a whole number, not {count!r}"
            assert count >= 0, f"usage.{name} is at least 0, not {count}"
        assert usage.input_tokens > 0, "a prompt has tokens; report usage.input_tokens"
        assert usage.cached_tokens <= usage.input_tokens, "cached_tokens are a part of input_tokens"
        assert usage.reasoning_tokens <= usage.output_tokens, "reasoning_tokens are a part of output_tokens"

    def test_ledger_counts_what_is_reported(self) -> None:
        """What a response says it spent is what the ledger has, with one call counted as one."""
        lm = self.lm()
        with track_usage() as ledger:
            response = lm(self.prompt)
        assert ledger.total == response.usage, f"the ledger has {ledger.total}, the response {response.usage}"
        assert ledger.total.calls == 1, f"one call was counted as {ledger.total.calls}"

    def test_cache_answers_the_second_time(self) -> None:
        """With ``cache="on"``, the same request costs one call; the second answer is equal and says it is cached."""
        lm = self.make()
        lm.cache = "refresh"
        first = lm(self.prompt)
        lm.cache = "on"
        with track_usage() as ledger:
            second = lm(self.prompt)
        assert not first.cached, "a paid answer says that it came from the cache"
        assert second.cached, "the same request was not found in the cache; `ref` must be the same every time"
        assert second.text == first.text
        assert ledger.total.calls == 0, "an answer from the cache was paid for"

    def test_prices_become_cost(self) -> None:
        """A call has a cost where prices are declared, of at least 0, and above 0 where they are."""
        lm = self.lm()
        usage, prices = lm(self.prompt).usage, lm.capabilities.prices
        if prices is None:
            assert usage.cost is None or usage.cost > 0, "without prices a cost is unknown (None), not 0"
            return
        assert usage.cost is not None, "prices are declared, but the call has no cost"
        assert usage.cost >= 0, f"a cost is at least 0, not {usage.cost}"
        assert usage.cost > 0 or prices.cost(usage.input_tokens, usage.output_tokens) == 0, "the call cost nothing"
