"""Runs: where in a program a call is made, and the steps that were answered so far."""

from __future__ import annotations

import sys
import threading
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import replace
from itertools import count
from typing import TYPE_CHECKING, Any

from ..runtime import ledger
from ..runtime.frozen import frozen

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Callable, Generator, Iterator, Mapping, Sequence

    from ..data.checks import CheckRecord
    from ..data.prediction import Prediction
    from ..lm.base import LM
    from ..lm.records import Request, Response
    from .backtracking import Replay, Retries
    from .module import Module
    from .predict import Predict
    from .repair import Repair
    from .running import Announced

    Branch = asyncio.Task[Any] | int


@frozen
class Step:
    """One call of a predictor.

    Attributes:
        path: the predictor's path in the program that ran.
        predictor: the predictor itself.
        inputs: what it was given.
        prediction: what it returned.
        response: what the model answered.
        request: what it asked, without feedback on earlier answers.
        lm: the model it asked.
        call: which call of this path in the program's run it is, from 1.
        attempt: which of its answers this is, from 1; above 1 where checks failed.
        checks: the checks that its answers did not pass, this one's last.
        repairs: the re-asks for what could not be read of the answer.
    """

    path: str
    predictor: Predict[Any]
    inputs: Mapping[str, Any]
    prediction: Prediction
    response: Response
    request: Request
    lm: LM
    call: int
    attempt: int
    checks: tuple[CheckRecord, ...] = ()
    repairs: tuple[Repair, ...] = ()


class Program:
    """An outermost module while it runs: the paths of what is in it, how often each was called, and who asks now."""

    __slots__ = ("_asking", "_modules", "_numbers", "_stopping")

    def __init__(self, root: Module) -> None:
        self._modules = {id(module): (path, module) for path, module in root.named_sub_modules()}
        self._numbers: dict[str, count[int]] = {}
        self._asking: set[Branch] = set()
        self._stopping: set[Branch] = set()

    def path_of(self, module: Module, otherwise: str) -> str:
        """Return a module's path, or `otherwise` for one that is no part of the program."""
        entry = self._modules.get(id(module))
        return otherwise if entry is None else entry[0]

    def number(self, path: str) -> int:
        """Return which call of a path begins now, from 1."""
        return next(self._numbers.setdefault(path, count(1)))

    def begin_asking(self, branch: Branch) -> None:
        """Take note that `branch` asks a model now.

        Raises:
            CancelledError: it is a task that is to stop.
        """
        self._end_stopped(branch)
        self._asking.add(branch)

    def end_asking(self, branch: Branch) -> None:
        """Take note that it has its answer; raises as `begin_asking` does."""
        self._asking.discard(branch)
        self._end_stopped(branch)

    def stop(self, task: asyncio.Task[Any]) -> None:
        """Cancel a task; one that asks a model once it has the answer, which is paid for."""
        if task in self._asking:
            self._stopping.add(task)
        else:
            task.cancel()

    def _end_stopped(self, branch: Branch) -> None:
        if branch in self._stopping:
            from asyncio import CancelledError

            raise CancelledError


