"""One jailed process as the host sees it: how it begins, what is said to it and by it, and how it ends."""

from __future__ import annotations

import asyncio
import json
import os
import secrets
import signal
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any, BinaryIO

from weft.errors import InterpreterError

from . import _jail

if TYPE_CHECKING:
    from collections.abc import Generator, Mapping, Sequence

_LONGEST_REPORT = 32 * 2**20  # bytes of a line, of which two may be held at a time
_START_SECONDS = 30.0
_END_SECONDS = 1.0
_PIPES: Mapping[str, Any] = {
    "stdin": asyncio.subprocess.PIPE,
    "stdout": asyncio.subprocess.PIPE,
    "stderr": asyncio.subprocess.PIPE,
    "env": {},
    "cwd": "/",
    "start_new_session": True,
}
_ADVICE = (
    "Where user namespaces are forbidden, as in many containers, bubblewrap cannot work: permit them, or use "
    "Interpreter('monty')."
)


class Gone(Exception):
    """The process has ended, or cannot be talked to."""


class JailedProcess:
    """A process in a jail of its own, which stands still whenever the host has the word."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        assert process.stdin is not None
        assert process.stdout is not None
        assert process.stderr is not None
        self._process, self._requests, self._reports = process, process.stdin, process.stdout
        self._complaints = process.stderr
        self._pidfds = _opened(process.pid)
        self._inside: int | None = None
        self._token = ""

    async def begin(self, start: Mapping[str, Any], info: BinaryIO) -> None:
        """Wait until the process has what it needs to run code, and is held by its limits.

        Raises:
            InterpreterError: that will never be.
        """
        with suppress(Gone):  # then it has said why
            await self.send(start)
        if not await self._is_ready():
            raise InterpreterError(await self._why_not())
        inside = _opened(json.loads(os.pread(info.fileno(), 4096, 0))["child-pid"])
        self._inside, self._pidfds = next(iter(inside), None), [*inside, *self._pidfds]

    async def request(self, code: str, variables: Mapping[str, Any]) -> None:
        """Let the process run code."""
        self._token = secrets.token_hex(16)
        self._tell(signal.SIGCONT)
        await self.send({"run": self._token, "code": code, "variables": variables})

    async def send(self, message: Mapping[str, Any]) -> None:
        """Send a message.

        Raises:
            Gone: nobody reads it.
        """
        try:
            self._requests.write(json.dumps(message).encode() + b"\n")
            await self._requests.drain()
        except ConnectionError as error:
            raise Gone from error

    async def report(self) -> Mapping[str, Any]:
        """Return the next report of the run; what is none, or belongs to another run, is passed over.

        Raises:
            Gone: there will be none.
        """
        while True:
            try:
                report: Any = json.loads(await self._reports.readuntil())
            except (asyncio.IncompleteReadError, asyncio.LimitOverrunError) as error:
                raise Gone from error
            except (ValueError, RecursionError):
                report = None
            if isinstance(report, dict) and report.get("run") == self._token:  # pyright: ignore[reportUnknownMemberType]
                return report  # pyright: ignore[reportUnknownVariableType]
            await asyncio.sleep(0)  # a flood of what is no report must not keep the host from its other work

    @contextmanager
    def stopped(self) -> Generator[None, None, None]:
        """Let the process stand still for a block, threads that the code has begun included."""
        self._tell(signal.SIGSTOP)
        try:
            yield
        finally:
            self._tell(signal.SIGCONT)

    def rest(self) -> None:
        """Let the process stand still until the next request."""
        self._tell(signal.SIGSTOP)

    async def status(self) -> int | None:
        """Return the status with which the process ended by itself, negative where bubblewrap was killed, or None."""
        with suppress(TimeoutError):
            return await asyncio.wait_for(self._process.wait(), _END_SECONDS)
        return None

    async def end(self) -> None:
        """Kill bubblewrap, with which everything in its jail dies, and wait for its end."""
        pidfds, self._pidfds, self._inside = self._pidfds, [], None
        for pidfd in pidfds:  # not by number: asyncio may have seen the process end, and another may have it by now
            _signal(pidfd, signal.SIGKILL)
            os.close(pidfd)
        await self._process.communicate()  # what is left is read, so that the pipes are closed

    async def _is_ready(self) -> bool:
        with suppress(TimeoutError):
            return bool(await asyncio.wait_for(self._reports.readline(), _START_SECONDS))
        return False

    async def _why_not(self) -> str:
        said = b""
        with suppress(TimeoutError):
            said = await asyncio.wait_for(self._complaints.read(1000), _END_SECONDS)
        problem = said.decode("utf-8", "replace").strip() or "it said nothing"
        advice = f" {_ADVICE}" if problem.startswith("bwrap:") else ""
        return f"bubblewrap could not start Python in a sandbox ({problem}).{advice}"

    def _tell(self, number: int) -> None:
        if self._inside is not None:
            _signal(self._inside, number)


async def jailed(
    tools: Sequence[str], limits: Mapping[str, int], output: int, packages: Sequence[str]
) -> JailedProcess:
    """Start a process.

    Args:
        tools: the names of the functions that it can call.
        limits: its limits, as `_jail.limits` gives them.
        output: characters that are sent of what one run prints.
        packages: folders of packages that its code may import.

    Raises:
        InterpreterError: it cannot be had; the message says why.
    """
    start = {"tools": tools, "limits": limits, "output_limit": output, "packages": packages}
    with _memory_file(_jail.refused_calls()) as calls, _memory_file() as info:
        command = _jail.command(packages, filter_fd=calls.fileno(), info_fd=info.fileno())
        try:
            process = await asyncio.create_subprocess_exec(
                *command, **_PIPES, pass_fds=(calls.fileno(), info.fileno()), limit=_LONGEST_REPORT
            )
        except OSError as error:
            raise InterpreterError(f"bubblewrap could not be started: {error}.") from error
        jail = JailedProcess(process)
        try:
            await jail.begin(start, info)
        except BaseException:  # also a cancellation: no process is left
            await jail.end()
            raise
    return jail


def _memory_file(content: bytes = b"") -> BinaryIO:
    file = os.fdopen(os.memfd_create("weft-sandbox"), "w+b", buffering=0)
    file.write(content)
    file.seek(0)
    return file


def _opened(number: int) -> list[int]:
    """Return a handle of a process in a list, which is empty if the process has ended."""
    with suppress(ProcessLookupError):
        return [os.pidfd_open(number)]
    return []


def _signal(pidfd: int, number: int) -> None:
    with suppress(ProcessLookupError):
        signal.pidfd_send_signal(pidfd, number)
