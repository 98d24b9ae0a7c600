"""ToolCalls and Trajectory as values: read from whatever models write, shown in one form, and the same after a file."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import TypeAdapter

import weft
from weft.data.trajectory import TrajectoryStep

CALLS = weft.ToolCalls([{"name": "search", "arguments": {"query": "cats"}}])
FORM = [{"name": "search", "arguments": {"query": "cats"}}]


@pytest.mark.parametrize(
    "written",
    [
        FORM,
        FORM[0],
        {"tool_calls": FORM},
        {"calls": FORM},
        [{"id": "1", "type": "function", "function": {"name": "search", "arguments": '{"query": "cats"}'}}],
        {"name": "search", "args": {"query": "cats"}},
        {"name": "search", "parameters": {"query": "cats"}},
        {"name": "search", "input": {"query": "cats"}},
        {"search": {"query": "cats"}},
        json.dumps(FORM),
        f"```json\n{json.dumps(FORM)}\n```",
        "[{'name': 'search', 'arguments': {'query': 'cats'}},]",
        f"I'll look. <tool_call>\n{json.dumps(FORM[0])}\n</tool_call>",
    ],
)
def test_calls_are_read_in_every_form(written: Any) -> None:
    calls = weft.ToolCalls.read(written)
    assert [(call.name, json.loads(call.arguments)) for call in calls] == [("search", {"query": "cats"})]
    assert calls.shown() == FORM


@pytest.mark.parametrize("written", ["", "none", "[]", "{}", "null", None, [], {}, "N/A"])
def test_no_call_is_no_call(written: Any) -> None:
    assert weft.ToolCalls.read(written) == weft.ToolCalls()


@pytest.mark.parametrize(
    "written",
    ["search cats", '[{"name": "search", "arguments": {"query": "ca', {"query": "cats"}, 3, '"search"', [3]],
)
def test_what_is_no_call_is_refused(written: Any) -> None:
    with pytest.raises(ValueError, match=r"expected|breaks off|no JSON|has 'name' and 'arguments'"):
        weft.ToolCalls.read(written)


def test_arguments_stay_as_the_model_wrote_them() -> None:
    call = weft.ToolCall("1", "search", '{"query": "ca', "sealed")
    calls = weft.ToolCalls([call])
    assert calls[0] is call
    assert calls.shown() == [{"name": "search", "arguments": '{"query": "ca'}]
    assert weft.ToolCalls.read(call)[0] is call
    assert weft.ToolCalls.read(calls) is calls
    wrapped = {"id": "call-1", "function": {"name": "search", "arguments": "{}"}}
    assert weft.ToolCalls.read(wrapped)[0].id == "call-1"


def test_calls_are_immutable_values() -> None:
    same = weft.ToolCalls(CALLS)
    assert same == CALLS
    assert hash(same) == hash(CALLS)
    assert same != weft.ToolCalls()
    assert bool(CALLS)
    assert not weft.ToolCalls()
    assert CALLS[:1] == CALLS.calls
    with pytest.raises(AttributeError, match="immutable"):
        CALLS.calls = ()


names = st.text("abcdefg_-", min_size=1, max_size=8)
made_calls = st.lists(
    st.builds(
        lambda name, arguments: {"name": name, "arguments": arguments},
        names,
        st.dictionaries(names, st.none() | st.integers() | st.text() | st.lists(st.text(), max_size=2), max_size=3),
    ),
    max_size=3,
).map(weft.ToolCalls)
results = st.builds(weft.ToolResult, st.text(), st.none() | st.text(), st.floats(0, 9), st.integers(0, 9))
steps = made_calls.flatmap(
    lambda calls: st.builds(
        TrajectoryStep,
        st.text(),
        st.just(calls),
        st.tuples(*[results] * len(calls)),
        st.text(),
    )
)
trajectories = st.builds(weft.Trajectory, st.lists(steps, max_size=3), st.sampled_from(["", "finish", "max_steps"]))


@settings(max_examples=60)
@given(made_calls, trajectories)
def test_values_survive_json(calls: weft.ToolCalls, trajectory: weft.Trajectory) -> None:
    for value, type_ in ((calls, weft.ToolCalls), (trajectory, weft.Trajectory)):
        adapter = TypeAdapter(type_)
        assert adapter.validate_json(adapter.dump_json(value)) == value
        assert adapter.validate_python(value) is value
        data = weft.Example(value=value).to_dict()["value"]
        assert json.loads(json.dumps(data)) == data
        assert adapter.validate_python(data) == value


def test_a_trajectory_reads_as_a_log() -> None:
    step = TrajectoryStep("Look.", CALLS, (weft.ToolResult("tom\nfelix"),))
    trajectory = weft.Trajectory([step]).plus(TrajectoryStep(problem="No tool was called."))
    assert str(trajectory) == (
        'Step 1\nThought: Look.\nCall: search {"query": "cats"}\nResult: tom\nfelix\n\n'
        "Step 2\nProblem: No tool was called."
    )
    assert (len(trajectory), trajectory[0], trajectory[-1].problem) == (2, step, "No tool was called.")
    with pytest.raises(AttributeError, match=r"use \.plus\(step\)"):
        trajectory.steps = ()


@pytest.mark.parametrize("value", [3, {}, {"steps": [{}], "ended": ""}, {"steps": 3, "ended": ""}, "no JSON"])
def test_what_is_no_trajectory_is_refused(value: Any) -> None:
    with pytest.raises(ValueError, match=r"trajectory has 'steps' and 'ended'|Expecting value"):
        weft.Trajectory.read(value)