class Run:
    """One attempt of a module, or a trace: the steps that were answered in it, in the order in which they end.

    Attributes:
        module: whose run it is; None: a trace.
        outer: the run around it.
        program: the outermost module; None outside of every module.
        branch: the task or thread in which it began.
        retries: how often its steps may be asked again; None: they may not.
        replay: what the attempt before knows; None at the first.
        announced: what was told of the module; None: nobody listens.
        steps: the steps, those of runs inside it included once these are over.
        refused: the path and call of each step that is to be asked again.
        is_again: whether this run, or one around it, is another attempt.
    """

    __slots__ = (
        "_branches",
        "announced",
        "branch",
        "is_again",
        "module",
        "outer",
        "program",
        "refused",
        "replay",
        "retries",
        "steps",
    )

    def __init__(
        self,
        module: Module | None,
        outer: Run | None,
        program: Program | None,
        branch: Branch,
        retries: Retries | None = None,
        replay: Replay | None = None,
        announced: Announced | None = None,
    ) -> None:
        self.module, self.outer, self.program, self.branch = module, outer, program, branch
        self.retries, self.replay, self.announced = retries, replay, announced
        self.is_again = replay is not None or (outer is not None and outer.is_again)
        self.steps: list[Step] = []
        self.refused: set[tuple[str, int]] = set()
        self._branches: dict[Branch, Step | None] = {}
        if outer is not None:
            outer.begin(branch)

    def path_of(self, predictor: Predict[Any]) -> str:
        """Return the path of a predictor in the program that runs."""
        program = self.program
        return ledger.BARE_PATH if program is None else program.path_of(predictor, predictor.signature.__name__)

    def number(self, path: str) -> int:
        """Return which call of a path in the program that runs begins now, from 1."""
        return 1 if self.program is None else self.program.number(path)

    @property
    def is_shared(self) -> bool:
        """Whether tasks or threads run code of this run side by side."""
        return len(self._branches) > 1

    def outwards(self) -> Iterator[Run]:
        """Yield this run and those around it."""
        around: Run | None = self
        while around is not None:
            yield around
            around = around.outer

    def begin(self, branch: Branch) -> None:
        """Take note that `branch` runs code of this run."""
        if branch != self.branch:
            self._branches.setdefault(branch, None)

    async def stop_others(self) -> None:
        """Stop the tasks that run code of this run beside this one, and wait until they have ended."""
        import asyncio

        here, loop = asyncio.current_task(), asyncio.get_running_loop()
        tasks = [branch for branch in self._branches if isinstance(branch, asyncio.Task) and branch is not here]
        others = [task for task in tasks if not task.done() and task.get_loop() is loop]
        for task in others:
            if self.program is not None:
                self.program.stop(task)
        if others:
            await asyncio.wait(others)

    def add(self, step: Step, branch: Branch) -> None:
        """Take a step that was answered for a call from `branch`."""
        self.steps.append(step)
        if branch != self.branch:
            self._branches[branch] = step

    def extend(self, steps: Sequence[Step], branch: Branch) -> None:
        """Take the steps of a run inside this one."""
        self.steps.extend(steps)
        if steps and branch != self.branch:
            self._branches[branch] = steps[-1]

    def last(self, is_meant: Callable[[Step], bool] | None) -> Step | None:
        """Return the step that ended last, or the last that is meant.

        Code that runs beside other code of the same run means the last of its own steps.
        """
        own = self._branches.get(current_branch()) if self._branches else None
        if own is not None and (is_meant is None or is_meant(own)):
            return own
        return next((step for step in reversed(self.steps) if is_meant is None or is_meant(step)), None)

    def note(self, step: Step, record: CheckRecord) -> Step:
        """Put a failed check on a step of this run, once, and return the step as it is then."""
        if any((noted.attempt, noted.message) == (record.attempt, record.message) for noted in step.checks):
            return step
        noted = replace(step, checks=(*step.checks, record))
        position = next(index for index in range(len(self.steps)) if self.steps[index] is step)
        self.steps[position] = noted
        for branch, last in list(self._branches.items()):
            if last is step:
                self._branches[branch] = noted
        return noted


def current_branch() -> Branch:
    """Return what tells apart the tasks and threads of one run: the task, or without one the thread's number."""
    asyncio = sys.modules.get("asyncio")  # where nobody has imported it, no loop runs
    if asyncio is None or asyncio._get_running_loop() is None:
        return threading.get_ident()
    return asyncio.current_task() or threading.get_ident()


_run: ContextVar[Run | None] = ContextVar("weft_run", default=None)


def current_run() -> Run | None:
    """Return the innermost run, or None outside of every module and trace."""
    return _run.get()


class entered:  # noqa: N801 - used as a function
    """Make a run the innermost one while a block lasts; None: hide those around."""

    __slots__ = ("_run", "_token")

    def __init__(self, run: Run | None) -> None:
        self._run = run

    def __enter__(self) -> None:
        self._token = _run.set(self._run)

    def __exit__(self, *raised: object) -> None:
        _run.reset(self._token)


@contextmanager
def apart(replay: Replay | None = None) -> Generator[Run, None, None]:
    """Give what runs inside a run of its own, which keeps its steps for itself.

    Args:
        replay: what it knows of an earlier attempt, beside what those around know.
    """
    outer = current_run()
    run = Run(None, outer, None if outer is None else outer.program, current_branch(), replay=replay)
    with entered(run):
        yield run


@contextmanager
def trace() -> Generator[list[Step], None, None]:
    """Collect the steps of every program that runs inside, in the order in which they end.

    An answer that was replaced because of a failed check is no step; the step that replaced it has it in `Step.checks`.
    A trace inside a trace has its steps for itself.

    Example:
        >>> with trace() as steps:
        ...     pass
        >>> steps
        []
    """
    outer = current_run()
    with apart() as run:
        try:
            yield run.steps
        finally:
            if outer is not None and outer.module is not None:
                outer.extend(run.steps, run.branch)
