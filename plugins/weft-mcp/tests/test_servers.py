"""What can be said of a server, and what is refused before anything is started."""

from __future__ import annotations

import logging
import re
import subprocess
import sys
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

import pytest
from conftest import SERVER, shop
from mcp import StdioServerParameters, stdio_client

import weft
import weft_mcp
from weft.errors import OptionError, ToolError
from weft_mcp import HTTP, Stdio

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

WRONG: list[tuple[Any, str]] = [
    (lambda: Stdio(""), "Stdio needs a command, such as Stdio('python', '-m', 'acme_tools')."),
    (lambda: Stdio(7), "command of Stdio must be a text, not 7."),  # type: ignore[arg-type]
    (lambda: Stdio("x", 7), "args of Stdio must be a text, not 7."),  # type: ignore[arg-type]
    (lambda: Stdio("x", alow=["add"]), "Stdio has no option 'alow'. Did you mean 'allow'?"),  # type: ignore[call-arg]
    (lambda: Stdio("x", allow="add"), "allow of Stdio must be a list of names of tools, not 'add'."),
    (lambda: Stdio("x", env=["A=1"]), "env of Stdio must be a mapping of texts, not a list."),  # type: ignore[arg-type]
    (lambda: Stdio("x", env={"KEY": 1}), "env['KEY'] of Stdio must be a text, not a int."),  # type: ignore[dict-item]
    (lambda: Stdio("x", timeout=0), "timeout of Stdio must be a number of seconds above 0, not 0."),
    (lambda: Stdio("x", reconnects=-1), "reconnects of Stdio must be a number from 0, not -1."),
    (lambda: HTTP("tools.acme.example"), "HTTP needs a URL such as 'https://tools.example/mcp', not"),
    (lambda: HTTP("http://[::1"), "HTTP needs a URL such as 'https://tools.example/mcp', not 'http://[::1'."),
    (lambda: HTTP("https://x", header={}), "HTTP has no option 'header'. Did you mean 'headers'?"),  # type: ignore[call-arg]
    (lambda: HTTP("https://x", headers={"X": "a\nb"}), "headers['X'] of HTTP has a line break or another character"),
    (lambda: HTTP("http://"), "HTTP needs a URL such as 'https://tools.example/mcp', not"),
    (lambda: weft.Tool.from_mcp(), "A set of MCP tools needs a server"),
    (
        lambda: weft.Tool.from_mcp("server.py"),
        "A server is weft_mcp.Stdio('command', …), weft_mcp.HTTP('https://…') or",
    ),
]


@pytest.mark.parametrize(("make", "message"), WRONG, ids=[message for _, message in WRONG])
def test_what_cannot_be_is_refused(make: Any, message: str) -> None:
    with pytest.raises(OptionError, match=re.escape(message)):
        make()


def test_nothing_secret_is_shown() -> None:
    key = weft.Secret("key-argument")
    servers = [
        Stdio("server", "--key", key, env={"ACME": weft.Secret("key-secret"), "ACME_TOKEN": "key-plain"}),
        HTTP("https://ada:key-user@acme.example/mcp?key=key-query", headers={"Authorization": "Bearer key-header"}),
        HTTP(weft.Secret("https://acme.example/key-in-path/mcp")),
    ]
    assert repr(servers) == "[Stdio('server --key ***'), HTTP('https://acme.example/mcp'), HTTP('***')]"
    for server in servers:
        assert "key-" not in repr(vars(server))


def test_a_secret_that_a_tool_says_is_struck_out() -> None:
    server = shop(allow=["environment"], env={"SHOP_TOKEN": "key-of-the-shop", "LANGUAGE": "nb"})
    with weft.Tool.from_mcp(server) as (environment,):
        assert environment(name="LANGUAGE") == "nb"
        assert environment(name="SHOP_TOKEN") == "key-of-the-shop"
        calls = weft.ToolCalls([{"name": "environment", "arguments": {"name": "SHOP_TOKEN"}}])
        lm = weft.LM("scripted/x", answers=[{"calls": calls}, {"answer": "done"}], tools=True)
        result = weft.ReAct("question -> answer", tools=[environment])(question="?", lm=lm)
    assert result.trajectory[0].results[0].text == "***"


def test_no_secret_is_logged(http_shop: Any, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    url = http_shop().url.replace("http://", "http://ada:canary-user@") + "?key=canary-query"
    far = weft_mcp.HTTP(url, headers={"X-Api-Key": "canary-header"}, allow=["add"], prefix="far_")
    near = shop(weft.Secret("canary-argument"), env={"SHOP_TOKEN": "canary-token"}, allow=["add"])
    with weft.Tool.from_mcp(far, near) as tools:
        assert [tool(a=1) for tool in tools] == [2, 2]
    assert "HTTP Request: POST" in caplog.text
    assert "canary" not in caplog.text


def test_only_allowed_tools_are_taken() -> None:
    with weft.Tool.from_mcp(shop(allow=["add", "greet"])) as tools:
        assert [tool.name for tool in tools] == ["add", "greet"]


def test_blocked_tools_are_left() -> None:
    with weft.Tool.from_mcp(shop(block=["die", "hang"])) as tools:
        assert {"die", "hang"}.isdisjoint({tool.name for tool in tools})
        assert len(tools) > 5


def test_a_misspelt_tool_is_refused() -> None:
    with (
        pytest.raises(ToolError, match=r"has no tool 'greeet', which allow names\. Did you mean 'greet'\?"),
        weft.Tool.from_mcp(shop(allow=["greeet"])),
    ):
        pass


def test_two_servers_need_a_prefix_where_names_clash() -> None:
    with (
        pytest.raises(ToolError, match=r"Two tools would be called 'add': 'add' of .* Give a server a prefix, as in"),
        weft.Tool.from_mcp(shop(allow=["add"]), shop(allow=["add", "greet"])),
    ):
        pass


def test_two_servers_at_once(http_shop: Any) -> None:
    servers = (shop(allow=["process"]), weft_mcp.HTTP(http_shop().url, allow=["process"], prefix="far_"))
    with weft.Tool.from_mcp(*servers) as tools:
        assert [tool.name for tool in tools] == ["process", "far_process"]
        near, far = (tool() for tool in tools)
        assert near != far


class Elsewhere(weft_mcp.Server):
    """A way to reach a server that weft-mcp does not know."""

    def __init__(self, **options: Any) -> None:
        super().__init__("a shop elsewhere", **options)

    @asynccontextmanager
    async def transport(self, last_words: weft_mcp.LastWords) -> AsyncIterator[Any]:
        with last_words.listening() as aside:
            async with stdio_client(StdioServerParameters(command=sys.executable, args=[SERVER]), aside) as streams:
                aside.close()
                yield streams


def test_a_way_to_reach_servers_can_be_added() -> None:
    with weft.Tool.from_mcp(Elsewhere(allow=["add"])) as (add,):
        assert add(a=1) == 2


def test_a_tool_may_have_a_time_of_its_own() -> None:
    with weft.Tool.from_mcp(shop(allow=["add"], timeout=7.5)) as (add,):
        assert add.timeout == 7.5


def test_importing_the_plugin_loads_nothing_heavy() -> None:
    code = (
        "import sys, weft_mcp; weft_mcp.Stdio('x'); weft_mcp.HTTP('http://x');"
        "print([name for name in ('mcp', 'httpx2', 'anyio', 'asyncio', 'pydantic') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
