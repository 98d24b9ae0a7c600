"""The Interpreter contract: what weft does around any engine."""

from __future__ import annotations

import asyncio
from datetime import date
from typing import TYPE_CHECKING, Any

import pytest
from pydantic import BaseModel

import weft
from pytest_weft.in_process import InProcessInterpreter, InProcessSession
from weft.errors import (
    InputError,
    InterpreterError,
    NotConfiguredError,
    OptionError,
    PluginContractError,
    PluginNotFound,
    ToolError,
)
from weft.interpreter.current import current_interpreter
from weft.registry import register

if TYPE_CHECKING:
    from collections.abc import Mapping


def runs(*codes: str, interpreter: weft.Interpreter | None = None, **tools: Any) -> list[weft.Execution]:
    """Return what pieces of code give in one session with tools."""

    async def session() -> list[weft.Execution]:
        async with (interpreter or InProcessInterpreter()).session(tools=tools) as opened:
            return [await opened.run(code) for code in codes]

    return asyncio.run(session())


class Giving(weft.Interpreter):
    """Gives the same for whatever code."""

    def __init__(self, execution: Any, *, output_limit: int = 100) -> None:
        super().__init__(output_limit=output_limit)
        self.execution = execution

    async def open(self, tools: Mapping[str, weft.HostTool]) -> weft.InterpreterSession:
        giving = self.execution

        class Session(weft.InterpreterSession):
            async def execute(self, code: str, variables: Mapping[str, Any]) -> weft.Execution:
                if isinstance(giving, Exception):
                    raise giving
                return giving

        return Session()


@pytest.mark.usefixtures("isolated_registry")
def test_a_registered_engine_is_found_by_name_and_by_the_setting() -> None:
    register("interpreter", "here", InProcessInterpreter)
    assert weft.Interpreter("here", seconds=3).seconds == 3.0
    with weft.context(interpreter="here"):
        assert current_interpreter()("6 * 7").value == 42


@pytest.mark.usefixtures("isolated_registry")
def test_the_default_is_monty_and_its_package_is_named() -> None:
    with pytest.raises(PluginNotFound, match=r"provides the interpreter 'monty'\..*pip install weft-sandbox"):
        current_interpreter()


def test_what_is_no_interpreter_is_refused() -> None:
    with pytest.raises(NotConfiguredError, match="An Interpreter or a name such as 'monty' is needed, not 3"):
        current_interpreter(3)  # type: ignore[arg-type]


def test_an_instance_passes_through() -> None:
    mine = InProcessInterpreter()
    assert weft.Interpreter(mine) is mine
    assert current_interpreter(mine) is mine


@pytest.mark.parametrize("limit", [0, -1, float("inf"), float("nan"), True, "3", None])
def test_limits_are_numbers_above_0(limit: Any) -> None:
    with pytest.raises(OptionError, match="memory_mb of an interpreter must be a number above 0"):
        InProcessInterpreter(memory_mb=limit)


def test_an_engine_must_write_open_and_open_a_session() -> None:
    class Empty(weft.Interpreter):
        pass

    class Odd(weft.Interpreter):
        async def open(self, tools: Mapping[str, weft.HostTool]) -> Any:
            return "session"

    with pytest.raises(PluginContractError, match="Empty must define 'open'"):
        Empty()
    with pytest.raises(PluginContractError, match="Odd opened 'session', which is no session"):
        Odd()("1")


def test_a_dead_sandbox_ends_its_session() -> None:
    async def session() -> None:
        async with Giving(InterpreterError("The jail is gone.")).session() as opened:
            with pytest.raises(InterpreterError, match=r"^The jail is gone\.$"):
                await opened.run("1")
            with pytest.raises(InterpreterError, match="cannot go on after its sandbox has failed: The jail is gone"):
                await opened.run("1")

    asyncio.run(session())


def test_what_an_engine_gives_is_cut_and_made_plain() -> None:
    run = Giving(weft.Execution("x" * 500, (1, {2: {3}}), "e" * 500))("")
    assert run.output == "x" * 100 + "\n[… the rest was left out …]"
    assert run.error == "e" * 100 + "\n[… the rest was left out …]"
    assert run.value == [1, {"2": [3]}]


def test_halves_of_characters_do_not_get_out() -> None:
    run = Giving(weft.Execution("\ud83d", ["\ud83d", {"\ud83d": 1}], "\ud83d"))("")
    assert (run.output, run.value, run.error) == ("?", ["?", {"?": 1}], "?")


def test_values_too_large_to_be_written_are_errors() -> None:
    shared: Any = "x" * 1000
    for _ in range(20):
        shared = [shared] * 10
    endless: list[Any] = []
    endless.append(endless)
    for value in (shared, endless):
        run = Giving(weft.Execution(value=value))("")
        assert run.value is None
        assert (run.error or "").startswith("ValueError: The value of the last line cannot leave the interpreter: ")


