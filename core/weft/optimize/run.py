"""Run: the only way in which an optimizer touches the world."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ..data.example import Example
from ..data.results import Err, Ok
from ..errors import EvaluationError, OptionError
from ..evaluate.evaluate import evaluated
from ..evaluate.results import Row
from ..program.freezing import held_state
from ..program.runs import trace
from ..runtime.concurrent import map_ordered
from ..runtime.events import emit
from ..runtime.ledger import track_usage
from ..spelling import spelled
from .result import Candidate

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ..lm.base import LM
    from ..program.module import Module
    from ..program.runs import Step
    from ..program.state import State
    from .task import Task


@dataclass(frozen=True, slots=True)
class Cell:
    """One state on one example: the outcome, the score where there is one, and the steps of the run."""

    row: Row
    steps: tuple[Step, ...]

    @property
    def score(self) -> float | None:
        """The metric's number; None where the program or the metric failed, or there is no metric."""
        return self.row.score

    @property
    def outcome(self) -> Ok[Any] | Err:
        """What came of it."""
        return self.row.outcome


class Run:
    """Runs states on examples, keeps the candidates, and counts what is spent.

    Args:
        task: what is optimized.
        concurrency: how many runs of a program go on at once.
    """

    def __init__(self, task: Task, concurrency: int) -> None:
        self.task = task
        self.concurrency = concurrency
        self.candidates: list[Candidate] = []

    @spelled
    async def evaluate(
        self,
        states: Sequence[State],
        examples: Sequence[Example],
        *,
        program: Module | None = None,
        lm: LM | None = None,
        parameters: Mapping[str, Any] | None = None,
    ) -> list[list[Cell]]:
        """Run every state on every example and return the cells, a list a state, in the order given.

        Args:
            states: states of `program`.
            examples: examples with declared inputs.
            program: what to run; default: the task's program.
            lm: a model that wins over every predictor's own.
            parameters: sampling parameters for every call, such as ``rollout_id``.
        """
        pairs = [(state, example) for state in states for example in examples]
        cells = await self.cells(pairs, program=program, lm=lm, parameters=parameters)
        return [cells[start : start + len(examples)] for start in range(0, len(cells), len(examples) or 1)]

    @spelled
    async def cells(
        self,
        pairs: Sequence[tuple[State, Example]],
        *,
        program: Module | None = None,
        lm: LM | None = None,
        parameters: Mapping[str, Any] | None = None,
    ) -> list[Cell]:
        """Run each state on its own example and return the cells in the order given; arguments as for `evaluate`."""
        subject = program or self.task.program
        # once a state and not once a cell, since a state keeps the prompts that were made of it
        held = {id(state): held_state(subject, state) for state, _ in pairs}

        async def one(pair: tuple[State, Example]) -> Cell:
            state, example = pair
            with subject.using(held[id(state)], lm=lm, parameters=parameters), trace() as steps:
                row = await self._row(subject, example, steps)
            emit("optimize.cell", score=row.score, ok=row.outcome.ok)
            return Cell(row, tuple(steps))

        return await map_ordered(one, pairs, concurrency=max(1, min(self.concurrency, len(pairs))))

    async def _row(self, program: Module, example: Example, steps: list[Step]) -> Row:
        if self.task.metric is not None:
            return await evaluated(program, example, self.task.metric, steps)
        with track_usage() as ledger:
            try:
                return Row(example, Ok(await program.acall(**Example.inputs(example)), ledger.total))
            except Exception as error:  # noqa: BLE001 - a failing run is a value, as in an evaluation
                return Row(example, Err(error, "program", ledger.total))

    async def compare(self, labelled: Mapping[str, State], examples: Sequence[Example]) -> list[Candidate]:
        """Evaluate states on the same examples and keep them as candidates; returned in the order given.

        Raises:
            OptionError: the task has no metric to compare by.
            EvaluationError: every example failed for every state.
        """
        if self.task.metric is None:
            raise OptionError("Candidates are compared by a metric, and the optimizer was given none.")
        labelled = {label: held_state(self.task.program, state) for label, state in labelled.items()}
        by_state = await self.evaluate(list(labelled.values()), examples)
        found = [
            _candidate(label, state, cells) for (label, state), cells in zip(labelled.items(), by_state, strict=True)
        ]
        if not any(candidate.scores for candidate in found):
            error = next(cell.outcome for cells in by_state for cell in cells if isinstance(cell.outcome, Err))
            raise EvaluationError(
                f"No candidate could be scored; for instance, the {error.stage} raised {error}"
            ) from error.error
        for candidate in found:
            self.candidates.append(candidate)
            emit("optimize.candidate", label=candidate.label, score=candidate.score)
        return found

    async def propose(self, module: Module, **inputs: Any) -> Any:
        """Run a module that is not the program, such as one that writes instructions."""
        return await module.acall(**inputs)


def _candidate(label: str, state: State, cells: Sequence[Cell]) -> Candidate:
    scores = tuple(cell.score for cell in cells if cell.score is not None)
    return Candidate(label, state, scores, len(cells) - len(scores))


def best(candidates: Sequence[Candidate]) -> Candidate:
    """Return the candidate with the highest score; of equals, the first."""
    return max(candidates, key=lambda candidate: candidate.score)
