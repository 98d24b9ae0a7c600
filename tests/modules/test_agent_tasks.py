"""An agent answers twenty tasks with real tools, natively and by text; tools that misbehave change nothing."""

from __future__ import annotations

import asyncio
import json
import re
import sqlite3
import subprocess
import sys
import threading
from functools import partial
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

import weft

from .agent_tasks import NOTES, SCHEMA, TASKS, Call, Task

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

Tools = list["weft.Tool[..., Any]"]


def database(path: Path) -> Callable[..., Any]:
    connection = sqlite3.connect(path)
    connection.executescript(SCHEMA)
    connection.close()

    def query_database(sql: str) -> list[dict[str, Any]]:
        """Ask the shop's database, which is SQLite, with tables customers, products and orders.

        Args:
            sql: one SELECT.
        """
        opened = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
        try:
            opened.row_factory = sqlite3.Row
            return [dict(row) for row in opened.execute(sql)]
        finally:
            opened.close()

    return query_database


def folder(path: Path) -> Callable[..., Any]:
    for name, text in NOTES.items():
        (path / name).parent.mkdir(parents=True, exist_ok=True)
        (path / name).write_text(text, encoding="utf-8")

    def lines(text: str) -> list[str]:
        found = [(file, file.read_text(encoding="utf-8")) for file in sorted(path.rglob("*.txt"))]
        return [f"{file.name}: {line}" for file, whole in found for line in whole.splitlines() if text in line]

    async def search_notes(text: str) -> list[str]:
        """Return every line of the notes that holds a text, with the file's name."""
        return await asyncio.to_thread(lines, text)

    return search_notes


class Server:
    """The client of a process that serves tools."""

    def __init__(self) -> None:
        command = [sys.executable, str(Path(__file__).with_name("tool_server.py"))]
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self._lock = threading.Lock()

    def ask(self, **asked: Any) -> Any:
        stdin, stdout = self._process.stdin, self._process.stdout
        assert stdin is not None
        assert stdout is not None
        with self._lock:
            stdin.write(json.dumps(asked) + "\n")
            stdin.flush()
            return json.loads(stdout.readline())

    def tools(self) -> Tools:
        def call(name: str, **arguments: Any) -> Any:
            return self.ask(method="tools/call", name=name, arguments=arguments)

        return [
            weft.Tool(
                partial(call, told["name"]),
                name=told["name"],
                desc=told["description"],
                parameters=told["inputSchema"],
            )
            for told in self.ask(method="tools/list")
        ]

    def close(self) -> None:
        with self._process:
            self._process.communicate()


@pytest.fixture(scope="module", params=["lines", *(["mcp"] if find_spec("weft_mcp") else [])])
def served(request: pytest.FixtureRequest) -> Iterator[Tools]:
    """Tools of another process, which speaks MCP where weft-mcp is installed: in the session `together`."""
    if request.param == "lines":
        server = Server()
        yield server.tools()
        server.close()
        return
    from weft_mcp import Stdio

    server_by_mcp = Path(__file__).parents[1] / "together" / "mcp_server.py"
    with weft.Tool.from_mcp(Stdio(sys.executable, str(server_by_mcp))) as tools:
        yield list(tools)


@pytest.fixture(scope="module")
def tools(served: Tools, tmp_path_factory: pytest.TempPathFactory) -> list[Any]:
    path = tmp_path_factory.mktemp("shop")
    return [database(path / "shop.db"), folder(path / "notes"), *served]


async def hang() -> None:
    """Never answer."""
    await asyncio.Event().wait()


def fail() -> None:
    """Raise."""
    raise RuntimeError("boom")


def flood() -> str:
    """Answer with a megabyte."""
    return "flood " * 180_000


TROUBLE: Tools = [weft.Tool(hang, timeout=0.01), weft.Tool(fail), weft.Tool(flood)]


def model(task: Task, troubled: bool, native: bool) -> weft.LM:
    """Return a model that solves a task by what it reads in the prompt, and by nothing else."""

    def answer(request: weft.Request) -> Any:
        seen = observations(request)
        known: dict[str, str] = {}
        for step, results in zip(task.steps, seen, strict=False):
            learned = re.search(step.learn, "\n".join(results))
            assert learned is not None, f"{step.learn} is not in {results}"
            known.update(learned.groupdict())
        if len(seen) == len(task.steps):
            return calls([("finish", {"answer": task.says.format_map(known)})])
        made = [(name, filled(arguments, known)) for name, arguments in task.steps[len(seen)].calls]
        return calls([("hang", {}), *made, ("fail", {}), ("flood", {})] if troubled else made)

    return weft.LM("scripted/solver", answers=answer, tools=native, pieces=50)


