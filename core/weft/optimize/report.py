"""The report of an optimization: one HTML file that needs nothing else, neither network nor scripts."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from functools import cache
from html import escape
from importlib.resources import files
from pathlib import Path
from string import Template
from typing import TYPE_CHECKING, Any

from .. import __version__
from ..data.example import Example
from ..data.results import Err
from ..runtime.writing import write_whole
from ..signature.describe import text_of
from .chart import interval_chart

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from ..evaluate import EvaluationResult, Row
    from ..program.module import Module
    from ..runtime.ledger import Usage
    from .plan import Plan, PlanRow
    from .result import Candidate

_MOST_CONFUSIONS = 40
_MOST_CLASSES = 250
_LONGEST_CELL = 200
_LONGEST_TURN = 4000


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What a report tells.

    Attributes:
        title: what was optimized.
        program: the program that was found.
        before, after: the given and the found program on the same test set.
        candidates: the states that were compared on the way.
        plan: what was announced.
        spent: what was spent, by phase.
        notes: sentences about data and method.
    """

    title: str
    program: Module
    before: EvaluationResult
    after: EvaluationResult
    candidates: Sequence[Candidate] = ()
    plan: Plan | None = None
    spent: Mapping[str, Usage] = field(default_factory=dict[str, "Usage"])
    notes: Sequence[str] = ()


def write_report(report: Report, path: str | Path) -> None:
    """Write a report to a file, which appears whole or not at all."""
    write_whole(Path(path), report_html(report))


def report_html(report: Report) -> str:
    """Return a report as HTML; all that comes from users and models is escaped.

    The winning prompt is rendered for the first test example, so the model must be set, as for a call.
    """
    return _template().substitute(
        title=escape(report.title),
        version=escape(__version__),
        notes="".join(f"<p>{escape(note)}</p>" for note in report.notes),
        outcome=_outcome(report),
        candidates=_candidates(report),
        prompt=_prompts(report),
        confusions=_confusions(report.after),
        classes=_classes(report),
        failures=_failures(report.after),
        cost=_cost(report),
    )


@cache
def _template() -> Template:
    return Template(files("weft.optimize").joinpath("report.html").read_text(encoding="utf-8"))


def _table(columns: Sequence[str], lines: Iterable[Sequence[object]]) -> str:
    """Return a table; numbers stand to the right."""
    head = "".join(f"<th>{escape(column)}</th>" for column in columns)
    body = "".join(f"<tr>{''.join(_cell(value) for value in line)}</tr>" for line in lines)
    return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"


def _cell(value: object) -> str:
    if isinstance(value, int | float):
        return f'<td class="number">{value:,}</td>'
    return f"<td>{escape(_shortened(str(value), _LONGEST_CELL))}</td>"


def _shortened(text: str, limit: int) -> str:
    return text if len(text) <= limit else f"{text[:limit]}… ({len(text):,} characters)"


def _outcome(report: Report) -> str:
    results = {"unoptimized": report.before, "optimized": report.after}
    chart = interval_chart([(name, result.score, result.interval) for name, result in results.items()])
    lines = [(name, *_result_cells(result)) for name, result in results.items()]
    gain = report.after.score - report.before.score
    low, high = report.after.interval[0], report.before.interval[1]
    apart = "The intervals do not overlap." if low > high else "The intervals overlap."
    columns = ("", "score", "95 % interval", "rows", "failed", "seconds")
    return f"<p>Gain on the test set: <b>{gain:+.1f} points</b>. {apart}</p>{chart}{_table(columns, lines)}"


def _result_cells(result: EvaluationResult) -> tuple[object, ...]:
    low, high = result.interval
    score, interval = f"{result.score:.1f}", f"{low:.1f} to {high:.1f}"
    return score, interval, len(result.rows), len(result.errors), round(result.seconds, 1)


def _candidates(report: Report) -> str:
    if not report.candidates:
        return "<p>The optimizer compared no candidates.</p>"
    found = report.program.state
    marks = [" ★" if candidate.state == found else "" for candidate in report.candidates]
    bars = [
        (candidate.label + mark, candidate.score, candidate.interval)
        for candidate, mark in zip(report.candidates, marks, strict=True)
    ]
    lines = [
        (name, f"{score:.1f}", f"{low:.1f} to {high:.1f}", len(candidate.scores), candidate.failures)
        for (name, score, (low, high)), candidate in zip(bars, report.candidates, strict=True)
    ]
    note = "<p>★ is what was found.</p>" if any(marks) else ""
    return interval_chart(bars) + note + _table(("candidate", "score", "95 % interval", "scored", "failed"), lines)


def _prompts(report: Report) -> str:
    example = report.after.rows[0].example
    return "".join(_prompt(path, predictor, example) for path, predictor in report.program.named_predictors())


