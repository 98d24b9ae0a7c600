"""A server in a process of its own is told and asked as one in a thread is."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
from http_client import CHAT, call, chat, chat_body

from pytest_weft.server import Answer, Chances, Fault, Limits, ModelServer, ServerProcess, ToolCall, Usage

if TYPE_CHECKING:
    from collections.abc import Generator


@pytest.fixture(scope="module")
def running() -> Generator[ServerProcess]:
    with ModelServer.start_process() as server:
        yield server


@pytest.fixture
def child(running: ServerProcess) -> ServerProcess:
    running.change(answer=None, faults=None, limits=None)
    running.reset()
    return running


def test_it_answers_and_remembers(child: ServerProcess) -> None:
    child.change(answer=["one", Answer("two words", usage=Usage(7, 2))])
    texts = [chat(child, "żółć").json["choices"][0]["message"]["content"] for _ in range(2)]
    assert texts == ["one", "two words"]
    assert child.usage == Usage(8, 3)
    assert child.counts == {(CHAT, 200): 2}
    received = child.requests[0]
    assert (received.format, received.messages) == ("openai.chat", (("user", "żółć"),))
    assert received.body == json.loads(received.raw) == chat_body("żółć")


def test_it_takes_tool_calls_faults_limits_and_chances(child: ServerProcess) -> None:
    child.change(answer=Answer(tool_calls=[ToolCall("f", {"x": 1})]), faults=[Fault("status", status=503), None])
    assert chat(child).status == 503
    assert chat(child).json["choices"][0]["message"]["tool_calls"][0]["function"]["name"] == "f"
    child.change(limits=Limits(requests=1, minute=3600.0))
    assert [chat(child).status for _ in range(2)] == [200, 429]
    child.change(limits=None, faults=Chances({Fault("status", status=502): 1.0}))
    assert chat(child).status == 502
    assert child.tally.limited == 1


def test_asking_is_not_counted(child: ServerProcess) -> None:
    child.change(faults=Fault("reset"))
    assert (child.tally.opened, child.tally.open, child.exchanges) == (0, 0, [])


def test_a_function_cannot_go_there(child: ServerProcess) -> None:
    with pytest.raises(TypeError, match="cannot take a function as 'answer'"):
        child.change(answer=lambda received: "")


def test_it_says_what_is_wrong_with_what_it_is_told(child: ServerProcess) -> None:
    wrong = call(child, "POST", "/__weft__/control", {"answr": "x"})
    unknown = call(child, "GET", "/__weft__/nothing")
    assert (wrong.status, unknown.status) == (400, 404)
    assert "answr" in wrong.json["error"]
    assert "no 'nothing'" in unknown.json["error"]


def test_closing_ends_the_process() -> None:
    server = ModelServer.start_process(answer="x", key="sk-1")
    assert chat(server).status == 401
    server.close()
    assert server.process.returncode == 0


def test_options_that_do_not_exist_end_it() -> None:
    with pytest.raises(ValueError, match="answr"):
        ModelServer.start_process(answr="x")  # pyright: ignore[reportCallIssue]


def test_the_command_line_starts_one() -> None:
    command = [sys.executable, "-m", "pytest_weft.server", "--answer", "Hi", "--until-eof"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        server = ServerProcess(process, process.stdout.readline().strip())
        assert chat(server).json["choices"][0]["message"]["content"] == "Hi"
