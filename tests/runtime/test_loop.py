"""Blocking calls: from scripts, threads, a running loop; and never on the loop that must answer them."""

from __future__ import annotations

import asyncio
import contextvars
import os
import sys
import threading
from concurrent.futures import CancelledError, ThreadPoolExecutor
from typing import Any

import pytest

import weft
from weft.errors import SyncInAsyncError
from weft.runtime.loop import enter_loop, run_sync

marker: contextvars.ContextVar[str] = contextvars.ContextVar("marker", default="none")


async def _where(on_loop: bool) -> tuple[str, int]:
    if on_loop:
        await enter_loop()
        await asyncio.sleep(0)
    return marker.get(), threading.get_ident()


def test_a_call_that_needs_no_loop_stays_in_the_callers_thread() -> None:
    assert run_sync(_where(on_loop=False))[1] == threading.get_ident()
    assert run_sync(_where(on_loop=True))[1] != threading.get_ident()


def test_the_callers_context_comes_along_and_its_changes_stay_inside() -> None:
    async def change() -> str:
        before = marker.get()
        await enter_loop()
        marker.set("inside")
        return f"{before}, {marker.get()}"

    token = marker.set("caller")
    try:
        assert run_sync(change()) == "caller, inside"
        assert marker.get() == "caller"
    finally:
        marker.reset(token)


def test_from_many_threads_at_once() -> None:
    together = asyncio.Barrier(8)  # which passes only when all eight wait on the same loop

    async def meet() -> int:
        await enter_loop()
        await asyncio.wait_for(together.wait(), 10)
        return threading.get_ident()

    with ThreadPoolExecutor(8) as pool:
        loops = set(pool.map(lambda _: run_sync(meet()), range(8)))
    assert len(loops) == 1  # one background loop serves them all


def test_inside_a_running_loop_as_in_a_notebook() -> None:
    program = weft.Predict("question -> answer")
    lm = weft.LM("scripted/x", answers=[{"answer": "4"}], latency=0.001)

    async def cell() -> str:
        return program(question="2+2?", lm=lm).answer

    assert asyncio.run(cell()) == "4"


def test_a_blocking_call_on_wefts_own_loop_is_refused_before_it_is_paid() -> None:
    calls: list[Any] = []
    lm = weft.LM("scripted/x", answers=lambda request: calls.append(request) or "never")

    class Wrong(weft.Module):
        def __init__(self) -> None:
            self.qa = weft.Predict("question -> answer", lm=lm)

        async def aforward(self, question: str) -> Any:
            return self.qa(question=question)

    with pytest.raises(SyncInAsyncError, match=r"await program\.acall"):
        Wrong()(question="Hm?")
    assert calls == []


@pytest.mark.parametrize("on_loop", [False, True])
def test_exceptions_reach_the_caller_as_they_are(on_loop: bool) -> None:
    async def fail() -> None:
        if on_loop:
            await enter_loop()
        raise KeyError("mine")

    with pytest.raises(KeyError, match="mine"):
        run_sync(fail())


def test_cancelled_work_does_not_hang_the_caller() -> None:
    async def cancelled() -> None:
        await enter_loop()
        raise asyncio.CancelledError

    with pytest.raises(CancelledError):
        run_sync(cancelled())


def test_sys_exit_in_users_code_reaches_the_caller_and_the_loop_lives_on() -> None:
    class Exits(weft.Module):
        def forward(self, text: str) -> str:
            sys.exit(f"no more {text}")

    with pytest.raises(SystemExit, match="no more tea"):
        Exits().batch([{"text": "tea"}])
    assert run_sync(_where(on_loop=True))[0] == "none"


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
@pytest.mark.filterwarnings("ignore:This process .* is multi-threaded:DeprecationWarning")
def test_a_forked_child_gets_a_loop_of_its_own() -> None:
    run_sync(_where(on_loop=True))
    child = os.fork()
    if child == 0:
        finished = run_sync(_where(on_loop=True))[0] == "none"
        os._exit(0 if finished else 1)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