def test_execution_reads_like_a_prompt() -> None:
    assert str(weft.Execution("a\n", [1], None)) == "a\n[1]"
    assert str(weft.Execution("", None, None)) == ""
    assert str(weft.Execution("a\n", None, "TimeoutError: late", lost=True)).splitlines() == [
        "a",
        "TimeoutError: late",
        "The interpreter was started afresh: nothing that was defined before is left.",
    ]


def test_code_is_a_text() -> None:
    with pytest.raises(InputError, match="Code is a text, not 3"):
        InProcessInterpreter()(3)  # type: ignore[arg-type]


def test_tools_need_python_names_and_functions() -> None:
    for name in ("no name", "class", "a-b"):
        with pytest.raises(ToolError, match=f"{name!r} cannot name a tool in code"):
            runs("1", **{name: len})
    with pytest.raises(ToolError, match="'find' has no function"):
        runs("1", find=weft.Tool(name="find", parameters={}))


class Person(BaseModel):
    name: str
    born: date


def test_tools_give_whatever_pydantic_can_write() -> None:
    def person() -> Person:
        return Person(name="Ada", born=date(1815, 12, 10))

    (run,) = runs("person()", person=person)
    assert run.value == {"name": "Ada", "born": "1815-12-10"}


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (ValueError("v"), "ValueError: v"),
        (KeyError("k"), "KeyError: 'k'"),
        (InputError("weft's own"), "TypeError: weft's own"),
        (UnicodeDecodeError("utf-8", b"x", 0, 1, "bad"), "UnicodeError: 'utf-8' codec can't decode"),
        (ExceptionGroup("several", [ValueError("v")]), "RuntimeError: ExceptionGroup: several"),
        (type("Own", (Exception,), {})("o"), "RuntimeError: Own: o"),
        (ConnectionResetError("c"), "ConnectionResetError: c"),
    ],
)
def test_errors_of_tools_are_the_nearest_that_code_knows(error: Exception, told: str) -> None:
    def fail() -> None:
        raise error

    (run,) = runs("fail()", fail=fail)
    assert told in (run.error or "").splitlines()[-1]


def test_secrets_do_not_reach_the_code() -> None:
    key = weft.Secret("sk-canary-123456")

    def fail() -> None:
        raise ValueError(f"the key {key.reveal()} is refused")

    (run,) = runs("try:\n    fail()\nexcept ValueError as error:\n    said = str(error)\nsaid", fail=fail)
    assert run.value == "the key *** is refused"


def test_a_tool_of_the_host_is_called_in_its_own_context() -> None:
    def limit() -> int:
        return weft.settings.concurrency

    with weft.context(concurrency=3):
        (run,) = runs("limit()", limit=limit)
    assert run.value == 3


def test_runs_are_events() -> None:
    heard: list[weft.Event] = []
    with weft.listening(heard.append):
        InProcessInterpreter()("1")
        InProcessInterpreter()("1 / 0")
    told = [event.fields for event in heard if event.kind == "interpreter.run"]
    assert [(one["interpreter"], one["ok"], one["lost"]) for one in told] == [
        ("InProcessInterpreter", True, False),
        ("InProcessInterpreter", False, False),
    ]


def test_runs_of_one_session_wait_for_each_other() -> None:
    async def session() -> list[Any]:
        async with InProcessInterpreter().session(tools={"pause": asyncio.sleep}) as opened:
            code = "log = globals().get('log', [])\nlog.append('in')\npause(0.01)\nlog.append('out')\nlog"
            ran = await asyncio.gather(opened.run(code), opened.run(code), opened.run(code))
            return ran[-1].value

    assert asyncio.run(session()) == ["in", "out"] * 3


def test_a_cancelled_run_ends_its_session() -> None:
    async def session() -> None:
        async with InProcessInterpreter().session() as opened:
            run = asyncio.ensure_future(opened.run("while True:\n    pass"))
            await asyncio.wait([run], timeout=0.05)
            run.cancel()
            await asyncio.wait([run])
            with pytest.raises(InterpreterError, match="a run of it was cancelled"):
                await opened.run("1")

    asyncio.run(session())


def test_probe_says_what_is_wrong() -> None:
    asyncio.run(InProcessInterpreter().probe())
    with pytest.raises(InterpreterError, match="Giving does not work: 6 \\* 7 gave Execution"):
        asyncio.run(Giving(weft.Execution(value=41)).probe())


def test_engines_need_no_init() -> None:
    class Plain(weft.Interpreter):
        async def open(self, tools: Mapping[str, weft.HostTool]) -> weft.InterpreterSession:
            return InProcessSession(self.seconds, tools)

    assert Plain(seconds=1)("6 * 7").value == 42
