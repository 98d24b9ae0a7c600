"""An interpreter that keeps the contract, some that break it in one way each, and the check that must say so."""

from __future__ import annotations

import ast
import asyncio
import builtins
import json
import os
import resource
import socket
import subprocess
import threading
import time
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, ClassVar

import weft
from pytest_weft.in_process import InProcessInterpreter, InProcessSession
from weft.errors import InputError, InterpreterError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

_HARMLESS = ("dict", "len", "range", "repr", "str", *(name for name in dir(builtins) if name.endswith("Error")))
_SAFE = {name: getattr(builtins, name) for name in (*_HARMLESS, "Exception")}
_ROOM = 2**29


class _Memory:
    """Limits the process's memory while any session runs code; sessions may run side by side."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._inside = 0
        self._before = (resource.RLIM_INFINITY, resource.RLIM_INFINITY)

    def __enter__(self) -> None:
        with self._lock:
            self._inside += 1
            if self._inside == 1:
                self._before = resource.getrlimit(resource.RLIMIT_AS)
                with open("/proc/self/statm", encoding="ascii") as sizes:
                    taken = int(sizes.read().split()[0]) * resource.getpagesize()
                resource.setrlimit(resource.RLIMIT_AS, (taken + _ROOM, self._before[1]))

    def __exit__(self, *raised: object) -> None:
        with self._lock:
            self._inside -= 1
            if not self._inside:
                resource.setrlimit(resource.RLIMIT_AS, self._before)


_MEMORY = _Memory()


class Session(InProcessSession):
    """Runs code that has neither files nor modules, and not much memory."""

    modules: ClassVar[Mapping[str, Any]] = {}
    opens: str = ""

    def __init__(self, seconds: float, tools: Mapping[str, weft.HostTool]) -> None:
        super().__init__(seconds, tools)
        self.builtins = {**_SAFE, "__import__": self._import, "open": self._open}

    def run_here(self, code: str) -> weft.Execution:
        with _MEMORY:
            return super().run_here(code)

    def _import(self, name: str, *_: object) -> Any:
        if name not in self.modules:
            raise ModuleNotFoundError(name)
        return self.modules[name]

    def _open(self, path: str, mode: str = "r") -> Any:
        if mode != self.opens:
            raise PermissionError(path)
        file = Path(path)
        return SimpleNamespace(read=file.read_text, write=file.write_text)


class Correct(InProcessInterpreter):
    """Cannot be had at the place ``nowhere``."""

    Session: ClassVar[type[Session]] = Session

    def __init__(
        self, *, seconds: float = 10.0, memory_mb: float = 256, output_limit: int = 100_000, place: str = ""
    ) -> None:
        super().__init__(seconds=seconds / 3, memory_mb=memory_mb, output_limit=output_limit)  # it is quick
        self.place = place

    async def open(self, tools: Mapping[str, weft.HostTool]) -> weft.InterpreterSession:
        if self.place == "nowhere":
            raise InterpreterError("There is nothing there; install it.")
        return self.Session(self.seconds, tools)


def changed(execution: weft.Execution, **changes: Any) -> weft.Execution:
    names = ("output", "value", "error", "seconds", "lost")
    return weft.Execution(**{**{name: getattr(execution, name) for name in names}, **changes})


class TakesAnyOption(Correct):
    @classmethod
    def factory(cls, **options: Any) -> Correct:
        known = ("seconds", "memory_mb", "output_limit", "place")
        return cls(**{name: option for name, option in options.items() if name in known})


class BelievesLimits(Correct):
    def __init__(
        self, *, seconds: float = 10.0, memory_mb: float = 256, output_limit: int = 100_000, place: str = ""
    ) -> None:
        self.seconds, self.memory_mb, self.output_limit, self.place = seconds, memory_mb, output_limit, place


class BeginsALoop(Correct):
    """Blocks with a loop of its own, which is refused where one is running."""

    def __call__(self, code: str, variables: Mapping[str, Any] | None = None) -> weft.Execution:
        running = self.acall(code, variables)
        try:
            return asyncio.run(running)
        finally:
            running.close()


class ProbesNothing(Correct):
    async def probe(self) -> None:
        return None


class ValueOfAssignments(Correct):
    """Has the value of whatever the last line is."""

    class Session(Session):
        def _value(self, code: str) -> Any:
            last = ast.parse(code).body[-1]
            value = super()._value(code)
            if isinstance(last, ast.Assign) and isinstance(last.targets[0], ast.Name):
                return self.names[last.targets[0].id]
            return value


class WholeAsText(Correct):
    """Has a text for a value that JSON cannot hold in some place."""

    class Session(Session):
        def _value(self, code: str) -> Any:
            value = super()._value(code)
            try:
                return json.loads(json.dumps(value))
            except TypeError:
                return repr(value)


class PrintsLines(Correct):
    class Session(Session):
        def _print(self, *values: object, sep: str = " ", end: str = "\n", **others: object) -> None:
            super()._print(*values, sep=sep)


class StopsWhatPrintsMuch(Correct):
    class Session(Session):
        def _print(self, *values: object, **others: Any) -> None:
            if len(self._printed) > 500:
                raise MemoryError("too much output")
            super()._print(*values, **others)


class ForgetsOutput(Correct):
    """Has nothing of what was printed before an error."""

    class Session(Session):
        async def execute(self, code: str, variables: Mapping[str, Any]) -> weft.Execution:
            run = await super().execute(code, variables)
            return run if run.ok or run.lost else changed(run, output="")


class RefusesSyntax(Correct):
    class Session(Session):
        async def execute(self, code: str, variables: Mapping[str, Any]) -> weft.Execution:
            try:
                ast.parse(code)
            except SyntaxError as error:
                raise InterpreterError("that is no Python") from error
            return await super().execute(code, variables)


class ForgetsVariables(Correct):
    class Session(Session):
        async def execute(self, code: str, variables: Mapping[str, Any]) -> weft.Execution:
            run = await super().execute(code, variables)
            for name in variables if run.ok else ():
                del self.names[name]
            return run


class DropsOddVariables(Correct):
    class Session(Session):
        async def run(self, code: str, variables: Mapping[str, Any] | None = None) -> weft.Execution:
            try:
                return await super().run(code, variables)
            except InputError:
                return await super().run(code)


class Answering(Session):
    """Changes what passes between code and tools; to be overridden."""

    def given(self, args: Sequence[Any], kwargs: Mapping[str, Any]) -> tuple[Any, Any]:
        return args, kwargs

    def got(self, answer: weft.HostAnswer) -> weft.HostAnswer:
        return answer

    def _calling(self, tool: weft.HostTool, loop: asyncio.AbstractEventLoop) -> Callable[..., Any]:
        async def answer(args: Sequence[Any], kwargs: Mapping[str, Any]) -> weft.HostAnswer:
            return self.got(await tool.answer(*self.given(args, kwargs)))

        return super()._calling(SimpleNamespace(answer=answer), loop)  # type: ignore[arg-type]


class ByPositionOnly(Correct):
    class Session(Answering):
        def given(self, args: Sequence[Any], kwargs: Mapping[str, Any]) -> tuple[Any, Any]:
            return args, {}


class WholeNumbersOnly(Correct):
    class Session(Answering):
        def given(self, args: Sequence[Any], kwargs: Mapping[str, Any]) -> tuple[Any, Any]:
            return json.loads(json.dumps([args, kwargs]), parse_float=lambda text: int(float(text)))


class IgnoresWrongCalls(Correct):
    class Session(Answering):
        def got(self, answer: weft.HostAnswer) -> weft.HostAnswer:
            return weft.HostAnswer() if answer.error == "TypeError" else answer


class OneErrorForAll(Correct):
    class Session(Answering):
        def got(self, answer: weft.HostAnswer) -> weft.HostAnswer:
            return weft.HostAnswer(error="OSError", message=answer.message) if answer.error == "LookupError" else answer


class CountsTools(Correct):
    class Session(Session):
        def _taken(self) -> float:
            return time.monotonic() - self._began


class EndsWithUnknownNames(Correct):
    """Takes a function that does not exist for a failure of its own."""

    class Session(Session):
        async def execute(self, code: str, variables: Mapping[str, Any]) -> weft.Execution:
            if "no_such_tool" in code:
                raise InterpreterError("there is no such tool")
            return await super().execute(code, variables)


class ForgetsAfterErrors(Correct):
    class Session(Session):
        async def execute(self, code: str, variables: Mapping[str, Any]) -> weft.Execution:
            run = await super().execute(code, variables)
            if "NameError" in (run.error or ""):
                self.names = {}
            return run


class SharesNames(Correct):
    class Session(Session):
        shared: ClassVar[dict[str, Any]] = {}
        first = True

        async def execute(self, code: str, variables: Mapping[str, Any]) -> weft.Execution:
            known, self.first = self.shared if self.first else {}, False
            run = await super().execute(code, {**known, **variables})
            kept = {name: value for name, value in self.names.items() if isinstance(value, int | list)}
            self.shared.update(kept)
            return run


class NeverEnds(Correct):
    class Session(Session):
        async def ended(self) -> None:
            await self.close()


class IgnoresCancelling(Correct):
    class Session(Session):
        async def execute(self, code: str, variables: Mapping[str, Any]) -> weft.Execution:
            running = asyncio.ensure_future(super().execute(code, variables))
            try:
                return await asyncio.shield(running)
            except asyncio.CancelledError:
                await asyncio.wait([running], timeout=6)
                running.cancel()
                raise


class ReadsFiles(Correct):
    class Session(Session):
        opens = "r"


class WritesFiles(Correct):
    class Session(Session):
        opens = "w"


class HasEnvironment(Correct):
    class Session(Session):
        modules: ClassVar[Mapping[str, Any]] = {"os": SimpleNamespace(environ=os.environ)}


def _connected(address: tuple[str, int], timeout: float) -> SimpleNamespace:
    socket.create_connection(address, timeout).close()
    return SimpleNamespace(send=len)


class HasNetwork(Correct):
    class Session(Session):
        modules: ClassVar[Mapping[str, Any]] = {"socket": SimpleNamespace(create_connection=_connected)}


class StartsPrograms(Correct):
    class Session(Session):
        modules: ClassVar[Mapping[str, Any]] = {"subprocess": subprocess}


class ForgetsOutputOfStopped(Correct):
    class Session(Session):
        async def execute(self, code: str, variables: Mapping[str, Any]) -> weft.Execution:
            run = await super().execute(code, variables)
            return changed(run, output="") if run.lost else run


class HidesLosses(Correct):
    class Session(Session):
        async def execute(self, code: str, variables: Mapping[str, Any]) -> weft.Execution:
            return changed(await super().execute(code, variables), lost=False)


class AllowsAnyMemory(Correct):
    class Session(Session):
        async def execute(self, code: str, variables: Mapping[str, Any]) -> weft.Execution:
            run = await super().execute(code, variables)
            return weft.Execution(value=10**9) if "MemoryError" in (run.error or "") else run


CAUGHT_BY: dict[type[weft.Interpreter], str] = {
    TakesAnyOption: "test_unknown_option_is_refused",
    BelievesLimits: "test_limits_are_checked",
    BeginsALoop: "test_blocking_calls_work_in_a_notebook",
    ProbesNothing: "test_probe",
    ValueOfAssignments: "test_value_of_the_last_line",
    WholeAsText: "test_values_are_plain_data",
    PrintsLines: "test_prints",
    StopsWhatPrintsMuch: "test_output_is_limited",
    ForgetsOutput: "test_errors_are_data",
    RefusesSyntax: "test_wrong_syntax_is_an_error_of_the_code",
    ForgetsVariables: "test_variables_go_in",
    DropsOddVariables: "test_variables_are_checked",
    ByPositionOnly: "test_tools_are_functions",
    WholeNumbersOnly: "test_data_of_tools_is_whole",
    IgnoresWrongCalls: "test_arguments_are_checked",
    OneErrorForAll: "test_errors_of_tools_reach_the_code",
    CountsTools: "test_time_in_tools_does_not_count",
    EndsWithUnknownNames: "test_unknown_names_are_errors_of_the_code",
    ForgetsAfterErrors: "test_names_stay",
    SharesNames: "test_sessions_are_apart",
    NeverEnds: "test_ended_session_is_refused",
    IgnoresCancelling: "test_a_run_can_be_cancelled",
    ReadsFiles: "test_reads_no_files",
    WritesFiles: "test_writes_no_files",
    HasEnvironment: "test_has_no_environment",
    HasNetwork: "test_has_no_network",
    StartsPrograms: "test_starts_no_programs",
    ForgetsOutputOfStopped: "test_time_is_limited",
    HidesLosses: "test_lost_names_are_reported",
    AllowsAnyMemory: "test_memory_is_limited",
}
MANNERS: dict[str, Any] = {"failing_options": {"place": "nowhere"}}
ARGUMENTS = ()
REGISTER = ""
SELECT = ""
