"""bubblewrap: what is said where it cannot be had, packages, and processes that stop, die and leave nothing behind."""

from __future__ import annotations

import asyncio
import os
import platform
import select
import signal
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from conftest import needs_bubblewrap

import weft
from weft.errors import InterpreterError, OptionError

if TYPE_CHECKING:
    from collections.abc import Generator

_PATIENCE = 20
_HOLDS_A_SESSION = """
import asyncio, os, weft
async def main():
    async with weft.Interpreter("bubblewrap").session() as session:
        await session.run("1")
        print("ready", flush=True)
        await asyncio.sleep(1000)
asyncio.run(main())
"""
_LIMIT = 'print(weft.Interpreter("bubblewrap")("import resource; resource.getrlimit(resource.RLIMIT_CPU)").value)'


def children(number: int) -> list[int]:
    """Return the processes that a process has started."""
    tasks = Path(f"/proc/{number}/task")
    return [int(child) for task in tasks.iterdir() for child in (task / "children").read_text().split()]


def jail_and_inside() -> tuple[int, int]:
    """Return the numbers of the one bubblewrap that this process has started, and of the Python in its jail."""
    (jail,) = [number for number in children(os.getpid()) if Path(f"/proc/{number}/comm").read_text() == "bwrap\n"]
    (inside,) = children(jail)
    return jail, inside


def stands_still(number: int) -> bool:
    """Whether a process comes to stand still, as the kernel has it, all of its threads included."""
    deadline = time.monotonic() + _PATIENCE
    while time.monotonic() < deadline:
        states = [(task / "stat").read_text() for task in Path(f"/proc/{number}/task").iterdir()]
        if all(state.rpartition(")")[2].split()[0] == "T" for state in states):
            return True
    return False


@contextmanager
def dead_after(number: int) -> Generator[None, None, None]:
    """Wait after a block until a process has ended."""
    watched = os.pidfd_open(number)
    try:
        yield
        assert select.select([watched], [], [], _PATIENCE)[0], "a process of the sandbox is still there"
    finally:
        os.close(watched)


def put_bwrap(monkeypatch: pytest.MonkeyPatch, folder: Path, script: str) -> None:
    """Let a script of the shell be the bubblewrap that is found."""
    program = folder / "bwrap"
    program.write_text(f"#!/bin/sh\n{script}\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{folder}:{os.environ['PATH']}")


def test_missing_program_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    with pytest.raises(InterpreterError, match=r"needs Linux and the program bwrap.*apt-get install bubblewrap"):
        weft.Interpreter("bubblewrap")("1")


