"""A name misspelt by one slip, anywhere in the public API, raises with the right name, before any call of a model.

`CASES` lists what takes names from users: add a line for anything new. Keyword options of public functions, classes
and methods need no line: `test_optional_keywords_are_guarded_everywhere` finds them by itself.
"""

from __future__ import annotations

import inspect
import keyword
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

import weft
from weft.errors import WeftError
from weft.lm.records import COMMON_PARAMETERS, PARAMETERS
from weft.runtime.keys import KEYS
from weft.signature.fields import CONSTRAINTS
from weft.spelling import closest, hint

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

CALLS: list[weft.Request] = []
LM = weft.LM("scripted/never", answers=lambda request: CALLS.append(request) or "paid")


class Trip(weft.Signature):
    """Plan a trip."""

    destination: str = weft.InputField()
    budget: float = weft.InputField(default=100.0)
    itinerary: str = weft.OutputField()
    warnings: list[str] = weft.OutputField()


class Planner(weft.Module):
    def __init__(self) -> None:
        self.outline = weft.Predict(Trip, lm=LM)
        self.polish = weft.ChainOfThought("itinerary -> letter", lm=LM)

    def forward(self, destination: str, travellers: int = 1) -> Any:
        return self.outline(destination=destination)


@weft.predict
def advise(destination: str, season: str = "summer") -> Literal["go", "stay"]:
    """Say whether to go."""
    raise AssertionError


class Climb(weft.Optimizer):
    needs_metric = False

    def __init__(self, *, restarts: int = 1, **options: Any) -> None:
        super().__init__(**options)

    async def search(self, task: Any, run: Any) -> Any: ...

    def plan(self, task: Any) -> Any: ...


TRIP = weft.Predict(Trip, lm=LM)
STATE = Planner().state
ROW = weft.Example(destination="Rome", budget=3.0, itinerary="…").with_inputs("destination", "budget")
FIELD_OPTIONS = ("desc", "default", "default_factory", *CONSTRAINTS)


class Case(NamedTuple):
    """Something that takes names: which it knows, and how it is given another."""

    what: str
    names: Iterable[str]
    give: Callable[[str], object]


COMMON = sorted(COMMON_PARAMETERS)

CASES = [
    Case("configure", KEYS, lambda name: weft.configure(**{name: 1})),  # type: ignore[misc]
    Case("context", KEYS, lambda name: weft.context(**{name: 1})),  # type: ignore[misc]
    Case("settings attribute", KEYS, lambda name: getattr(weft.settings, name)),
    Case("settings.get", KEYS, weft.settings.get),
    Case("settings.explain", KEYS, weft.settings.explain),
    Case("LM name", ["scripted", "embedded"], lambda name: weft.LM(f"{name}/x")),
    Case("Adapter name", ["chat", "json"], weft.Adapter),
    Case("scripted", (*COMMON, "answers", "latency", "cycle"), lambda name: weft.LM("scripted/x", **{name: 1})),
    Case("embedded", (*COMMON, "context_window"), lambda name: weft.LM("embedded/incontext", **{name: 1})),
    Case("lm(…)", COMMON, lambda name: LM("Hi", **{name: 1})),
    Case("lm.copy", COMMON, lambda name: LM.copy(**{name: 1})),
    Case("RM memory", ["texts"], lambda name: weft.RM("memory", **{name: []})),
    Case("Signature class", ["types"], lambda name: type(weft.Signature)("S", (weft.Signature,), {}, **{name: {}})),
    Case("InputField", FIELD_OPTIONS, lambda name: weft.InputField(**{name: 1})),
    Case("OutputField", FIELD_OPTIONS, lambda name: weft.OutputField(**{name: 1})),
    Case("with_updated_fields", FIELD_OPTIONS, lambda name: Trip.with_updated_fields("budget", **{name: 1})),
    Case("updated field", Trip.fields, lambda name: Trip.with_updated_fields(name, desc="x")),
    Case("deleted field", Trip.fields, Trip.delete),
    Case("type in a string", ["Itinerary", "Budget"], lambda name: _with_type(name)),
    Case("Predict", (*PARAMETERS, "lm", "adapter"), lambda name: weft.Predict(Trip, **{name: 1})),
    Case("ChainOfThought", (*PARAMETERS, "lm", "adapter"), lambda name: weft.ChainOfThought(Trip, **{name: 1})),
    Case("Predict call", [*Trip.input_fields, "config"], lambda name: TRIP(destination="Rome", **{name: 1})),
    Case("Predict render", [*Trip.input_fields, "config"], lambda name: TRIP.render(destination="Rome", **{name: 1})),
    Case("call config", PARAMETERS, lambda name: TRIP(destination="Rome", config={name: 1})),
    Case("Predict attribute", ["demos", "instructions", "adapter", "config"], lambda name: setattr(TRIP, name, [])),
    Case("Module call", ["destination", "travellers"], lambda name: Planner()(**{name: "x"})),
    Case("batch row", Trip.input_fields, lambda name: TRIP.batch([{name: "x"}])),
    Case("@predict call", ["destination", "season"], lambda name: advise(**{name: "x"})),  # type: ignore[call-arg]
    Case("using parameters", PARAMETERS, lambda name: TRIP.using(parameters={name: 1})),
    Case("state path", STATE, lambda name: STATE[name]),
    Case("slot", STATE.slots(), lambda name: STATE.set(name, "x")),
    Case("slot read", STATE.slots(), STATE.get_slot),
    Case("described field", Trip.fields, lambda name: _described(name)),
    Case("bound state", STATE, lambda name: Planner().using(weft.State({name: STATE["outline"]}))),
    Case(
        "PredictState.changed",
        ["demos", "instructions", "fields"],
        lambda name: weft.PredictState().changed(**{name: 1}),
    ),
    Case("with_inputs", ROW, lambda name: ROW.with_inputs(name)),
    Case("without", ROW, lambda name: ROW.without(name)),
    Case("field of an example", ROW, lambda name: getattr(ROW, name)),
    Case("column", ["itinerary", "warnings"], lambda name: _prediction().completions.column(name)),
    Case("name in weft", weft.__all__, lambda name: getattr(weft, name)),
    Case("optimizer", ["restarts", "metric", "seed", "concurrency"], lambda name: Climb(**{name: 1})),
]


