"""Monty: what is said where it cannot be had, workers that die, and workers that are shared."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest

import weft
from weft.errors import InterpreterError

_PATIENCE = 60
_BUSY = """
import asyncio, threading, weft
begun = threading.Event()
async def work():
    async with weft.Interpreter("monty", seconds=1000).session(tools={"begin": begun.set}) as session:
        await session.run("begin()\\nwhile True: pass")
threading.Thread(target=asyncio.run, args=(work(),), daemon=True).start()
begun.wait()
print("begun", flush=True)
"""
_FORK = """
import os, weft
print(weft.Interpreter("monty")("6 * 7").value, flush=True)
if os.fork() == 0:
    try:
        weft.Interpreter("monty")("1")
    except weft.errors.InterpreterError as error:
        print(type(error).__name__, flush=True)
    os._exit(0)
os.wait()
print(weft.Interpreter("monty")("2").value)
"""
_ONCE = 'import weft\nprint(weft.Interpreter("monty")("6 * 7").value)'


def workers() -> list[int]:
    """Return the workers of this process that have not ended."""
    numbers = [int(n) for task in Path("/proc/self/task").iterdir() for n in (task / "children").read_text().split()]
    return [n for n in numbers if "monty" in (stat := Path(f"/proc/{n}/stat").read_text()) and ") Z " not in stat]


def in_a_process(code: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run code in a Python of its own."""
    return subprocess.run(
        [sys.executable, "-W", "error", "-c", code],
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        timeout=_PATIENCE,
        check=False,
    )


def test_missing_package_is_said() -> None:
    ran = in_a_process(f"import sys\nsys.modules['pydantic_monty'] = None\n{_ONCE}")
    assert "InterpreterError: The interpreter 'monty' needs the package pydantic-monty" in ran.stderr
    assert "pip install pydantic-monty" in ran.stderr


def test_missing_program_is_said() -> None:
    ran = in_a_process(_ONCE, MONTY_BIN="/no/such/program")
    assert "InterpreterError: Monty could not be started" in ran.stderr


def test_process_ends_cleanly() -> None:
    ran = in_a_process(_ONCE)
    assert (ran.stdout, ran.stderr, ran.returncode) == ("42\n", "", 0)


def test_forked_child_is_told_that_it_cannot() -> None:
    ran = in_a_process(_FORK)
    assert ran.stdout == "42\nInterpreterError\n2\n", ran.stderr


def test_process_ends_though_code_runs() -> None:
    ran = in_a_process(_BUSY)
    assert (ran.stdout, ran.returncode) == ("begun\n", 0)  # and it has not waited for a worker with its pipes


def test_dead_worker_is_an_error_and_stays_one() -> None:
    async def work() -> None:
        async with weft.Interpreter("monty").session() as session:
            await session.run("x = 1")
            for number in workers():
                os.kill(number, signal.SIGKILL)
            for _ in range(2):
                with pytest.raises(InterpreterError, match="is gone"):
                    await session.run("x")

    asyncio.run(work())
    assert weft.Interpreter("monty")("1 + 1").value == 2


def test_workers_that_died_while_they_waited_are_replaced() -> None:
    assert weft.Interpreter("monty")("1").ok
    for number in workers():
        os.kill(number, signal.SIGKILL)
    assert weft.Interpreter("monty")("6 * 7").value == 42


def test_one_worker_serves_session_after_session() -> None:
    first = weft.Interpreter("monty")("1").value, workers()
    second = weft.Interpreter("monty")("1").value, workers()
    assert first == second


def test_loops_and_threads_share_workers() -> None:
    found: list[object] = []

    def work() -> None:
        async def run() -> None:
            found.append((await weft.Interpreter("monty").acall("6 * 7")).value)

        asyncio.run(run())

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [42] * 4


def test_many_sessions_at_once() -> None:
    async def work() -> list[object]:
        async def one(number: int) -> object:
            async with weft.Interpreter("monty").session() as session:
                await session.run(f"x = {number}")
                return (await session.run("x")).value

        return await asyncio.gather(*(one(number) for number in range(12)))

    assert asyncio.run(work()) == list(range(12))


def test_values_of_its_own_kinds_come_as_text() -> None:
    code = (
        "from dataclasses import dataclass\n@dataclass\nclass Point:\n    x: int\n    log: list\n[Point(1, [2]), b'a']"
    )
    assert weft.Interpreter("monty")(code).value == ["Point(x=1, log=<list>)", "b'a'"]


def test_sleeping_takes_the_codes_time() -> None:
    run = weft.Interpreter("monty", seconds=0.2)("import time\ntime.sleep(1000)")
    assert "TimeoutError" in (run.error or "")
    assert weft.Interpreter("monty")("import time\ntime.sleep(0.01)\n'slept'").value == "slept"
