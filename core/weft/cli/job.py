"""One optimization as a value: program, data, metric and optimizer, all checked before anything is paid for."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from ..data.files import read_table
from ..errors import OptionError
from ..optimize.base import Optimizer
from ..optimize.plan import Plan, PlanRow, plan_row
from ..optimize.task import held_out
from .arguments import typed_pairs
from .console import progress
from .examples import Labelled, foreign_labels, sampled, typed_examples, with_labels
from .metric import metric_named
from .program import built_program, declared_signature, need_model

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from ..data.example import Example
    from ..optimize.result import Optimized
    from ..optimize.task import Task
    from ..program.module import Module
    from ..signature import Signature

_OWN_OPTIONS = ("metric", "seed", "concurrency")


@dataclass(frozen=True, slots=True)
class Data:
    """Train, val and test examples; `val` is None where the optimizer is to hold out its own."""

    train: Sequence[Example]
    val: Sequence[Example] | None
    test: Sequence[Example]
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Job:
    """What is optimized, by what, on which data."""

    program: Module
    optimizer: Optimizer
    data: Data
    metric: Callable[..., Any]

    def search(self) -> Optimized[Module]:
        """Run the optimizer, with a progress bar for the runs of the program that it makes."""
        runs = self.search_plan().total.expected // len(self._task().program.predictors())
        with progress("Optimizing", runs, "optimize.cell"):
            return self.optimizer.optimize(self.program, trainset=self.data.train, valset=self.data.val)

    def search_plan(self) -> Plan:
        """Return what the search alone would take."""
        return self.optimizer.plan(self._task())

    def plan(self, found: Module | None = None) -> Plan:
        """Return what evaluating, searching and evaluating again would take; `found` is known if the search is free."""
        task, search = self._task(), self.search_plan()
        tests = len(self.data.test)
        runs = (tests, tests, tests)
        everything = replace(task, program=self.program, trainset=(*self.data.train, *self.data.test))
        before = plan_row(everything, "test unoptimized", "task", runs)
        if found is not None:
            shown = max(slots.neighbours or len(slots.demos) for slots in found.state.values())
            after = plan_row(replace(everything, program=found), "test optimized", "task", runs, demos=shown)
        else:
            calls = tests * len(task.program.predictors())
            after = _like_the_longest((*search.rows, before), "test optimized", calls)
        return Plan((before, *search.rows, after))

    def _task(self) -> Task:
        return self.optimizer.task(self.program, trainset=self.data.train, valset=self.data.val)


def _like_the_longest(rows: Sequence[PlanRow], phase: str, calls: int) -> PlanRow:
    """Return a row for the program that a search will find: its prompts are at most those of the longest row."""
    longest = max((row for row in rows if row.high), key=lambda row: row.input_tokens / row.high)
    share = calls / longest.high
    cost = None if longest.cost is None else longest.cost * share
    tokens_in, tokens_out = (math.ceil(count * share) for count in (longest.input_tokens, longest.output_tokens))
    return PlanRow(phase, "task", calls, calls, calls, tokens_in, tokens_out, cost)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What the options of a command say; see `weft optimize --help`."""

    signature: str | None
    train: Path
    val: Path | None
    test: Path | None
    optimizer: str
    options: list[str] | None
    metric: str
    instructions: str | None
    cot: bool
    free_text: bool
    limit: int | None
    seed: int
    concurrency: int | None

    def job(self) -> Job:
        """Return the job: every name found, every row read; inside the context of the model and adapter.

        Raises:
            WeftError: one of the options cannot be met; says which.
        """
        declared = declared_signature(self.signature)
        metric = metric_named(self.metric)
        optimizer = self._optimizer(metric)
        signature, data = self._data(declared)
        program = built_program(signature, reasons=self.cot, instructions=self.instructions)
        need_model(program)
        if type(optimizer.arrange(program)) is not type(program):
            raise OptionError(
                f"The optimizer {self.optimizer!r} builds a program of its own, which `weft run` could not load again: "
                "use it from Python."
            )
        return Job(program, optimizer, data, metric)

    def _optimizer(self, metric: Callable[..., Any]) -> Optimizer:
        given = typed_pairs(self.options, "--option")
        for key in given:
            if key in _OWN_OPTIONS:
                raise OptionError(f"--option {key}=… is given as --{key}.")
        own = {"metric": metric, "seed": self.seed, "concurrency": self.concurrency}
        return Optimizer(self.optimizer, **{**own, **given})

    def _data(self, signature: type[Signature]) -> tuple[type[Signature], Data]:
        """Read the files; return the signature, its text outputs turned into choices where they are, and examples."""
        table = read_table(self.train)
        labelled = with_labels(signature, table, free_text=self.free_text)

        def examples(path: Path | None, purpose: str) -> list[Example]:
            if path is None:
                return []
            rows = table if path == self.train else read_table(path)
            typed = typed_examples(rows, labelled.signature, lenient=labelled.labels)
            return sampled(typed, self.limit, self.seed, purpose)

        train, val, test = examples(self.train, "train"), examples(self.val, "val"), examples(self.test, "test")
        notes = list(labelled.decisions)
        if not test:
            kept, out = held_out(train, self.seed)
            train, test = list(kept), list(out)
            notes.append(f"Without --test, {len(test)} rows of {self.train} are held out for testing.")
        return labelled.signature, Data(train, val or None, test, (*notes, *_warnings(labelled, train, test)))


def _warnings(labelled: Labelled, train: Sequence[Example], test: Sequence[Example]) -> list[str]:
    """Return what is odd about the test set, if anything."""
    warnings: list[str] = []
    foreign = foreign_labels(test, labelled.labels)
    if foreign:
        warnings.append(f"{foreign} test rows have a label that the train file lacks; they count as wrong.")
    known = {repr(example.inputs()) for example in train}
    seen = sum(repr(example.inputs()) in known for example in test)
    if seen:
        warnings.append(f"{seen} of {len(test)} test rows have inputs that are in the train set too.")
    return warnings