def _prompt(path: str, predictor: Any, example: Example) -> str:
    """Return the turns of a predictor's prompt; without its inputs, which another step makes, only what it was told."""
    names = predictor.signature.input_fields
    heading = f"<h3>{escape(path)}: {escape(_shortened(predictor.signature.spec, _LONGEST_CELL))}</h3>"
    if any(name not in example for name in names):
        told = f"{predictor.instructions}\n\n({len(predictor.demos)} demonstrations)"
        return f'{heading}<pre class="system">{escape(told)}</pre>'
    request = predictor.render(**{name: example[name] for name in names})
    turns = [(message.role, message.text) for message in request.messages]
    shown = "".join(
        f'<pre class="{role}"><i>{role}</i>\n{escape(_shortened(text, _LONGEST_TURN))}</pre>' for role, text in turns
    )
    return f"{heading}{shown}"


def _labels(row: Row) -> dict[str, Any]:
    return Example.labels(row.example)


def _answer(row: Row, name: str) -> str:
    prediction = row.prediction
    found = name in prediction if hasattr(prediction, "__contains__") else False
    return text_of(prediction[name]) if found else ""


def _confusions(result: EvaluationResult) -> str:
    wrong = [row for row in result.rows if row.outcome.ok and row.score is not None and row.score < 1]
    if not wrong:
        return "<p>No answer was wrong.</p>"
    counts = Counter(
        (name, text_of(expected), _answer(row, name))
        for row in wrong
        for name, expected in _labels(row).items()
        if _answer(row, name) != text_of(expected)
    )
    common = counts.most_common(_MOST_CONFUSIONS)
    rest = len(counts) - len(common)
    more = f"<p>And {rest:,} more kinds of error.</p>" if rest else ""
    intro = f"<p>{len(wrong):,} of {len(result.rows):,} answers were not fully right.</p>"
    return intro + _table(("field", "expected", "answered", "times"), [(*key, count) for key, count in common]) + more


def _classes(report: Report) -> str:
    """Return the scores by expected value, before and after, where the values repeat; the worst first."""
    before, after = _by_class(report.before), _by_class(report.after)
    if not 2 <= len(after) <= min(_MOST_CLASSES, len(report.after.rows) // 2):
        return "<p>The expected values do not repeat, so there are no classes.</p>"
    lines = [
        (*key, len(scores), f"{_mean(before.get(key, [])):.0f}", f"{_mean(scores):.0f}")
        for key, scores in sorted(after.items(), key=lambda item: (_mean(item[1]), item[0]))
    ]
    return _table(("field", "expected", "rows", "before", "after"), lines)


def _by_class(result: EvaluationResult) -> dict[tuple[str, str], list[float]]:
    classes: dict[tuple[str, str], list[float]] = {}
    for row in result.rows:
        for name, expected in _labels(row).items():
            classes.setdefault((name, text_of(expected)), []).append(row.score or 0.0)
    return classes


def _mean(scores: Sequence[float]) -> float:
    return 100 * sum(scores) / len(scores) if scores else 0.0


def _failures(result: EvaluationResult) -> str:
    if not result.errors:
        return "<p>No example failed.</p>"
    groups: dict[tuple[str, str], list[str]] = {}
    for outcome in (row.outcome for row in result.errors):
        if isinstance(outcome, Err):
            groups.setdefault((outcome.stage, type(outcome.error).__name__), []).append(str(outcome.error))
    lines = [(*key, len(messages), messages[0]) for key, messages in groups.items()]
    return _table(("stage", "exception", "times", "for instance"), lines)


def _cost(report: Report) -> str:
    parts: list[str] = []
    if report.plan is not None:
        rows = [*report.plan.rows, report.plan.total]
        columns = ("planned", "role", "calls at most", "tokens in", "tokens out", "US$")
        parts.append(_table(columns, [_planned(row) for row in rows]))
    if report.spent:
        usages = list(report.spent.items())
        total = sum((usage for _, usage in usages[1:]), usages[0][1])
        columns = ("spent", "calls", "tokens in", "tokens out", "US$")
        parts.append(_table(columns, [_spent(name, usage) for name, usage in [*usages, ("total", total)]]))
    return "".join(parts) or "<p>Nothing was counted.</p>"


def _planned(row: PlanRow) -> tuple[object, ...]:
    return row.phase, row.role, row.high, row.input_tokens, row.output_tokens, _dollars(row.cost)


def _spent(name: str, usage: Usage) -> tuple[object, ...]:
    return name, usage.calls, usage.input_tokens, usage.output_tokens, _dollars(usage.cost)


def _dollars(cost: float | None) -> str:
    return "unknown" if cost is None else f"{cost:.4f}"
