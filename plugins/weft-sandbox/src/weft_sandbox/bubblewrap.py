"""``bubblewrap``: a whole CPython in a process that is walled in by the kernel's namespaces; Linux only."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

import weft
from weft.errors import InterpreterError, OptionError

from . import _jail
from ._process import Gone, JailedProcess, jailed
from ._watch import Watch

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


class BubblewrapInterpreter(weft.Interpreter):
    """Runs code in CPython, the one weft itself runs in, in a jail that bubblewrap builds around a process.

    The code sees Python's standard library, the system's shared libraries, a folder of its own in memory, and nothing
    else: no other file, no network, no environment, no other process. It can begin threads but no processes.

    Args:
        seconds, memory_mb, output_limit: as for `weft.Interpreter`.
        packages: folders of packages that the code may read and import, such as a ``site-packages`` with numpy.

    Raises:
        OptionError: a limit is no number above 0, or `packages` no list of folders that are there.
    """

    language = "Python"

    def __init__(
        self,
        *,
        seconds: float = 10.0,
        memory_mb: float = 256.0,
        output_limit: int = 100_000,
        packages: Sequence[str | os.PathLike[str]] = (),
    ) -> None:
        super().__init__(seconds=seconds, memory_mb=memory_mb, output_limit=output_limit)
        if isinstance(packages, str):
            raise OptionError(f"packages of the interpreter 'bubblewrap' is a list of folders: [{packages!r}].")
        self.packages = tuple(_folder(path) for path in packages)

    async def open(self, tools: Mapping[str, weft.HostTool]) -> weft.InterpreterSession:
        session = _Session(self, tools)
        await session.begin()
        return session


class _Session(weft.InterpreterSession):
    def __init__(self, interpreter: BubblewrapInterpreter, tools: Mapping[str, weft.HostTool]) -> None:
        self._interpreter, self._tools = interpreter, tools
        self._jail: JailedProcess | None = None

    async def begin(self) -> JailedProcess:
        """Start the process, unless there is one."""
        if self._jail is None:
            own = self._interpreter
            limits = _jail.limits(own.memory_mb)
            output = own.output_limit + 1
            self._jail = await jailed([*self._tools], limits=limits, output=output, packages=own.packages)
        return self._jail

    async def execute(self, code: str, variables: Mapping[str, Any]) -> weft.Execution:
        jail, watch = await self.begin(), Watch(self._interpreter)
        try:
            execution = await self._run(jail, watch, code, variables)
        except BaseException:  # also a cancellation: what runs there is not known any more
            await self.close()
            raise
        if execution.lost:
            await self.close()
        return execution

    async def close(self) -> None:
        if self._jail is not None:
            jail, self._jail = self._jail, None
            await jail.end()

    async def _run(self, jail: JailedProcess, watch: Watch, code: str, variables: Mapping[str, Any]) -> weft.Execution:
        try:
            async with watch.patience():
                await jail.request(code, variables)
                last = await self._followed(jail, watch)
        except TimeoutError:
            return watch.out_of_time()
        except Gone:
            return watch.execution(error=_farewell(await jail.status()), lost=True)
        jail.rest()
        return watch.execution(last["value"], error=last["error"])

    async def _followed(self, jail: JailedProcess, watch: Watch) -> Mapping[str, Any]:
        """Do what the reports of a run ask for, until one says that it has ended; return that one."""
        while True:
            report = await jail.report()
            match report:
                case {"output": str(text)}:
                    watch.printed("stdout", text)
                case {"tool": str(name), "args": list(), "kwargs": dict()} if name in self._tools:
                    with watch.waiting(), jail.stopped():
                        answer = await self._tools[name].answer(report["args"], report["kwargs"])
                    await jail.send({"value": answer.value, "error": answer.error, "message": answer.message})
                case {"value": _, "error": str() | None}:
                    return report
                case _:
                    pass


def _farewell(status: int | None) -> str:
    """Return what the code must have done for its process to be gone.

    Raises:
        InterpreterError: it was not the code: bubblewrap itself was killed.
    """
    if status is None:
        return "RuntimeError: The code closed the connection to its host."
    if status < 0:
        raise InterpreterError(f"The sandbox was killed by signal {-status} while it ran code.")
    return f"SystemExit: The code ended its process, with status {status}."


def _folder(path: str | os.PathLike[str]) -> str:
    folder = os.path.realpath(path)
    if not os.path.isdir(folder):
        raise OptionError(f"There is no folder of packages {os.fspath(path)!r} for the interpreter 'bubblewrap'.")
    return folder
