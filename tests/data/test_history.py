"""History: turns from every form in which people have them, immutable, and the same after a file."""

from __future__ import annotations

import json
from typing import Any

import pytest

import weft
from pytest_weft.samples import png
from weft.errors import DataError, OptionError

IMAGE = weft.Image(png(2, 2))
CALL = weft.ToolCall("c1", "search", '{"q": "cats"}')


def test_turns_come_as_field_values_or_as_chat_apis_have_them() -> None:
    history = weft.History(
        [
            {"question": "2+2?", "answer": "4"},
            {"inputs": {"question": "3+3?"}, "outputs": {"answer": "6"}},
            {"role": "user", "content": "Thanks."},
            {"role": "user", "content": [{"type": "text", "text": "What is this?"}, IMAGE]},
            {
                "role": "assistant",
                "content": None,
                "tool_calls": [{"id": "c1", "function": {"name": "search", "arguments": '{"q": "cats"}'}}],
            },
            {"role": "tool", "content": "Nine.", "tool_call_id": "c1"},
        ]
    )
    assert list(history) == [
        weft.Exchange(fields={"question": "2+2?", "answer": "4"}),
        weft.Exchange({"question": "3+3?"}, {"answer": "6"}),
        weft.Turn("user", ("Thanks.",)),
        weft.Turn("user", ("What is this?", IMAGE)),
        weft.Turn("assistant", (), (CALL,)),
        weft.Turn("tool", ("Nine.",), (), "c1"),
    ]
    assert history[:2] == weft.History(history.turns[:2])


def test_a_longer_history_is_another_one() -> None:
    first = weft.History()
    second = first.with_turn({"question": "2+2?", "history": first}, weft.Prediction(answer="4"))
    third = second.with_message("user", "And?", IMAGE)
    assert (len(first), len(second), len(third)) == (0, 1, 2)
    assert second[0] == weft.Exchange({"question": "2+2?"}, {"answer": "4"})
    assert third[-1] == weft.Turn("user", ("And?", IMAGE))
    with pytest.raises(DataError, match="immutable"):
        first.turns = ()


def test_results_of_tools_answer_the_calls_of_the_turn_before() -> None:
    calls = weft.ToolCalls([{"name": "search", "arguments": {"q": "cats"}}, CALL])
    history = weft.History().with_turn({"question": "?"}, {"calls": calls})
    history = history.with_results(calls, [weft.ToolResult("Nine."), weft.ToolResult("Ten.")])
    assert history[1:].turns == (
        weft.Turn("tool", ("Nine.",), (), "call-1-1"),
        weft.Turn("tool", ("Ten.",), (), "c1"),
    )
    with pytest.raises(DataError, match="2 calls and 1 results"):
        history.with_results(calls, [weft.ToolResult("Nine.")])


def test_it_is_the_same_after_a_file() -> None:
    history = weft.History(
        [
            {"photo": IMAGE, "answer": "A cat."},
            {"inputs": {"q": 1}},
            weft.Turn("user", ("Look:", IMAGE)),
            weft.Turn("assistant", (), (weft.ToolCall("c1", "f", "{}", "sealed"),)),
        ]
    )
    kept = json.loads(json.dumps(weft.Example(history=history).to_dict()))["history"]
    back = weft.History.read(kept)
    assert weft.Example(history=back).to_dict()["history"] == kept
    assert back[1] == history[1]
    assert back[3] == history[3]
    picture: Any = back[2]
    assert weft.Image.read(picture.content[1]) == IMAGE
    assert weft.History.read(back) is back


@pytest.mark.parametrize(
    ("turns", "match"),
    [
        ("Hi", "a list of turns, not of str"),
        ({"question": "?"}, "a list of turns, not of dict"),
        (["Hi"], "Turn 1 of the history must be a mapping, not 'Hi'"),
        ([{}], "must be a mapping"),
        ([{"role": "system", "content": "Hi"}], "must be user, assistant or tool, not 'system'"),
        ([{"role": "tool", "content": "Hi"}], "needs the tool_call_id"),
        ([{"role": "user", "content": [3]}], "must be text or media, not 3"),
        ([{"role": "assistant", "tool_calls": ["f"]}], "A call in turn 1 of the history needs a name and arguments"),
    ],
)
def test_what_is_no_turn_is_refused(turns: Any, match: str) -> None:
    with pytest.raises(DataError, match=match):
        weft.History(turns)


def test_a_misspelt_key_of_a_turn_is_refused() -> None:
    with pytest.raises(OptionError, match="Turn 1 of the history has no option 'tool_cals'"):
        weft.History([{"role": "user", "content": "Hi", "tool_cals": []}])
    with pytest.raises(DataError, match="a list of turns, not of int"):
        weft.History.read(3)
