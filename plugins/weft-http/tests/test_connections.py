"""Connections are kept, shared, given back and closed."""

from __future__ import annotations

import asyncio
import gc
import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
from conftest import answer, client_of

import weft_http

if TYPE_CHECKING:
    from conftest import RawServer

_PATIENCE_SECONDS = 20


def open_files() -> int:
    gc.collect()
    return len(os.listdir("/proc/self/fd")) if os.path.isdir("/proc/self/fd") else 0


def test_calls_in_a_row_use_one_connection_between_clients(server: RawServer) -> None:
    server.send = answer({})

    async def calls() -> None:
        for _ in range(5):
            await client_of(server.url).post_json("a", {})

    asyncio.run(calls())
    assert (len(server.got), server.opened) == (5, 1)


def test_a_streams_connection_is_used_again(server: RawServer) -> None:
    head = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n"

    async def slowly(writer: asyncio.StreamWriter) -> None:
        writer.write(head + b"e\r\ndata: [DONE]\n\n\r\n")
        await writer.drain()
        writer.write(b"0\r\n\r\n")

    server.send = slowly

    async def calls() -> None:
        for _ in range(3):
            assert [event async for event in client_of(server.url).stream("a", {}, last=b"[DONE]")] == []

    asyncio.run(calls())
    assert server.opened == 1


def test_calls_side_by_side_are_not_limited(server: RawServer) -> None:
    server.send = answer({})

    async def calls() -> None:
        client = client_of(server.url)
        await asyncio.gather(*(client.post_json("a", {}) for _ in range(150)))

    asyncio.run(calls())
    assert len(server.got) == 150


def test_loops_in_a_row_leave_nothing_open(server: RawServer) -> None:
    server.send = answer({})
    client = client_of(server.url)
    asyncio.run(client.post_json("a", {}))
    before = open_files()
    for _ in range(30):
        asyncio.run(client.post_json("a", {}))
    assert open_files() <= before
    for _ in range(31):
        assert server.closed.acquire(timeout=_PATIENCE_SECONDS)


def test_cancelling_a_call_closes_its_socket(server: RawServer) -> None:
    async def nothing(writer: asyncio.StreamWriter) -> None:
        await writer.drain()

    server.send = nothing

    async def cancelled() -> None:
        task = asyncio.create_task(client_of(server.url).post_json("a", {}))
        await asyncio.to_thread(server.arrived.acquire)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert await asyncio.to_thread(server.closed.acquire, timeout=_PATIENCE_SECONDS)

    asyncio.run(cancelled())


def test_leaving_a_stream_closes_its_socket(server: RawServer) -> None:
    async def endless(writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\ndata: 1\n\n")
        await writer.drain()

    server.send = endless

    async def left() -> None:
        stream = client_of(server.url).stream("a", {})
        assert (await anext(stream)).data == b"1"
        await stream.aclose()
        assert await asyncio.to_thread(server.closed.acquire, timeout=_PATIENCE_SECONDS)

    asyncio.run(left())


def test_close_sessions_closes_a_running_loops_connections(server: RawServer) -> None:
    server.send = answer({})

    async def calls() -> None:
        client = client_of(server.url)
        await client.post_json("a", {})
        await asyncio.to_thread(weft_http.close_sessions)
        assert await asyncio.to_thread(server.closed.acquire, timeout=_PATIENCE_SECONDS)
        await client.post_json("a", {})

    asyncio.run(calls())
    assert server.opened == 2


_IN_A_PROCESS = """
import asyncio, os, sys, warnings
sys.path.insert(0, sys.argv[2])
from conftest import client_of
from weft.runtime.loop import enter_loop, run_sync

async def call():
    await enter_loop()
    return (await client_of(sys.argv[1]).post_json("a", {})).value

run_sync(call())
if sys.argv[3] == "fork":
    child = os.fork()
    if not child:
        ok = run_sync(call()) == {"ok": True}
        os._exit(0 if ok else 1)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    run_sync(call())
"""


@pytest.mark.parametrize(("what", "connections"), [("plain", 1), ("fork", 2)])
def test_a_process_ends_without_warnings(server: RawServer, what: str, connections: int) -> None:
    server.send = answer({"ok": True})
    command = [sys.executable, "-X", "dev", "-c", _IN_A_PROCESS, server.url, os.path.dirname(__file__), what]
    ended = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert (ended.returncode, ended.stderr) == (0, "")
    assert server.opened == connections
