"""Scores and costs, as the commands print them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import typer

from .console import print_table

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ..evaluate import EvaluationResult
    from ..runtime.ledger import Usage


def print_scores(results: Mapping[str, EvaluationResult]) -> None:
    """Print results under one another: score, interval, rows, failures."""
    print_table(("", "score", "95 % interval", "rows", "failed"), [score_line(*item) for item in results.items()])


def score_line(name: str, result: EvaluationResult) -> tuple[str, ...]:
    """Return one result as the cells of a table."""
    low, high = result.interval
    counts = (str(len(result.rows)), str(len(result.errors)))
    return name, f"{result.score:.1f}", f"{low:.1f} to {high:.1f}", *counts


def print_costs(spent: Mapping[str, Usage]) -> None:
    """Print what each phase took, and all of them together."""
    usages = list(spent.items())
    total = sum((usage for _, usage in usages[1:]), usages[0][1])
    print_table(
        ("spent", "calls", "tokens in", "tokens out", "US$"), [_cost(*item) for item in [*usages, ("total", total)]]
    )


def _cost(name: str, usage: Usage) -> tuple[str, ...]:
    counts = (usage.calls, usage.input_tokens, usage.output_tokens)
    return name, *(f"{count:,}" for count in counts), money(usage.cost)


def money(cost: float | None) -> str:
    """Return dollars with the cents, and more places where they are all that there is."""
    if cost is None:
        return "unknown"
    return f"{cost:.2f}" if cost >= 0.01 or cost == 0 else f"{cost:.6f}"


def say(line: str = "") -> None:
    """Print a line."""
    typer.echo(line)
