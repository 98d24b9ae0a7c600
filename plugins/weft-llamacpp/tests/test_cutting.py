"""Whatever way an answer is cut into tokens, the text that is shown is the same."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from weft_llamacpp.cutting import Cutter


@given(
    text=st.text("ab é😀", max_size=30),
    stops=st.lists(st.text("ab é", max_size=4), max_size=3),
    sizes=st.lists(st.integers(1, 4), min_size=1),
)
def test_pieces_end_before_the_stop_text_that_is_complete_first(text: str, stops: list[str], sizes: list[int]) -> None:
    ends = [(at + len(stop), at) for stop in stops if stop and (at := text.find(stop)) >= 0]
    wanted = text[: min(ends)[1]] if ends else text
    cutter, data, shown = Cutter(stops), text.encode(), ""
    while data and not cutter.is_over:
        size = sizes[len(data) % len(sizes)]
        shown += cutter.feed(data[:size])
        data = data[size:]
    assert wanted.startswith(shown)  # nothing is shown that would have to be taken back
    assert shown + ("" if cutter.is_over else cutter.feed(b"", final=True)) == wanted


def test_a_character_that_never_ends_is_replaced() -> None:
    cutter = Cutter(())
    assert cutter.feed("é".encode()[:1]) == ""
    assert cutter.feed(b"", final=True) == "�"
