"""Events come out the same, however the bytes are cut."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from weft_http import Event, EventParser


def parsed(*chunks: bytes) -> list[Event]:
    parser = EventParser()
    return [event for chunk in chunks for event in parser.feed(chunk)]


def test_an_event_ends_with_an_empty_line() -> None:
    assert parsed(b"data: one\n\ndata: two\n\n") == [Event(b"one"), Event(b"two")]


def test_lines_of_data_are_joined() -> None:
    assert parsed(b"data: one\ndata:two\ndata:  three\ndata\n\n") == [Event(b"one\ntwo\n three\n")]


def test_names_belong_to_one_event() -> None:
    assert parsed(b"event: ping\ndata: 1\n\ndata: 2\n\n") == [Event(b"1", "ping"), Event(b"2")]


def test_comments_ids_and_unknown_fields_are_ignored() -> None:
    assert parsed(b": keep-alive\n\nid: 7\nretry: 10\nwhat: x\ndata: 1\n\n") == [Event(b"1")]


def test_an_event_without_data_is_none() -> None:
    assert parsed(b"event: ping\n\ndata: 1\n\n") == [Event(b"1")]


def test_what_is_cut_off_is_not_given() -> None:
    assert parsed(b"data: whole\n\ndata: cut", b" off\n") == [Event(b"whole")]


def test_a_byte_order_mark_is_dropped() -> None:
    assert parsed(b"\xef", b"\xbb\xbfdata: 1\n\n") == [Event(b"1")]


_TEXT = st.text(st.characters(exclude_characters="\r\n\0", exclude_categories=("Cs",)), max_size=12)


@given(
    events=st.lists(st.tuples(st.lists(_TEXT, min_size=1, max_size=3), _TEXT), max_size=5),
    ending=st.sampled_from(["\n", "\r\n", "\r"]),
    cuts=st.lists(st.integers(0, 200), max_size=12),
)
def test_any_cut_gives_the_same_events(events: list[tuple[list[str], str]], ending: str, cuts: list[int]) -> None:
    lines: list[str] = []
    for data, name in events:
        lines += [f"event: {name}", *(f"data: {line}" for line in data), ": a comment", ""]
    raw = "".join(line + ending for line in lines).encode()
    places = sorted({min(cut, len(raw)) for cut in cuts} | {0, len(raw)})
    pieces = [raw[start:end] for start, end in pairwise(places)]
    expected = [Event("\n".join(data).encode(), name) for data, name in events]
    assert parsed(*pieces) == expected
