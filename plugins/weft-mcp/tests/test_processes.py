"""Nothing is left behind: processes end when a block ends, is cancelled, or is never left at all."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
from conftest import SERVER, shop

import weft
import weft_mcp

if TYPE_CHECKING:
    from pathlib import Path

LEFT_OPEN = """
import asyncio, sys, weft, weft_mcp
server = weft_mcp.Stdio(sys.executable, sys.argv[1], "--stubborn", allow=["process"])
toolset = weft.Tool.from_mcp(server)
(process,) = asyncio.run(toolset.open())
print(process())
"""

FORKED = """
import os, sys, weft, weft_mcp
with weft.Tool.from_mcp(weft_mcp.Stdio(sys.executable, sys.argv[1], allow=["process"])) as (process,):
    print(process(), flush=True)
    child = os.fork()
    if not child:
        print(process(), flush=True)
        os._exit(0)
    os.waitpid(child, 0)
    print(process(), flush=True)
"""


def is_gone(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return True
    return False


def numbers_of(script: str) -> list[int]:
    done = subprocess.run(
        [sys.executable, "-W", "ignore::DeprecationWarning", "-c", script, SERVER],
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stderr == ""
    return [int(line) for line in done.stdout.split()]


def test_the_process_ends_with_the_block() -> None:
    with weft.Tool.from_mcp(shop(allow=["process"])) as (process,):
        number = process()
        assert not is_gone(number)
    assert is_gone(number)


def test_the_process_ends_with_a_block_that_raises() -> None:
    numbers: list[int] = []

    def work() -> None:
        with weft.Tool.from_mcp(shop(allow=["process"])) as (process,):
            numbers.append(process())
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        work()
    assert is_gone(numbers[0])


def test_the_process_ends_with_a_block_that_is_cancelled() -> None:
    async def main() -> int:
        begun: asyncio.Future[int] = asyncio.get_running_loop().create_future()

        async def work() -> None:
            async with weft.Tool.from_mcp(shop(allow=["process"])) as (process,):
                begun.set_result(await process.acall())
                await asyncio.Event().wait()

        task = asyncio.create_task(work())
        number = await begun
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        return number

    assert is_gone(asyncio.run(main()))


def test_the_process_of_a_connection_that_is_given_up_ends(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    code = f"import os, sys; open({str(pipe)!r}, 'w').write(str(os.getpid())); sys.stdin.read()"

    async def main() -> int:
        async def work() -> None:
            async with weft.Tool.from_mcp(weft_mcp.Stdio(sys.executable, "-c", code)):
                raise AssertionError("this server never answers")

        task = asyncio.create_task(work())
        number = int(await asyncio.to_thread(pipe.read_text))
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        return number

    assert is_gone(asyncio.run(main()))


def test_the_process_ends_with_the_program() -> None:
    (number,) = numbers_of(LEFT_OPEN)
    assert is_gone(number)


def test_a_forked_child_gets_a_process_of_its_own() -> None:
    parent, child, parent_again = numbers_of(FORKED)
    assert parent == parent_again != child
