"""Servers that do not start, die, come back, or say no."""

from __future__ import annotations

import asyncio
import os
import re
import signal
import sys
from typing import TYPE_CHECKING, Any

import pytest
from conftest import Heard, by_name, shop

import weft
import weft_mcp
from weft_mcp import HTTP, ServerError, Stdio

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


def failure(*servers: Any) -> str:
    """Return why servers cannot be connected to."""
    with pytest.raises(ServerError) as raised, weft.Tool.from_mcp(*servers):
        pass
    return str(raised.value)


def test_a_command_that_does_not_exist() -> None:
    said = failure(Stdio("no-such-command-anywhere"))
    assert said.startswith("The MCP server 'no-such-command-anywhere' cannot be started: FileNotFoundError:")


def test_a_server_that_dies_at_its_start_is_quoted() -> None:
    said = failure(Stdio(sys.executable, "-c", "import sys; sys.exit('there are no lamps today')"))
    assert re.fullmatch(
        r"The MCP server .* ended before it answered\. It wrote at last:\nthere are no lamps today", said
    )


def test_a_server_that_says_nothing() -> None:
    said = failure(Stdio(sys.executable, "-c", "import sys; sys.stdin.read()", connect_timeout=0.3))
    assert said.endswith("did not answer within 0.3 seconds.")


def test_one_server_that_fails_closes_the_others() -> None:
    heard = Heard("mcp.closed")
    with weft.listening(heard):
        failure(shop(), Stdio("no-such-command-anywhere"))
    assert [event.fields["error"] for event in heard.events] == [None]


def test_nobody_listens(http_shop: Callable[..., Any]) -> None:
    server = http_shop()
    server.stop()
    assert re.fullmatch(r"The MCP server 'http://127.0.0.1:\d+/mcp' cannot be reached: .*", failure(server.url))


def test_a_server_that_wants_a_key(http_shop: Callable[..., Any]) -> None:
    url = http_shop("--key").url
    assert failure(url).endswith("refused the connection: HTTP 401 Unauthorized: no key, no lamps.")
    headers = {"Authorization": weft.Secret("Bearer key-of-the-shop")}
    with weft.Tool.from_mcp(HTTP(url, headers=headers, allow=["header"])) as (header,):
        assert header(name="authorization") == "Bearer key-of-the-shop"
        assert "key-of-the-shop" not in asyncio.run(header.run('{"name": "authorization"}')).text


def test_a_killed_server_is_started_again() -> None:
    gone = Heard("mcp.closed")
    with weft.Tool.from_mcp(shop(allow=["process"])) as (process,), weft.listening(gone):
        before = process()
        os.kill(before, signal.SIGKILL)
        gone.wait()
        assert process() != before


def test_a_call_that_may_have_been_carried_out_is_not_repeated(tmp_path: Path) -> None:
    with weft.Tool.from_mcp(shop(allow=["die", "add"])) as tools:
        die, add = by_name(tools)["die"], by_name(tools)["add"]
        result = asyncio.run(die.run(f'{{"note": "{tmp_path / "note"}"}}'))
        assert result.error is not None
        assert "Whether the call was carried out is not known, so it was not repeated" in result.error
        assert result.error.endswith("It wrote at last:\noops, out of lamps")
        assert add(a=1) == 2
    assert (tmp_path / "note").read_text(encoding="utf-8") == "died\n"


def test_calls_at_once_start_a_killed_server_once() -> None:
    started, gone = Heard("mcp.connected"), Heard("mcp.closed")
    with weft.listening(started), weft.Tool.from_mcp(shop(allow=["process"])) as (process,), weft.listening(gone):
        os.kill(process(), signal.SIGKILL)
        gone.wait()

        async def main() -> list[int]:
            return await asyncio.gather(*(process.acall() for _ in range(10)))

        assert len(set(asyncio.run(main()))) == 1
    assert len(started.events) == 2


@pytest.mark.parametrize("flags", [(), ("--old",)], ids=["new protocol", "old protocol"])
def test_an_http_server_that_comes_back_is_used_again(http_shop: Callable[..., Any], flags: tuple[str, ...]) -> None:
    server = http_shop(*flags)
    with weft.Tool.from_mcp(HTTP(server.url, allow=["process"], reconnects=1)) as (process,):
        before = process()
        server.stop()
        with pytest.raises(ServerError, match="cannot be reached") as raised:
            process()
        assert raised.value.repeatable
        server.start_again()
        assert process() != before


@pytest.mark.parametrize("flags", [(), ("--old",)], ids=["new protocol", "old protocol"])
def test_an_http_server_that_dies_during_a_call(
    http_shop: Callable[..., Any], flags: tuple[str, ...], tmp_path: Path
) -> None:
    server = http_shop(*flags)
    with weft.Tool.from_mcp(HTTP(server.url, allow=["die", "add"])) as tools:
        die, add = by_name(tools)["die"], by_name(tools)["add"]
        with pytest.raises(ServerError, match="it was not repeated") as raised:
            die(note=str(tmp_path / "note"))
        assert not raised.value.repeatable
        server.start_again()
        assert add(a=1) == 2
    assert (tmp_path / "note").read_text(encoding="utf-8") == "died\n"


def test_a_tool_that_was_added_is_there_after_a_refresh() -> None:
    toolset = weft.Tool.from_mcp(shop(block=["add"]))
    with toolset as before:
        assert by_name(before)["grow"]() == "grown"
        after = by_name(asyncio.run(toolset.refresh()))
        assert after.keys() - by_name(before).keys() == {"sprout"}
        assert after["sprout"]() == "new"


def test_tools_are_of_no_use_when_their_block_has_ended() -> None:
    with weft.Tool.from_mcp(shop(allow=["add"])) as (add,):
        assert add(a=1) == 2
    with pytest.raises(weft_mcp.ServerError, match="is closed: its tools work inside the `with` block only"):
        add(a=1)


def test_a_toolset_can_be_opened_again() -> None:
    toolset = weft.Tool.from_mcp(shop(allow=["process"]))
    with toolset as (process,):
        first = process()
    with toolset as (process,):
        assert process() != first
