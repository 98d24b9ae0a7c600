"""The report: complete, self-contained, and safe whatever the data hold."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from typing import TYPE_CHECKING, Any

import pytest

import weft
from weft.optimize.report import Report, report_html, write_report

if TYPE_CHECKING:
    from pathlib import Path

_VOID = {"meta", "br", "img", "line", "circle"}
_EVIL = '<script>alert("1")</script> & $title ${notes}'


class Page(HTMLParser):
    """Checks that tags are balanced, and gathers text and everything that could load something."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: list[str] = []
        self.loads: list[str] = []
        self.text = ""
        self.feed(html)
        self.close()
        assert self.open == [], f"these tags stay open: {self.open}"

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.loads += [f"{name}={value}" for name, value in attrs if name in ("src", "href", "srcset", "data")]
        if tag not in _VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data


def _report(answers: list[Any], **changes: Any) -> Report:
    labels = ["a", "b", _EVIL] * 3
    data = [weft.Example(text=f"{_EVIL} {n}", label=label).with_inputs("text") for n, label in enumerate(labels)]
    program = weft.Predict("text -> label", lm=weft.LM("scripted/x", answers=answers, cycle=True))
    evaluate = weft.Evaluate(devset=data, metric=weft.exact_match, concurrency=1, max_errors=None)
    result = evaluate(program)
    candidate = weft.optimize.Candidate(f"draw {_EVIL}", program.state, (1.0, 0.0, 1.0), 1)
    row = weft.PlanRow("compare", "task", 1, 2, 3, 400, 50, None)
    values: dict[str, Any] = {
        "title": f"Sort {_EVIL}",
        "program": program,
        "before": result,
        "after": result,
        "candidates": (candidate,),
        "plan": weft.Plan((row,)),
        "spent": {"search": weft.Usage(input_tokens=1234, calls=5, cost=None)},
        "notes": ("9 rows.",),
    }
    return Report(**{**values, **changes})


def test_it_loads_nothing_and_escapes_everything() -> None:
    page = Page(report_html(_report([{"label": "a"}, {"label": "b"}, {"label": _EVIL}])))
    assert page.loads == []
    assert "script" not in page.tags
    assert page.text.count(f"Sort {_EVIL}") == 2, "the title stands in the head and above the page"
    css = re.findall(r"url\(|@import|https?:", page.text)
    assert css == []


def test_it_tells_scores_candidates_errors_costs_and_the_prompt() -> None:
    broken = weft.errors.LMServerError("the server <fell>")
    page = Page(report_html(_report([{"label": "a"}, broken, {"label": "b"}])))
    assert "50.0" in page.text
    assert "draw" in page.text
    assert "★" in page.text
    assert "LMServerError" in page.text
    assert "the server <fell>" in page.text
    assert "1,234" in page.text
    assert "unknown" in page.text
    assert "[[ ## text ## ]]" in page.text
    assert page.tags.count("svg") == 2
    confusion = re.search(r"label\s*" + re.escape(_EVIL) + r"\s*b\s*3", page.text)
    assert confusion, "what was expected, what was answered and how often"


def test_it_is_whole_without_candidates_plan_and_costs(tmp_path: Path) -> None:
    report = _report([{"label": "a"}], candidates=(), plan=None, spent={})
    write_report(report, tmp_path / "report.html")
    page = Page((tmp_path / "report.html").read_text(encoding="utf-8"))
    assert "The optimizer compared no candidates." in page.text
    assert "Nothing was counted." in page.text


def test_a_program_of_several_steps_shows_what_it_can() -> None:
    class Steps(weft.Module):
        def __init__(self) -> None:
            self.first, self.second = weft.Predict("text -> note"), weft.Predict("note -> label")

        async def aforward(self, text: str) -> Any:
            return await self.second.acall(note=(await self.first.acall(text=text)).note)

    with weft.context(lm=weft.LM("scripted/x")):
        page = Page(report_html(_report([{"label": "a"}], program=Steps())))
    assert "Given `text`, give `note`." in page.text
    assert "(0 demonstrations)" in page.text


@pytest.mark.parametrize("bound", [-float("inf"), float("inf")])
def test_charts_cut_off_what_lies_outside(bound: float) -> None:
    from weft.optimize.chart import interval_chart

    assert "inf" not in interval_chart([("one", 50.0, (min(bound, 0), max(bound, 100)))])
