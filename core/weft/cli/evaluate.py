"""``weft eval``: how a program does on a data file."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Annotated, Any

import typer

from ..data.example import Example
from ..data.files import read_table
from ..errors import OptionError
from ..evaluate import Evaluate, EvaluationResult
from ..program.module import Module
from ..runtime.settings import settings
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
    Saved,
    Seed,
    SignatureText,
)
from .border import command
from .console import progress
from .examples import sampled, typed_examples, with_labels
from .metric import metric_named
from .outcome import print_scores
from .places import check_places
from .program import built_program, declared_signature, in_force, need_model, saved_program, task_signature


def add_to(app: typer.Typer) -> None:
    """Add the command to the application."""
    command(app, "eval")(evaluate)


def evaluate(
    data: Annotated[Path, typer.Option("--data", "--test", help="A CSV, TSV, JSON or JSONL file.")],
    signature: SignatureText = None,
    program: Saved = None,
    lm: Model = None,
    lm_options: ModelOptions = None,
    adapter: AdapterName = None,
    instructions: Instructions = None,
    cot: Reasoning = False,
    metric: MetricName = "exact-match",
    out: Annotated[Path | None, typer.Option(help="Write every row to this .csv or .json file.")] = None,
    show: Annotated[int, typer.Option(min=0, help="Print this many rows.")] = 0,
    free_text: FreeText = False,
    limit: Limit = None,
    seed: Seed = 0,
    concurrency: Concurrency = None,
    max_errors: MaxErrors = None,
) -> None:
    """Score a program on a data file, with a 95 % interval."""
    _check_out(out)
    table = read_table(data)
    if program is not None:
        chosen = saved_program(program, signature=signature, instructions=instructions, reasons=cot, adapter=adapter)
    else:
        labelled = with_labels(declared_signature(signature), table, free_text=free_text)
        chosen = built_program(labelled.signature, reasons=cot, instructions=instructions)
        for decision in labelled.decisions:
            typer.echo(decision)
    examples = sampled(typed_examples(table, task_signature(chosen)), limit, seed, "test")
    with in_force(lm, lm_options, adapter):
        need_model(chosen)
        score = metric_named(metric)
        result = scored(chosen, examples, score, title="Evaluating", concurrency=concurrency, max_errors=max_errors)
    if show:
        typer.echo(result.table(show))
    print_scores({"score": result})
    if out is not None:
        (result.save_csv if out.suffix.lower() == ".csv" else result.save_json)(out)
        typer.echo(f"Saved {out}")


def _check_out(out: Path | None) -> None:
    if out is not None and out.suffix.lower() not in (".csv", ".json"):
        raise OptionError(f"--out must be a .csv or .json file, not {str(out)!r}.")
    check_places(out)


def scored(
    program: Module,
    examples: Sequence[Example],
    metric: Callable[..., Any],
    *,
    title: str,
    max_errors: int | None = None,
    concurrency: int | None = None,
) -> EvaluationResult:
    """Evaluate a program with a progress bar.

    Raises:
        EvaluationError: too many examples failed.
    """
    limit = settings.get("max_errors") if max_errors is None else max_errors
    judge = Evaluate(devset=examples, metric=metric, concurrency=concurrency, max_errors=limit)
    with progress(title, len(examples), "evaluate.row"):
        return judge(program)