def _with_type(name: str) -> object:
    return weft.Signature(f"q -> a: {name}", types={"Itinerary": str, "Budget": float})


def _described(name: str) -> object:
    return Planner().with_state(STATE.set(f"outline.fields.{name}.desc", "x"))


def _prediction() -> weft.Prediction:
    return weft.Prediction(itinerary="x", warnings=[])


def slips(name: str) -> st.SearchStrategy[str]:
    """Every way to drop, double, swap or replace one character of a name."""
    made = {name[:i] + name[i] + name[i:] for i in range(len(name))}
    if len(name) > 1:
        made |= {name[:i] + name[i + 1 :] for i in range(len(name))}
        made |= {name[:i] + name[i + 1] + name[i] + name[i + 2 :] for i in range(len(name) - 1)}
        made |= {name[:i] + letter + name[i + 1 :] for i in range(len(name)) for letter in "qxz"}
    return st.sampled_from(sorted(made))


def distance(one: str, other: str) -> int:
    """Edits between two names, a swap of neighbours counting as one (optimal string alignment)."""
    rows = [list(range(len(other) + 1))]
    for i, left in enumerate(one, 1):
        row = [i]
        for j, right in enumerate(other, 1):
            best = min(rows[-1][j] + 1, row[-1] + 1, rows[-1][j - 1] + (left != right))
            if i > 1 and j > 1 and left == other[j - 2] and one[i - 2] == right:
                best = min(best, rows[-2][j - 2] + 1)
            row.append(best)
        rows.append(row)
    return rows[-1][-1]


def misspelt(data: st.DataObject, names: Iterable[str]) -> tuple[str, str]:
    """Draw a name and a misspelling of it that is not as near to another name."""
    known = sorted(names)
    right = data.draw(st.sampled_from(known))
    wrong = data.draw(slips(right))
    folded = wrong.casefold()
    assume(folded not in {name.casefold() for name in known} and wrong.isidentifier() >= right.isidentifier())
    assume(not keyword.iskeyword(wrong) and not wrong.startswith("_"))
    assume(all(distance(folded, name.casefold()) > 1 for name in known if name != right))
    return right, wrong


