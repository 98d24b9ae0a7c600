"""Embeddings, batches and fine-tuning."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import pytest
from conftest import HI, lm_of

import weft
from pytest_weft.server import Answer, Fault, ModelServer, Usage
from weft.errors import ContextWindowExceeded, LMError, LMInvalidRequestError

if TYPE_CHECKING:
    from weft import BatchState, FinetuneState


def test_texts_become_vectors(server: ModelServer) -> None:
    embedder = weft.Embedder(lm_of(server, "openai/text-embedding-3-small", dimensions=5))
    with weft.track_usage() as ledger:
        vectors = embedder(["one", "two", "one"])
    assert [len(vector) for vector in vectors] == [5, 5, 5]
    assert vectors[0] == vectors[2] != vectors[1]
    assert ledger.total.input_tokens == 3
    assert ledger.total.cost == pytest.approx(3 * 0.02 / 1e6)


def _requests(count: int) -> dict[str, weft.Request]:
    return {f"key {number}": weft.Request((weft.Message.of("user", f"word{number}"),)) for number in range(count)}


async def _over(lm: weft.LM, batch: str) -> BatchState:
    while (state := await lm.read_batch(batch)).status == "running":
        assert state.results == {}
    return state


@pytest.mark.parametrize("api", ["chat", "responses", "completions"])
def test_a_batch_is_answered_at_half_the_price(server: ModelServer, api: str) -> None:
    server.change(
        answer=lambda received: Answer(f"{received.messages[-1][1]}!", usage=Usage(prompt=1000, completion=100))
    )
    lm = lm_of(server, api=api, prices={"input": 1.0, "output": 2.0}, temperature=0.5)

    async def run() -> BatchState:
        return await _over(lm, await lm.submit_batch(_requests(3)))

    state = asyncio.run(run())
    assert (state.status, state.finished, state.total) == ("done", 3, 3)
    answers = {key: result.text for key, result in state.results.items() if isinstance(result, weft.Response)}
    assert answers == {f"key {number}": f"word{number}!" for number in range(3)}
    result = state.results["key 0"]
    assert isinstance(result, weft.Response)
    assert result.usage.cost == pytest.approx((1000 * 1.0 + 100 * 2.0) / 2 / 1e6)


def test_a_request_that_fails_in_a_batch_is_an_error_value(server: ModelServer) -> None:
    server.change(context_window=2)
    lm = lm_of(server)
    requests = {"good": weft.Request((HI,)), "long": weft.Request((weft.Message.of("user", "one two three"),))}

    async def run() -> BatchState:
        return await _over(lm, await lm.submit_batch(requests))

    state = asyncio.run(run())
    assert isinstance(state.results["good"], weft.Response)
    assert isinstance(state.results["long"], ContextWindowExceeded)


def test_a_batch_can_be_stopped(server: ModelServer) -> None:
    lm = lm_of(server)

    async def run() -> BatchState:
        batch = await lm.submit_batch(_requests(2))
        await lm.cancel_batch(batch)
        return await lm.read_batch(batch)

    assert asyncio.run(run()).status == "cancelled"


def test_batches_and_tuning_are_refused_where_there_are_none(server: ModelServer) -> None:
    lm = lm_of(server, "ollama/x")
    with pytest.raises(LMInvalidRequestError, match="ollama/x cannot take batches"):
        asyncio.run(lm.submit_batch(_requests(1)))
    with pytest.raises(LMInvalidRequestError, match="ollama/x cannot be tuned"):
        asyncio.run(lm.finetune([]))


CONVERSATION = (weft.Message.of("system", "Be brief."), HI, weft.Message.of("assistant", "Hello."))


async def _tuned(lm: weft.LM, count: int, **options: Any) -> FinetuneState:
    job = await lm.finetune([CONVERSATION] * count, **options)
    while (state := await lm.read_finetune(job)).status == "running":
        assert state.model == ""
    return state


def test_a_model_is_tuned_and_answers(server: ModelServer) -> None:
    lm = lm_of(server, "openai/gpt-4o-mini")
    state = asyncio.run(_tuned(lm, 10, suffix="mine", validation=[CONVERSATION] * 10))
    assert (state.status, state.model[:27]) == ("done", "openai/ft:gpt-4o-mini:weft:")
    tuned = lm_of(server, state.model)
    assert tuned("Hi").text == "Hello there."
    assert tuned.capabilities.context_window == lm.capabilities.context_window
    assert tuned.capabilities.prices is None
    asked = next(exchange.http for exchange in server.exchanges if exchange.http.path == "/v1/fine_tuning/jobs")
    assert b'"suffix":"mine"' in asked.body
    assert b'"validation_file"' in asked.body


def test_a_job_that_fails_says_why(server: ModelServer) -> None:
    state = asyncio.run(_tuned(lm_of(server), 2))
    assert state.status == "failed"
    assert "must have at least 10" in state.problem


def test_a_batch_that_nobody_knows(server: ModelServer) -> None:
    with pytest.raises(LMError, match="No batch found"):
        asyncio.run(lm_of(server).read_batch("batch_404"))


def test_vectors_of_tokens_are_refused(server: ModelServer) -> None:
    server.change(faults=Fault("status", status=501, message="Start the server with --embeddings."))
    with pytest.raises(LMInvalidRequestError, match="Start the server with --embeddings"):
        weft.Embedder(lm_of(server, "llamacpp/x"))("one")
