"""Ensemble: several programs answer, and a vote decides."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any, ClassVar

from weft import Module, Optimizer, Prediction, Run, State, majority
from weft.errors import DataError, OptionError
from weft.optimize import stream
from weft.runtime import offload

from .demos import whole_number
from .random_search import BootstrapFewShotWithRandomSearch

if TYPE_CHECKING:
    from weft import Plan, Task

_CANDIDATES = 3

Reduce = Callable[[Sequence[Any]], Any]


class EnsembleProgram(Module):
    """Runs its members side by side on the same inputs and reduces their predictions to one.

    Args:
        members: the programs.
        reduce: a function of the list of predictions, sync or async; default: the majority.
    """

    def __init__(self, members: Sequence[Module], reduce: Reduce = majority) -> None:
        self.members = list(members)
        self.reduce = reduce

    async def aforward(self, **inputs: Any) -> Any:
        answers = await asyncio.gather(*(member.acall(**inputs) for member in self.members))
        reduced = await offload.call(self.reduce, list(answers))
        return Prediction(dict(reduced)) if isinstance(reduced, Prediction) else reduced


class Ensemble(Optimizer):
    """Makes an ensemble of the best candidates that another optimizer compared, or of given programs.

    Args:
        of: the optimizer whose candidates vote; default: `BootstrapFewShotWithRandomSearch` with the same
            ``metric``, ``seed`` and ``concurrency``.
        size: how many vote; default: 3 candidates, or all the programs that `combine` is given.
        reduce: as for `EnsembleProgram`.
        options: ``metric``, ``seed`` and ``concurrency``, as for every optimizer.

    Raises:
        OptionError: an unknown option, or a value out of range.
    """

    needs_valset: ClassVar[bool] = True

    def __init__(
        self, *, of: Optimizer | None = None, size: int | None = None, reduce: Reduce = majority, **options: Any
    ) -> None:
        super().__init__(**options)
        self.of = of
        self.size = None if size is None else whole_number("size", size, 1)
        self.reduce = reduce
        self._options = options

    def combine(self, programs: Sequence[Module]) -> EnsembleProgram:
        """Return an ensemble of `size` of the programs, drawn by the seed where there are more.

        Raises:
            DataError: there are no programs.
            OptionError: there are fewer than `size`.
        """
        if not programs:
            raise DataError("An ensemble needs at least one program.")
        size = self.size or len(programs)
        if size > len(programs):
            raise OptionError(f"size is {size}, but there are {len(programs)} programs.")
        order = sorted(stream(self.seed, "ensemble").sample(range(len(programs)), size))
        return EnsembleProgram([programs[position] for position in order], self.reduce)

    def arrange(self, program: Module) -> EnsembleProgram:
        """Return the ensemble whose members' states are searched for."""
        return EnsembleProgram([program.deepcopy() for _ in range(self.size or _CANDIDATES)], self.reduce)

    async def search(self, task: Task, run: Run) -> State:
        members = _members(task)
        inner = Run(self._inner_task(task), run.concurrency)
        fallback = await self._inner().search(inner.task, inner)
        ranked = sorted(inner.candidates, key=lambda candidate: candidate.score, reverse=True)
        states = [candidate.state for candidate in ranked[: len(members)]] or [fallback]
        run.candidates += inner.candidates
        chosen = [states[number % len(states)] for number in range(len(members))]
        return State(
            {_path(number, path): slots for number, state in enumerate(chosen) for path, slots in state.items()}
        )

    def plan(self, task: Task) -> Plan:
        return self._inner().plan(self._inner_task(task))

    def _inner_task(self, task: Task) -> Task:
        """Return the task of the optimizer whose candidates vote: one member, by its own metric where it has one."""
        member = _members(task)[0]
        return replace(task, program=member, teacher=member, metric=self._inner().metric or task.metric)

    def _inner(self) -> Optimizer:
        return self.of if self.of is not None else BootstrapFewShotWithRandomSearch(**self._options)


def _members(task: Task) -> list[Module]:
    if not isinstance(task.program, EnsembleProgram):
        raise OptionError("The task of an ensemble holds an EnsembleProgram; use Ensemble.compile or Ensemble.task.")
    return task.program.members


def _path(number: int, path: str) -> str:
    """Return a member's predictor path in the ensemble; a bare predictor is the member itself."""
    return f"members[{number}]" if path == "self" else f"members[{number}].{path}"
