"""``weft plan`` and ``weft optimize``: what it would take, and then the whole way to a better program."""

import shlex
from pathlib import Path
from typing import Annotated, Any

import typer

from ..optimize.report import Report, write_report
from .arguments import (
    AdapterName,
    Concurrency,
    FreeText,
    Instructions,
    Limit,
    MaxErrors,
    MetricName,
    Model,
    ModelOptions,
    Reasoning,
    Seed,
    SignatureText,
)
from .border import command
from .carry_out import announce, carry_out
from .job import Job, Wanted
from .places import check_places
from .program import in_force

Train = Annotated[Path, typer.Option(help="A CSV, TSV, JSON or JSONL file to learn from.")]
Val = Annotated[Path | None, typer.Option(help="A file to choose by. Default: a part of the train file.")]
Test = Annotated[Path | None, typer.Option(help="A file to test on. Default: a quarter of the train file.")]
OptimizerName = Annotated[str, typer.Option("--optimizer", help="An installed optimizer, such as knn-few-shot.")]
OptimizerOptions = Annotated[
    list[str] | None, typer.Option("--option", help="An option of the optimizer: key=value. May be repeated.")
]


def add_to(app: typer.Typer) -> None:
    """Add the commands to the application."""
    command(app, "plan")(plan)
    command(app, "optimize")(optimize)


def plan(
    train: Train,
    optimizer: OptimizerName,
    signature: SignatureText = None,
    val: Val = None,
    test: Test = None,
    options: OptimizerOptions = None,
    lm: Model = None,
    lm_options: ModelOptions = None,
    adapter: AdapterName = None,
    instructions: Instructions = None,
    cot: Reasoning = False,
    metric: MetricName = "exact-match",
    free_text: FreeText = False,
    limit: Limit = None,
    seed: Seed = 0,
    concurrency: Concurrency = None,
) -> None:
    """Say how many calls, tokens and dollars `weft optimize` would take at the most; spends nothing."""
    wanted = _wanted(locals())
    with in_force(lm, lm_options, adapter):
        announce(wanted.job())


def optimize(
    train: Train,
    optimizer: OptimizerName,
    out: Annotated[Path, typer.Option(help="Where to save the optimized program, as JSON.")],
    signature: SignatureText = None,
    val: Val = None,
    test: Test = None,
    options: OptimizerOptions = None,
    lm: Model = None,
    lm_options: ModelOptions = None,
    adapter: AdapterName = None,
    instructions: Instructions = None,
    cot: Reasoning = False,
    metric: MetricName = "exact-match",
    report: Annotated[Path | None, typer.Option(help="Write a report in one HTML file.")] = None,
    free_text: FreeText = False,
    limit: Limit = None,
    seed: Seed = 0,
    concurrency: Concurrency = None,
    max_errors: MaxErrors = None,
) -> None:
    """Optimize a program on your data: test it, search, test it again, save it."""
    wanted = _wanted(locals())
    check_places(out, report)
    with in_force(lm, lm_options, adapter):
        job = wanted.job()
        result = carry_out(job, title=f"{optimizer} on {train.name}", max_errors=max_errors)
        _save(result, out, report)
        typer.echo(f"Try it: {_next_command(job, out, lm, lm_options, adapter)}")


def _wanted(options: dict[str, Any]) -> Wanted:
    """Return those of a command's options that say what is to be optimized."""
    return Wanted(**{name: options[name] for name in Wanted.__slots__})


def _save(result: Report, out: Path, report: Path | None) -> None:
    result.program.save(out)
    typer.echo(f"Saved {out}")
    if report is not None:
        write_report(result, report)
        typer.echo(f"Saved {report}")


def _next_command(job: Job, out: Path, lm: str | None, lm_options: list[str] | None, adapter: str | None) -> str:
    words = ["weft", "run", "--program", str(out)]
    words += ["--lm", lm] if lm else []
    words += [word for option in lm_options or () for word in ("--lm-option", option)]
    words += ["--adapter", adapter] if adapter else []
    names = job.data.train[0].inputs()
    return shlex.join([*words, *(word for name in names for word in ("--input", f"{name}=…"))])
