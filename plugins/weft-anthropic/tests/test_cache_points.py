"""Marks of the prompt cache: they never change what the model reads, and there are never more than the API takes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from conftest import HAIKU, sent
from hypothesis import given
from hypothesis import strategies as st

import weft
from pytest_weft.server import ModelServer

if TYPE_CHECKING:
    from collections.abc import Sequence

PARTS = st.lists(st.tuples(st.text(max_size=5), st.booleans()), min_size=1, max_size=5)
TURNS = st.lists(st.tuples(st.sampled_from(["system", "user", "assistant"]), PARTS), min_size=1, max_size=6)


def turn(role: Any, *parts: tuple[str, bool]) -> weft.Message:
    return weft.Message(role, tuple(weft.Part("text", text, cache_point=marked) for text, marked in parts))


def blocks(body: dict[str, Any]) -> list[dict[str, Any]]:
    contents = [body.get("system", ""), *(message["content"] for message in body["messages"])]
    return [block for content in contents if isinstance(content, list) for block in content]


def read(content: Any) -> str:
    return content if isinstance(content, str) else "".join(block["text"] for block in content)


def test_a_prompt_is_marked_up_to_the_end_of_a_part(server: ModelServer) -> None:
    weft.LM(HAIKU)([turn("system", ("Rules.", False), ("Demos.", True), ("More.", False)), turn("user", ("Hi", False))])
    body = sent(server)
    assert body["system"] == [
        {"type": "text", "text": "Rules.\n\nDemos.", "cache_control": {"type": "ephemeral"}},
        {"type": "text", "text": "\n\nMore."},
    ]
    assert body["messages"] == [{"role": "user", "content": "Hi"}]


def test_the_last_four_marks_are_kept(server: ModelServer) -> None:
    marked = [("one", True), ("two", True), ("three", True)]
    weft.LM(HAIKU)([turn("system", *marked), turn("user", *marked)])
    found = [block["text"].strip() for block in blocks(sent(server)) if "cache_control" in block]
    assert found == ["one\n\ntwo\n\nthree", "one", "two", "three"]


@given(TURNS)
def test_marks_never_change_what_is_read(turns: Sequence[tuple[str, list[tuple[str, bool]]]]) -> None:
    messages = [*(turn(role, *parts) for role, parts in turns), weft.Message.of("user", "Go.")]
    with ModelServer(flavour="anthropic") as server, weft.context(cache="off"):
        weft.LM(HAIKU, base_url=server.base_url("anthropic"))(messages)
        body = sent(server)
    assert read(body.get("system", "")) == "\n\n".join([m.text for m in messages if m.role == "system"])
    assert [read(message["content"]) for message in body["messages"]] == [
        message.text for message in messages if message.role != "system"
    ]
    marks = [block for block in blocks(body) if "cache_control" in block]
    assert len(marks) <= 4
    assert all(block["text"] for block in blocks(body))