def test_forbidden_namespaces_are_said(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    put_bwrap(monkeypatch, tmp_path, "echo 'bwrap: setting up uid map: Permission denied' >&2\nexit 1")
    with pytest.raises(InterpreterError, match=r"setting up uid map: Permission denied\).*namespaces are forbidden"):
        weft.Interpreter("bubblewrap")("1")


def test_python_that_fails_in_the_jail_is_said_before_code_is_run(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    script = "import sys; sys.stdin.readline(); raise ImportError('no json')"
    put_bwrap(monkeypatch, tmp_path, f'exec "{sys.executable}" -c "{script}"')

    async def opened() -> None:
        async with weft.Interpreter("bubblewrap").session():
            pytest.fail("there is a session without a sandbox")

    with pytest.raises(InterpreterError, match=r"(?s)could not start Python in a sandbox .*ImportError: no json\)\.$"):
        asyncio.run(opened())


def test_unknown_machine_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(platform, "machine", lambda: "pdp11")
    with pytest.raises(InterpreterError, match="knows the machines x86_64 and aarch64, and this is 'pdp11'"):
        weft.Interpreter("bubblewrap")("1")


def test_wrong_packages_are_refused() -> None:
    with pytest.raises(OptionError, match="no folder of packages '/no/such/folder'"):
        weft.Interpreter("bubblewrap", packages=["/no/such/folder"])
    with pytest.raises(OptionError, match=r"is a list of folders: \['/usr'\]"):
        weft.Interpreter("bubblewrap", packages="/usr")


@needs_bubblewrap
def test_packages_can_be_imported_and_not_changed(tmp_path: Path) -> None:
    (tmp_path / "seven.py").write_text("VALUE = 7\n")
    interpreter = weft.Interpreter("bubblewrap", packages=[tmp_path])
    assert interpreter("import seven\nseven.VALUE").value == 7
    assert not interpreter("import seven\nopen(seven.__file__, 'w')").ok
    assert (tmp_path / "seven.py").read_text() == "VALUE = 7\n"


@needs_bubblewrap
def test_other_packages_of_this_environment_are_not_there() -> None:
    found = weft.Interpreter("bubblewrap")(
        "import importlib.util\n[importlib.util.find_spec(n) for n in ('weft', 'pip')]"
    )
    assert found.value == [None, None]


@needs_bubblewrap
def test_nothing_runs_between_runs() -> None:
    async def work() -> None:
        spin = "import threading\ndef spin():\n    while True: pass\nthreading.Thread(target=spin, daemon=True).start()"
        async with weft.Interpreter("bubblewrap").session() as session:
            await session.run(spin)
            assert stands_still(jail_and_inside()[1])
            assert (await session.run("6 * 7")).value == 42
            assert stands_still(jail_and_inside()[1])

    asyncio.run(work())


@needs_bubblewrap
def test_nothing_runs_while_a_tool_works() -> None:
    async def look() -> bool:
        return stands_still(jail_and_inside()[1])

    async def work() -> object:
        async with weft.Interpreter("bubblewrap").session(tools={"look": look}) as session:
            return (await session.run("look()")).value

    assert asyncio.run(work()) is True


@needs_bubblewrap
def test_killed_sandbox_is_an_error_and_stays_one() -> None:
    async def work() -> None:
        async with weft.Interpreter("bubblewrap").session() as session:
            await session.run("x = 1")
            jail, inside = jail_and_inside()
            with dead_after(inside):
                os.kill(jail, signal.SIGKILL)
            for _ in range(2):
                with pytest.raises(InterpreterError, match="killed by signal 9"):
                    await session.run("x")

    asyncio.run(work())
    assert weft.Interpreter("bubblewrap")("1").value == 1


@needs_bubblewrap
def test_process_that_the_code_ended_is_its_own_failure() -> None:
    async def work() -> list[weft.Execution]:
        async with weft.Interpreter("bubblewrap").session() as session:
            return [await session.run(code) for code in ("x = 1", "print('last')\nimport os\nos._exit(3)", "x")]

    _, ended, after = asyncio.run(work())
    assert (ended.output, ended.lost) == ("last\n", True)
    assert ended.error == "SystemExit: The code ended its process, with status 3."
    assert (after.error or "").endswith("NameError: name 'x' is not defined")


@needs_bubblewrap
def test_lower_limits_of_the_host_stay() -> None:
    code = f"import resource\nresource.setrlimit(resource.RLIMIT_CPU, (900, 900))\nimport weft\n{_LIMIT}"
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (ran.stdout, ran.stderr) == ("[900, 900]\n", "")


@needs_bubblewrap
def test_dies_with_its_host() -> None:
    with subprocess.Popen([sys.executable, "-c", _HOLDS_A_SESSION], stdout=subprocess.PIPE, text=True) as host:
        assert host.stdout is not None
        assert host.stdout.readline() == "ready\n"
        (jail,) = children(host.pid)
        (inside,) = children(jail)
        with dead_after(jail), dead_after(inside):
            host.kill()


@needs_bubblewrap
def test_variables_may_be_long() -> None:
    interpreter = weft.Interpreter("bubblewrap", memory_mb=512)
    assert interpreter("len(text), text[-1]", {"text": "a" * 20_000_000 + "b"}).value == [20_000_001, "b"]
