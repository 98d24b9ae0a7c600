"""Batches: handed in, looked at, read and cancelled, at half the price."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import pytest
from conftest import HAIKU

import weft
from pytest_weft.server import Answer
from pytest_weft.server import Usage as Tokens
from weft.errors import LMInvalidRequestError

if TYPE_CHECKING:
    from pytest_weft.server import ModelServer


def requests(*keys: str, **parameters: Any) -> dict[str, weft.Request]:
    return {key: weft.Request((weft.Message.of("user", key),), **parameters) for key in keys}


def test_a_batch_is_answered_at_half_the_price(server: ModelServer) -> None:
    server.change(answer=lambda received: Answer(f"You said {received.prompt}.", usage=Tokens(1000, 100)), job_steps=2)
    lm = weft.LM(HAIKU)

    async def work() -> list[weft.BatchState]:
        batch = await lm.submit_batch(requests("one", "two"))
        return [await lm.read_batch(batch) for _ in range(3)]

    first, *_, last = asyncio.run(work())
    assert (first.status, first.total, dict(first.results)) == ("running", 2, {})
    assert (last.status, last.finished, last.total) == ("done", 2, 2)
    answers = {key: result for key, result in last.results.items() if isinstance(result, weft.Response)}
    assert {key: answer.text for key, answer in answers.items()} == {"one": "You said one.", "two": "You said two."}
    assert answers["one"].usage.cost == pytest.approx(0.00075)


def test_a_request_that_fails_is_an_error_of_its_class(server: ModelServer) -> None:
    server.change(context_window=2, job_steps=1)
    lm = weft.LM(HAIKU)

    async def work() -> weft.BatchState:
        asked = {**requests("short"), "long": weft.Request((weft.Message.of("user", "one two three"),))}
        batch = await lm.submit_batch(asked)
        state = await lm.read_batch(batch)
        return state if state.status != "running" else await lm.read_batch(batch)

    results = asyncio.run(work()).results
    assert isinstance(results["short"], weft.Response)
    assert isinstance(results["long"], weft.errors.ContextWindowExceeded)


def test_what_came_to_no_turn_has_no_result(server: ModelServer) -> None:
    server.change(job_steps=1, batches_expire=True)
    lm = weft.LM(HAIKU)

    async def work() -> weft.BatchState:
        return await lm.read_batch(await lm.submit_batch(requests("one", "two")))

    state = asyncio.run(work())
    assert (state.status, state.finished, len(state.results)) == ("done", 2, 1)


def test_a_batch_can_be_cancelled(server: ModelServer) -> None:
    lm = weft.LM(HAIKU)

    async def work() -> weft.BatchState:
        batch = await lm.submit_batch(requests("one"))
        await lm.cancel_batch(batch)
        return await lm.read_batch(batch)

    state = asyncio.run(work())
    assert (state.status, dict(state.results)) == ("cancelled", {})


@pytest.mark.parametrize("key", ["", "two words", "x" * 65])
def test_keys_that_the_api_does_not_take_are_not_sent(server: ModelServer, key: str) -> None:
    with pytest.raises(LMInvalidRequestError, match="1 to 64 letters"):
        asyncio.run(weft.LM(HAIKU).submit_batch(requests(key)))
    assert server.exchanges == []
