"""Parallel: several modules at once, results in order, failures as values or raised."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

import weft
from weft.errors import DataError, InputError, LMServerError, OptionError


def module(kind: str) -> weft.Predict[Any]:
    async def answer(request: weft.Request) -> Any:
        text = request.messages[-1].text.split("\n", 1)[1]
        for _ in range(9 - int(text[0])):  # the later ones are ready first
            await asyncio.sleep(0)
        return LMServerError(f"{kind} {text}") if "bad" in text else {kind: f"{kind} {text}"}

    return weft.Predict(f"text -> {kind}", lm=weft.LM(f"scripted/{kind}", answers=answer, retries=0))


UP, DOWN = module("up"), module("down")
PAIRS: list[Any] = [(UP, {"text": "1"}), [DOWN, weft.Example(text="2", x=1).with_inputs("text")], (UP, {"text": "3"})]


@pytest.mark.parametrize("options", [{}, {"concurrency": 1}, {"concurrency": 2}, {"num_threads": 3}])
def test_results_come_in_order(options: Any) -> None:
    parallel = weft.Parallel(**options)
    wanted = [{"up": "up 1"}, {"down": "down 2"}, {"up": "up 3"}]
    assert [dict(result) for result in parallel(PAIRS)] == wanted
    assert [dict(result) for result in asyncio.run(parallel.acall(PAIRS))] == wanted
    assert parallel([]) == []


def test_a_failure_is_raised_after_all_have_run_or_returned_in_its_place() -> None:
    pairs = [(UP, {"text": "1"}), (DOWN, {"text": "2 bad"}), (UP, {"text": "3 bad"}), (DOWN, {"text": "4"})]
    with weft.track_usage() as ledger, pytest.raises(LMServerError, match="down 2 bad"):
        weft.Parallel()(pairs)
    assert ledger.total.calls == 4
    results: list[Any] = weft.Parallel(on_error="return")(pairs)
    assert [isinstance(result, weft.Err) for result in results] == [False, True, True, False]
    assert str(results[2]) == "LMServerError: up 3 bad"


def test_too_many_failures_end_it_at_once_and_every_call_counts_anew() -> None:
    pairs = [(UP, {"text": f"{number} bad"}) for number in range(3)] + [(DOWN, {"text": "4"})]
    parallel = weft.Parallel(on_error="return", max_errors=2, concurrency=1)
    for _ in range(2):
        with weft.track_usage() as ledger, pytest.raises(LMServerError, match="up 2 bad"):
            parallel(pairs)
        assert ledger.total.calls == 3
    assert len(weft.Parallel(on_error="return", max_errors=3)(pairs)) == 4


def test_modules_of_a_program_keep_their_paths_and_the_settings_around_them() -> None:
    class Both(weft.Module):
        def __init__(self) -> None:
            self.up = weft.Predict("text -> answer")
            self.down = weft.ChainOfThought("text -> answer")

        def forward(self, text: str) -> Any:
            return [
                result.answer for result in weft.Parallel()([(self.up, {"text": text}), (self.down, {"text": text})])
            ]

    lm = weft.LM("scripted/x", answers=lambda request: {"reasoning": "r", "answer": "a"})
    with weft.context(lm=lm), weft.trace() as steps, weft.track_usage() as ledger:
        assert Both()(text="t") == ["a", "a"]
    assert sorted(step.path for step in steps) == ["down.predict", "up"]
    assert set(ledger.by_path()) == {"down.predict", "up"}


def test_a_pair_that_is_none_is_refused_before_anything_runs() -> None:
    for wrong, message in [
        ((UP, "text"), "Example 2 must be an Example or a dict, not 'text'."),
        ((len, {}), r"Pair 2 must be \(module, inputs\), not \(<built-in"),
        (UP, r"Pair 2 must be \(module, inputs\)"),
        ((UP, {"text": "2"}, 3), r"Pair 2 must be \(module, inputs\)"),
        ((UP, weft.Example(text="2")), "Example 2: The example does not say which"),
    ]:
        with weft.track_usage() as ledger, pytest.raises(DataError, match=message):
            weft.Parallel()([PAIRS[0], wrong])  # type: ignore[list-item]
        assert ledger.total.calls == 0
    with pytest.raises(InputError, match="Did you mean 'text'"):
        weft.Parallel()([(UP, {"txet": "1"})])


def test_wrong_options_are_refused() -> None:
    with pytest.raises(OptionError, match="the same option"):
        weft.Parallel(concurrency=1, num_threads=2)
    with pytest.raises(OptionError, match="concurrency must be a whole number of at least 1, not 0"):
        weft.Parallel(num_threads=0)
    with pytest.raises(OptionError, match="on_error is 'raise' or 'return', not 'none'"):
        weft.Parallel(on_error="none")  # type: ignore[call-overload]
    with pytest.raises(OptionError, match="max_errors of Parallel must be a whole number of at least 0, not -1"):
        weft.Parallel(max_errors=-1)
    with pytest.raises(OptionError, match="Did you mean 'max_errors'"):
        weft.Parallel(max_error=1)  # type: ignore[call-overload]
