"""Every failure has its class, and says what it can."""

from __future__ import annotations

import asyncio
import os
from typing import TYPE_CHECKING, Any

import pytest
from conftest import ask, lm_of

import weft
from pytest_weft.server import Fault, Limits, ModelServer
from weft.errors import (
    ContextWindowExceeded,
    LMAuthError,
    LMBillingError,
    LMContentFilterError,
    LMError,
    LMInvalidRequestError,
    LMRateLimitError,
    LMServerError,
    LMTimeoutError,
    LMTransportError,
    UnsupportedModelError,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

APIS = ("chat", "responses", "completions")
FAULTS: Mapping[Fault, type[LMError]] = {
    Fault("status", status=400): LMInvalidRequestError,
    Fault("status", status=401): LMAuthError,
    Fault("status", status=402): LMBillingError,
    Fault("status", status=403): LMAuthError,
    Fault("status", status=404): UnsupportedModelError,
    Fault("status", status=429, retry_after=7): LMRateLimitError,
    Fault("status", status=500): LMServerError,
    Fault("status", status=503): LMServerError,
    Fault("status", status=529): LMServerError,
    Fault("context_overflow"): ContextWindowExceeded,
    Fault("content_filter"): LMContentFilterError,
    Fault("content_filter", status=400): LMContentFilterError,
    Fault("reset"): LMTransportError,
    Fault("close"): LMTransportError,
    Fault("malformed_json"): LMServerError,
    Fault("html"): LMServerError,
    Fault("html", status=200): LMInvalidRequestError,
}


@pytest.mark.parametrize("api", APIS)
@pytest.mark.parametrize(("fault", "expected"), list(FAULTS.items()), ids=[f"{f.kind}-{f.status}" for f in FAULTS])
def test_faults_become_classes(server: ModelServer, api: str, fault: Fault, expected: type[LMError]) -> None:
    server.change(faults=fault)
    with pytest.raises(LMError) as caught:
        lm_of(server, api=api)("Hi")
    error = caught.value
    assert type(error) is expected, error
    assert (error.provider, error.model) == ("openai", "test-model")
    if fault.kind == "status":
        assert error.status == fault.status
        assert error.request_id
    if fault.retry_after:
        assert error.retry_after == 7


@pytest.mark.parametrize("flavour", ["openai", "vllm", "sglang", "tgi", "llamacpp", "lmstudio"])
def test_every_server_s_word_for_too_long(flavour: Any) -> None:
    with ModelServer(flavour=flavour, context_window=5) as server:
        with pytest.raises(ContextWindowExceeded) as caught:
            lm_of(server, f"{flavour}/test-model")("one two three four five six seven")
        assert caught.value.status in (400, 422)


@pytest.mark.parametrize("flavour", ["openai", "vllm", "llamacpp", "tgi"])
def test_every_server_s_word_for_a_wrong_key(flavour: Any) -> None:
    with ModelServer(flavour=flavour, key="another") as server, pytest.raises(LMAuthError):
        lm_of(server, f"{flavour}/test-model")("Hi")


def test_no_answer_in_the_answer(server: ModelServer) -> None:
    server.change(faults=Fault("empty"))
    with pytest.raises(LMServerError, match="has no answer in it"):
        lm_of(server)("Hi")


def test_another_shape_than_it_should_be(server: ModelServer) -> None:
    lm = lm_of(server, base_url=f"{server.url}/v1/models/test-model")
    with pytest.raises(LMError) as caught:
        lm("Hi")
    assert caught.value.status in (404, 405)


def test_errors_that_pass_are_tried_again_and_counted(server: ModelServer) -> None:
    server.change(faults=[Fault("reset"), Fault("status", status=503, retry_after=0), None])
    with weft.track_usage() as ledger:
        response = lm_of(server, retries=3)("Hi")
    assert response.text == "Hello there."
    assert ledger.total.calls == response.usage.calls == 3


def test_a_stall_ends_with_the_timeout_and_the_socket_is_closed(server: ModelServer) -> None:
    server.change(faults=Fault("stall"))
    with pytest.raises(LMTimeoutError, match=r"did not answer within 0\.2 seconds"):
        lm_of(server, attempt_timeout=0.2)("Hi")
    assert server.wait_for(lambda tally: tally.aborted == 1).aborted == 1


def test_cancelling_a_call_closes_its_socket(server: ModelServer) -> None:
    server.change(latency=30.0)

    async def cancelled() -> None:
        task = asyncio.create_task(lm_of(server).acall("Hi"))
        await asyncio.to_thread(server.wait_for, lambda tally: tally.in_flight == 1)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        await asyncio.to_thread(server.wait_for, lambda tally: tally.aborted == 1)

    asyncio.run(cancelled())
    assert server.tally.in_flight == 0


def test_limits_are_learned(server: ModelServer) -> None:
    server.change(limits=Limits(requests=600, tokens=60_000))
    limits = ask(lm_of(server)).limits
    assert limits is not None
    assert (limits.requests, limits.tokens) == (600, 60_000)
    assert limits.requests_left is not None
    assert limits.requests_left >= 598


def test_many_loops_leak_nothing(server: ModelServer) -> None:
    lm = lm_of(server)
    for _ in range(3):
        asyncio.run(lm.acall("Hi"))
        lm("Hi")  # opens weft's own loop and a connection that stays
    before = len(os.listdir("/proc/self/fd"))
    for _ in range(20):
        asyncio.run(lm.acall("Hi"))
        lm("Hi")
    assert len(os.listdir("/proc/self/fd")) <= before


def test_a_thousand_calls_use_few_connections(server: ModelServer) -> None:
    lm = lm_of(server)

    async def calls() -> None:
        await asyncio.gather(*(_four(lm) for _ in range(50)))

    asyncio.run(calls())
    assert server.tally.opened <= 50


async def _four(lm: weft.LM) -> None:
    for _ in range(4):
        await lm.acall("Hi")