def observations(request: weft.Request) -> list[list[str]]:
    """Return what the tools answered, step by step, as the prompt shows it; that of troublesome tools left out."""
    if request.tools:
        return [
            [answered[call.id] for call in turn.tool_calls if call.name not in ("hang", "fail", "flood")]
            for answered in [{turn.tool_call_id: turn.text for turn in request.messages if turn.role == "tool"}]
            for turn in request.messages
            if turn.tool_calls
        ]
    steps = [part.text for part in request.messages[-1].parts if part.kind == "history"]
    return [re.findall(r"^Call: (?!hang|fail|flood).*\nResult: (.*)", step, re.MULTILINE) for step in steps]


def filled(arguments: dict[str, Any], known: dict[str, str]) -> dict[str, Any]:
    """Return arguments with what was learned; a number stays one."""
    texts = {name: value.format_map(known) if isinstance(value, str) else value for name, value in arguments.items()}
    numbers = ("value", "days")
    return {
        name: json.loads(value) if name in numbers and isinstance(value, str) else value
        for name, value in texts.items()
    }


def calls(made: list[Call]) -> dict[str, Any]:
    return {"calls": weft.ToolCalls([{"name": name, "arguments": arguments} for name, arguments in made])}


def test_there_are_twenty_tasks() -> None:
    assert len({task.question for task in TASKS}) == 20


@pytest.mark.parametrize("troubled", [False, True], ids=["", "troubled"])
@pytest.mark.parametrize("native", [True, False], ids=["native", "text"])
@pytest.mark.parametrize("task", TASKS, ids=[task.question for task in TASKS])
def test_the_agent_answers(task: Task, native: bool, troubled: bool, tools: list[Any]) -> None:
    agent = weft.ReAct("question -> answer", [*tools, *(TROUBLE if troubled else [])], lm=model(task, troubled, native))
    *events, result = list(agent.stream(question=task.question))
    assert isinstance(result, weft.Prediction)
    assert result.answer == task.answer
    assert result.trajectory.ended == "finish"
    assert len(result.trajectory) == len(task.steps) + 1
    told = [event for event in events if isinstance(event, weft.StatusEvent) and event.kind == "tool.end"]
    assert len(told) == sum(len(step.calls) + (3 if troubled else 0) for step in task.steps)
    chunks = [event for event in events if isinstance(event, weft.FieldChunk) and event.field == "calls"]
    assert [chunk.value for chunk in chunks if chunk.last] == [step.calls for step in result.trajectory]
    if troubled:
        hung, *_, failed, flooded = result.trajectory[0].results
        assert (hung.ok, failed.text, flooded.missing) == (False, "RuntimeError: boom", 1_070_000)


@pytest.mark.parametrize("native", [True, False], ids=["native", "text"])
def test_all_tasks_at_once(native: bool, tools: list[Any]) -> None:
    async def main() -> list[str]:
        agent = weft.ReAct("question -> answer", tools)
        asked = [agent.acall(question=task.question, lm=model(task, False, native)) for task in TASKS]
        return [result.answer for result in await asyncio.gather(*asked)]

    assert asyncio.run(main()) == [task.answer for task in TASKS]


@pytest.mark.parametrize("native", [True, False], ids=["native", "text"])
@pytest.mark.parametrize("task", TASKS, ids=[task.question for task in TASKS])
def test_the_steps_are_streamed(task: Task, native: bool, tools: list[Any]) -> None:
    agent = weft.ReAct("question -> answer", tools, lm=model(task, False, native))
    *events, result = agent.stream(question=task.question)
    assert result.answer == task.answer
    ended = [event.fields for event in events if isinstance(event, weft.StatusEvent) and event.kind == "tool.end"]
    told = {(fields["name"], fields["error"] or fields["text"]) for fields in ended}
    steps = list(result.trajectory)[:-1]
    assert told == {(call.name, one.text) for step in steps for call, one in zip(step.calls, step.results, strict=True)}
