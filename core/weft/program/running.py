"""One run of a module: what it spends, where it is, and its attempts where a check fails."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from ..data.prediction import Prediction
from ..lm.rehearsal import current_rehearsal
from ..runtime.events import emit, observed
from ..runtime.ledger import Ledger, ledger_scope
from .backtracking import Replay, Retries, asks_in, refused_in
from .runs import Program, Run, current_branch, current_run, entered
from .streaming import announce_void

if TYPE_CHECKING:
    from collections.abc import Generator

    from .module import Module


class Running:
    """A module's run from its beginning to its end; its steps are those of the last attempt.

    It begins before the run goes to another thread, so that what is around it knows where it was begun.

    Args:
        module: what runs.
        silent: whether it is not told that it begins and ends.
    """

    __slots__ = (
        "_announced",
        "_branch",
        "_ledger",
        "_module",
        "_outer",
        "_program",
        "_retries",
        "_run",
        "_silent",
        "_spending",
    )

    def __init__(self, module: Module, *, silent: bool = False) -> None:
        self._module = module
        self._silent = silent
        self._ledger = Ledger()
        self._spending = ledger_scope(self._ledger)

    def __enter__(self) -> Running:
        self._outer, self._branch = current_run(), current_branch()
        around = None if self._outer is None else self._outer.program
        self._program = Program(self._module) if around is None else around
        self._retries = Retries(self._module)
        self._announced = None if self._silent or not told() else self._announce()
        self._spending.__enter__()
        return self

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        self._spending.__exit__()
        if self._announced is not None:
            self._announced.__exit__(kind, error, trace)

    def _announce(self) -> Announced:
        name = type(self._module).__name__
        path = self._program.path_of(self._module, name)
        announced = Announced(name, path, self._program.number(path))
        announced.__enter__()
        return announced

    def attempts(self) -> Generator[Attempt, None, None]:
        """Yield a block for each attempt; the run is over with the first that needs no other."""
        replay: Replay | None = None
        while True:
            self._run = Run(
                self._module, self._outer, self._program, self._branch, self._retries, replay, self._announced
            )
            attempt = Attempt(self._run, self._retries)
            yield attempt
            replay = attempt.replay
            if replay is None:
                return

    def finished(self, result: Any) -> Any:
        """Give a returned prediction what the whole run spent, and the checks that failed on the way."""
        if not isinstance(result, Prediction):
            return result
        spent = result.with_usage(self._ledger.total)
        checks = tuple([record for step in self._run.steps for record in step.checks])
        return spent.with_checks(checks) if checks else spent


class Attempt:
    """One attempt: a block that ends well, or fails, or has to be run again because of a failed check."""

    __slots__ = ("_entered", "_retries", "_run", "replay")

    def __init__(self, run: Run, retries: Retries) -> None:
        self._run, self._retries = run, retries
        self._entered = entered(run)
        self.replay: Replay | None = None

    def __enter__(self) -> None:
        self._entered.__enter__()

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> bool:
        self._entered.__exit__()
        run = self._run
        refused = () if error is None else refused_in(run, error)
        if refused:
            self.replay = Replay(run.steps, refused, run.replay)
            self._retries.attempted(run)
            announce_void(self.replay.void)
            return True
        if run.replay is not None and error is None:
            announce_void(run.replay.given_up())
        if run.outer is not None:
            run.outer.extend(run.steps, run.branch)
        return False

    async def __aenter__(self) -> None:
        self.__enter__()

    async def __aexit__(self, kind: object, error: BaseException | None, trace: object) -> bool:
        is_void = False
        try:
            if error is not None and asks_in(error):  # what runs beside it would be paid for nothing
                await self._run.stop_others()
        finally:
            is_void = self.__exit__(kind, error, trace)
        return is_void


def told() -> bool:
    """Whether anybody is told what runs here; nobody hears of rehearsals."""
    return observed() and current_rehearsal() is None


class Announced:
    """Tells whoever listens that a module begins and ends."""

    __slots__ = ("_started", "call", "name", "path")

    def __init__(self, name: str, path: str, call: int) -> None:
        self.name, self.path, self.call = name, path, call

    def __enter__(self) -> None:
        self._started = time.perf_counter()
        emit("module.start", path=self.path, call=self.call, name=self.name)

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        seconds = time.perf_counter() - self._started
        emit("module.end", path=self.path, call=self.call, name=self.name, error=error, seconds=seconds)
