"""Descriptions of tools are slots: they are addressed, bound, saved and checked like any other."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

import weft
from weft.errors import StateError

if TYPE_CHECKING:
    from pathlib import Path


def search(query: str) -> str:
    """Find documents."""
    return query


class Program(weft.Module):
    def __init__(self) -> None:
        self.agent = weft.ReAct("question -> answer", [search])
        self.free = weft.Predict("question, tools: list[Tool] -> calls: ToolCalls")

    def forward(self, question: str) -> Any:
        return self.agent(question=question)


ADDRESS = "agent.react.tools.search.desc"


def told(program: Program, **options: Any) -> str:
    """Return what the model is told of the tool."""
    lm = weft.LM("scripted/x", **options)
    with weft.context(lm=lm):
        request = program.agent.react.render(question="?")
    return request.tools[0].description if request.tools else request.messages[0].text


@pytest.mark.parametrize("native", [True, False])
def test_a_description_can_be_bound_without_touching_the_program(native: bool) -> None:
    program = Program()
    state = program.state.set(ADDRESS, "Look into the archive.")
    assert "Find documents." in told(program, tools=native)
    assert "Look into the archive." in told(program.with_state(state), tools=native)
    with program.using(state):
        assert "Look into the archive." in told(program, tools=native)
    assert "Find documents." in told(program, tools=native)


def test_descriptions_are_slots() -> None:
    state = Program().state
    changed = state.set(ADDRESS, "Else.")
    assert changed.get_slot(ADDRESS) == "Else."
    assert state.get_slot(ADDRESS) is None
    assert ADDRESS in changed.slots()
    assert ADDRESS not in state.slots()
    assert changed.diff(state) == {ADDRESS: ("Else.", None)}
    assert changed.key != state.key
    assert changed.set(ADDRESS, None) == state


@pytest.mark.parametrize(
    ("address", "message"),
    [
        ("agent.react.tools.search", "no slot 'agent.react.tools.search'"),
        ("agent.react.tools..desc", "no slot"),
        ("agent.react.tools", "no slot 'agent.react.tools'"),
        ("agent.react.tool.search.desc", "no slot 'agent.react.tool.search.desc'"),
    ],
)
def test_other_addresses_are_refused(address: str, message: str) -> None:
    with pytest.raises(StateError, match=message):
        Program().state.set(address, "x")
    with pytest.raises(StateError, match="'tools' holds a text, not 3"):
        Program().state.set(ADDRESS, 3)


def test_a_tool_that_the_program_does_not_have_is_refused() -> None:
    program = Program()
    state = program.state.set("agent.react.tools.serch.desc", "x")
    message = r"describes agent\.react\.tools\.serch, which is no tool of its own\. Did you mean 'search'"
    with pytest.raises(StateError, match=message):
        program.with_state(state)
    with pytest.raises(StateError, match="no tool of its own"):
        program.with_state(program.state.set("agent.extract.tools.search.desc", "x"))
    program.with_state(program.state.set("free.tools.anything.desc", "x"))  # its tools come with each call


def test_tools_of_a_call_are_described_by_their_names() -> None:
    program = Program()
    state = program.state.set("free.tools.search.desc", "Look.")
    with weft.context(lm=weft.LM("scripted/x", tools=True)), program.using(state):
        request = program.free.render(question="?", tools=[search, weft.Tool(search, name="other")])
    assert [tool.description for tool in request.tools] == ["Look.", "Find documents."]


def test_tools_that_a_call_brings_are_among_its_inputs() -> None:
    program = Program()
    lm = weft.LM("scripted/x", answers=[weft.Completion("")], cycle=True, tools=True)
    with weft.trace() as steps:
        program.free(question="?", tools=[search], lm=lm)
        program.agent.react(question="?", tools=(weft.Tool(search, name="other"),), lm=lm)
    assert [[tool.name for tool in step.inputs["tools"]] for step in steps] == [["search"], ["other"]]


def test_descriptions_survive_a_file(tmp_path: Path) -> None:
    program, path = Program(), tmp_path / "program.json"
    tuned = program.with_state(program.state.set(ADDRESS, "Look.").set("free.tools.search.desc", "Find."))
    tuned.save(path)
    assert Program().load(path).state == tuned.state
    content = json.loads(path.read_text(encoding="utf-8"))
    content["predictors"]["agent.react"]["tools"] = {"serch": "Look."}
    path.write_text(json.dumps(content), encoding="utf-8")
    with pytest.raises(StateError, match=r"'agent\.react' describes 'serch', which is no tool\. Did you mean 'search'"):
        Program().load(path)


def test_the_steps_of_a_run_are_demos_that_survive_a_file(tmp_path: Path) -> None:
    program, path = Program(), tmp_path / "program.json"
    calls = [
        weft.ToolCalls([{"name": "search", "arguments": {"query": "cats"}}]),
        weft.ToolCalls([{"name": "finish", "arguments": {"answer": "yes"}}]),
    ]
    lm = weft.LM("scripted/x", answers=[{"thought": "Hm.", "calls": one} for one in calls])
    with weft.context(lm=lm), weft.trace() as steps:
        program(question="Cats?")
    assert [step.path for step in steps] == ["agent.react", "agent.react"]
    assert list(steps[1].inputs) == ["question", "trajectory"]  # tools are code, and no part of an example
    program.agent.react.demos = [{**step.inputs, **step.prediction} for step in steps]
    program.save(path)
    loaded = Program().load(path)
    assert loaded.state == program.state
    assert loaded.agent.react.demos[1].trajectory[0].calls == calls[0]
    assert told(loaded, tools=True) == "Find documents."
