"""Calls of tools: their pieces become whole, and what the provider wants back stays with them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import weft
from weft.lm.cache_records import read_record, write_record

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

CALL = weft.ToolCall("call-1", "search", '{"query": "weft"}', "sealed thought")


class Calling(weft.LM):
    """A provider that calls a tool, in pieces where it is streamed."""

    async def generate(self, request: weft.Request) -> weft.Response:
        return weft.Response((weft.Completion("", "tool_calls", (CALL,)),))

    async def stream(self, request: weft.Request) -> AsyncIterator[weft.Delta]:
        yield weft.Delta(tool_call=weft.ToolCallDelta(0, "call-1", "search"))
        yield weft.Delta(tool_call=weft.ToolCallDelta(0, arguments='{"query": '))
        yield weft.Delta(tool_call=weft.ToolCallDelta(0, arguments='"weft"}', state="sealed thought"))
        yield weft.Delta(finish_reason="tool_calls")


def test_a_streamed_call_is_the_whole_call() -> None:
    last = list(Calling("calling", cache="off").streaming("Look it up."))[-1]
    assert isinstance(last, weft.Response)
    assert last.completions[0].tool_calls == (CALL,)


def test_a_whole_call_is_handed_on_in_one_piece() -> None:
    lm = Calling("whole", cache="on")
    lm("Look it up.")
    deltas = [piece for piece in lm.streaming("Look it up.") if isinstance(piece, weft.Delta)]
    assert deltas[0].tool_call == weft.ToolCallDelta(0, "call-1", "search", CALL.arguments, CALL.state)


def test_a_stored_answer_keeps_what_the_provider_wants_back() -> None:
    value = write_record(weft.Response((weft.Completion("", "tool_calls", (CALL,)),)), 1.0)
    assert value is not None
    found = read_record(value)
    assert found is not None
    assert found[1].completions[0].tool_calls == (CALL,)