@pytest.mark.parametrize("case", CASES, ids=[case.what for case in CASES])
@settings(max_examples=30)
@given(data=st.data())
def test_one_slip_is_corrected_before_anything_is_paid(case: Case, data: st.DataObject) -> None:
    right, wrong = misspelt(data, case.names)
    CALLS.clear()
    with pytest.raises((WeftError, AttributeError)) as caught:
        case.give(wrong)
    assert f"Did you mean {right!r}" in str(caught.value)
    assert CALLS == []


# Results that weft makes and users read.
MADE_BY_WEFT = {"EvaluationResult", "Optimized", "Prediction.answered", "Ref", "Task"}
WRITTEN_BY_PLUGINS = {f"{rm}.{method}" for rm in ("RM", "MemoryRM", "VectorRM") for method in ("search", "search_many")}
INHERITED = {f"{cls}.{name}" for cls in ("Example", "Prediction", "State") for name in ("get",)} | {
    f"{cls}.index" for cls in ("Citations", "Completions", "History", "Passages", "ToolCalls", "Trajectory")
}
INHERITED |= {f"{cls.__name__}.{name}" for cls in (weft.Code, weft.Reasoning) for name in dir(str)}
FOREIGN = {"hookimpl"}


def keywords(function: Any) -> dict[str, bool]:
    """Return the names a function takes by keyword, and whether a caller may leave each out; none if it takes any."""
    try:
        parameters = inspect.signature(inspect.unwrap(function)).parameters.values()
    except (TypeError, ValueError):
        return {}
    if any(parameter.kind is parameter.VAR_KEYWORD for parameter in parameters):
        return {}
    by_name = [p for p in parameters if p.kind in (p.KEYWORD_ONLY, p.POSITIONAL_OR_KEYWORD)]
    kinds = {p.name: p.kind is p.KEYWORD_ONLY or p.default is not p.empty for p in by_name}
    return {name: optional for name, optional in kinds.items() if name not in ("self", "cls")}


def guarded() -> list[tuple[str, Any, list[str]]]:
    """Return every public function, class and method that takes optional keywords, with their names."""
    found: list[tuple[str, Any]] = []
    for name in weft.__all__:
        value = getattr(weft, name)
        if callable(value):
            found.append((name, value))
        if isinstance(value, type):
            methods = inspect.getmembers(value, inspect.isroutine)
            found += [(f"{name}.{key}", method) for key, method in methods if key == "__call__" or key[0] != "_"]
    exempt = MADE_BY_WEFT | WRITTEN_BY_PLUGINS | INHERITED | FOREIGN
    listed = [
        (what, value, [name for name, optional in keywords(value).items() if optional])
        for what, value in found
        if what not in exempt and not what.endswith("forward")  # which calls check before
    ]
    return [(what, value, names) for what, value, names in listed if names]


GUARDED = guarded()


@pytest.mark.parametrize(("function", "names"), [entry[1:] for entry in GUARDED], ids=[entry[0] for entry in GUARDED])
@settings(max_examples=30)
@given(data=st.data())
def test_optional_keywords_are_guarded_everywhere(function: Any, names: list[str], data: st.DataObject) -> None:
    right, wrong = misspelt(data, {*names, *keywords(function)})
    with pytest.raises(WeftError) as caught:
        function(**{wrong: None})
    assert f"Did you mean {right!r}?" in str(caught.value)


def test_the_guard_covers_what_it_should() -> None:
    covered = {what for what, _, _ in GUARDED}
    assert {
        "Evaluate",
        "Module.batch",
        "Module.using",
        "Optimizer.compile",
        "Capabilities",
        "inspect_history",
    } <= covered


def test_what_is_near_and_what_is_not() -> None:
    known = ["temperature", "top_p", "max_tokens", "n"]
    assert closest("Temperatur", known) == "temperature"
    assert closest("max_token", known) == "max_tokens"
    assert closest("unrelated", known) is None
    assert closest("lst", ["List", "list"]) == "list"
    assert closest("ml", ["lm", "rm"]) == "lm"
    assert closest("abc", ["abcd", "abxyc"]) == "abcd"
    assert closest("z", ["k", "n"]) is None
    assert hint("unrelated", known) == " Known: 'max_tokens', 'n', 'temperature', 'top_p'."
    assert hint("x", []) == ""
    assert hint("unrelated", [f"name_{number:02}" for number in range(20)]).endswith("'name_11', ….")
