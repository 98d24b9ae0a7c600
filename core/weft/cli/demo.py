"""``weft demo``: the whole way on one machine, from data to a saved program and a report, without key or network."""

import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal

import typer

from ..data.example import Example
from ..evaluate import exact_match
from ..optimize.base import Optimizer
from ..optimize.plan import Plan, plan_row
from ..optimize.report import Report, write_report
from ..optimize.result import Candidate
from ..optimize.task import Task
from ..program.module import Module
from ..program.predict import Predict
from ..runtime.ledger import NOTHING, Usage
from ..runtime.settings import context
from ..signature import Signature
from ..signature.signature import ensure_signature
from .arguments import Seed
from .border import command, fail
from .console import progress
from .demo_data import INPUT, OUTPUT, split, stdlib_examples
from .evaluate import scored
from .outcome import print_costs, print_scores, say

LEAST_GAIN = 30.0
MODEL = "embedded/incontext"
NEW_INPUT = "Wait until every task of the event loop is done, and cancel those that are late."
_INSTRUCTIONS = "Say which module of Python's standard library this sentence of documentation comes from."
_SHARES = {"train": 0.55, "val": 0.15, "test": 0.3}
_NEIGHBOURS = (4, 8, 16)
_BOOTSTRAPS = 3


@dataclass(frozen=True, slots=True)
class Contest:
    """Two optimizers on one program; the val set decides, the test set is seen by nobody."""

    program: Module
    parts: dict[str, list[Example]]
    neighbours: dict[str, Optimizer]
    search: Optimizer

    def plan(self) -> Plan:
        """Return what everything together takes at the most."""
        task = self._task(self.search)
        val, test = (self._runs(name) for name in ("val", "test"))
        knn = [plan_row(task, f"{name} on val", "task", val, demos=k) for name, k in self._sizes().items()]
        before = plan_row(task, "test unoptimized", "task", test)
        after = plan_row(task, "test optimized", "task", test, demos=max(_NEIGHBOURS))
        return Plan((before, *knn, *self.search.plan(task).rows, after))

    def run(self) -> tuple[Module, list[Candidate], Usage]:
        """Return the program that does best on the val set, all candidates, and what the search took."""
        candidates: list[Candidate] = []
        spent = NOTHING
        for name, optimizer in self.neighbours.items():
            found = optimizer.compile(self.program, trainset=self.parts["train"])
            result = scored(found, self.parts["val"], exact_match, title=f"Trying {name}")
            candidates.append(Candidate(name, found.state, tuple(result.scores), len(result.errors)))
            spent += result.usage
        runs = self.search.plan(self._task(self.search)).total.expected
        with progress("Trying bootstrap-few-shot-random-search", runs, "optimize.cell"):
            other = self.search.optimize(self.program, trainset=self.parts["train"], valset=self.parts["val"])
        candidates += other.candidates
        best = max(candidates, key=lambda candidate: candidate.score)
        return self.program.with_state(best.state), candidates, spent + other.usage

    def _task(self, optimizer: Optimizer) -> Task:
        return optimizer.task(self.program, trainset=self.parts["train"], valset=self.parts["val"])

    def _runs(self, name: str) -> tuple[int, int, int]:
        size = len(self.parts[name])
        return size, size, size

    def _sizes(self) -> dict[str, int]:
        return dict(zip(self.neighbours, _NEIGHBOURS, strict=True))


def add_to(app: typer.Typer) -> None:
    """Add the command to the application."""
    command(app, "demo")(demo)


def demo(
    out: Annotated[Path, typer.Option(help="The folder for the program and the report.")] = Path("weft-demo"),
    seed: Seed = 0,
) -> None:
    """Optimize a program on sentences from this machine's Python library: no key, no network, a minute."""
    started = time.monotonic()
    out.mkdir(parents=True, exist_ok=True)
    with context(lm=MODEL):
        report = _measured(_contest(seed))
        report.program.save(out / "program.json")
        write_report(report, out / "report.html")
    print_scores({"unoptimized": report.before, "optimized": report.after})
    print_costs(report.spent)
    _ask_in_a_new_process(out / "program.json")
    say(f"Saved {out / 'program.json'} and {out / 'report.html'} in {time.monotonic() - started:.0f} seconds.")
    _judge(report)


def _measured(contest: Contest) -> Report:
    """Announce the plan, test, search, and test what was found."""
    plan, test = contest.plan(), contest.parts["test"]
    say(f"\nPlan (US$; {MODEL} is free and runs here):\n{plan}\n")
    before = scored(contest.program, test, exact_match, title="Testing unoptimized")
    found, candidates, search = contest.run()
    after = scored(found, test, exact_match, title="Testing optimized")
    say(f"Best on the val set: {max(candidates, key=lambda candidate: candidate.score).label}")
    return Report(
        title="weft demo: from a docstring's sentence to its module",
        program=found,
        before=before,
        after=after,
        candidates=candidates,
        plan=plan,
        spent={"test unoptimized": before.usage, "search": search, "test optimized": after.usage},
        notes=_notes(contest),
    )


def _contest(seed: int) -> Contest:
    examples = stdlib_examples(seed)
    parts = split(examples, _SHARES)
    modules = sorted({example[OUTPUT] for example in examples})
    sizes = ", ".join(f"{len(rows)} {name}" for name, rows in parts.items())
    say(f"Data: {len(examples)} sentences from the docstrings of {len(modules)} modules ({sizes}), for instance")
    for shown in parts["train"][:3]:
        say(f"  {shown[INPUT]}  →  {shown[OUTPUT]}")
    options: dict[str, Any] = {"metric": exact_match, "seed": seed}
    return Contest(
        Predict(_signature(modules)),
        parts,
        {f"knn-few-shot, k={k}": Optimizer("knn-few-shot", k=k, **options) for k in _NEIGHBOURS},
        Optimizer("bootstrap-few-shot-random-search", num_candidate_programs=_BOOTSTRAPS, **options),
    )


def _signature(modules: list[str]) -> type[Signature]:
    signature = ensure_signature(f"{INPUT} -> {OUTPUT}").with_updated_fields(OUTPUT, type_=Literal[tuple(modules)])
    return signature.with_instructions(_INSTRUCTIONS)


def _notes(contest: Contest) -> tuple[str, ...]:
    sizes = ", ".join(f"{len(rows)} {name}" for name, rows in contest.parts.items())
    return (
        f"First sentences of public docstrings of Python's standard library, each module's own name masked: {sizes}.",
        f"The model is {MODEL}, an in-context learner without weights: all it knows is in the prompt.",
        "Optimizers learned from the train set, candidates were compared on the val set, and the scores before and "
        "after come from the test set, which nothing else has seen.",
    )


def _ask_in_a_new_process(program: Path) -> None:
    """Answer a new input by the saved program alone."""
    inputs = ["--program", str(program), "--lm", MODEL, "--input", f"{INPUT}={NEW_INPUT}"]
    # -P: a folder called weft beside the user's files is not this package
    done = subprocess.run(  # noqa: S603 - this very Python and package
        [sys.executable, "-P", "-m", "weft", "run", *inputs], capture_output=True, text=True, check=False
    )
    if done.returncode:
        fail(f"The saved program could not be run in a new process: {done.stderr.strip()}", 1)
    say(f"Loaded in a new process, it answers\n  {NEW_INPUT}  →  {done.stdout.strip()}")


def _judge(report: Report) -> None:
    before, after = report.before, report.after
    gain = after.score - before.score
    if gain < LEAST_GAIN:
        fail(f"The gain of {gain:.1f} points is less than the {LEAST_GAIN:.0f} that this demo stands for.", 1)
    if after.interval[0] <= before.interval[1]:
        fail(f"The gain of {gain:.1f} points may be chance: the intervals overlap.", 1)
    say(f"Gain on the held-out test set: {gain:+.1f} points.")
