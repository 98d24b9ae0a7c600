"""What is left of a prompt that is too long: laws that hold for every prompt."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

import weft
from weft.lm.fitting import LEAST_KEPT, Fitted, fit


class Characters:
    """Counts characters, and four tokens a turn."""

    def prompt(self, request: weft.Request) -> int:
        return sum(len(part.text) for message in request.messages for part in message.parts) + 4 * len(request.messages)

    def part(self, part: weft.Part) -> int:
        return len(part.text)


COUNTS = Characters()


@st.composite
def prompts(draw: st.DrawFn) -> weft.Request:
    """Instructions, pairs of turns that can be dropped, and a last turn of inputs, some of which can be trimmed."""
    messages = [weft.Message.of("system", draw(st.text(max_size=60)), "instructions")]
    for number in range(draw(st.integers(0, 8))):
        priority = draw(st.integers(1, 5))
        pair = [weft.Part("demo", draw(st.text(max_size=80)), f"demo {number}", "drop", priority) for _ in "qa"]
        messages += [weft.Message("user", (pair[0],)), weft.Message("assistant", (pair[1],))]
    inputs: list[weft.Part] = []
    for number in range(draw(st.integers(1, 4))):
        length, head, tail = draw(st.integers(0, 900)), draw(st.integers(0, 20)), draw(st.integers(0, 20))
        text = (chr(ord("a") + number) * length) if draw(st.booleans()) else draw(st.text(max_size=40))
        shrink: Any = draw(st.sampled_from(["keep", "trim", "drop"]))
        cut: Any = draw(st.sampled_from(["end", "start", "middle"]))
        inputs.append(
            weft.Part(
                "input", text, f"input {number}", shrink, draw(st.integers(1, 100)), cut=cut, head=head, tail=tail
            )
        )
    return weft.Request((*messages, weft.Message("user", tuple(inputs))))


rooms = st.integers(0, 3000)


def parts_of(request: weft.Request) -> list[weft.Part]:
    return [part for message in request.messages for part in message.parts]


def fitted(request: weft.Request, room: int) -> Fitted:
    return fit(request, COUNTS, room)


@given(prompts(), rooms)
def test_the_result_fits_or_says_that_it_does_not(request: weft.Request, room: int) -> None:
    found = fitted(request, room)
    assert found.fits == (COUNTS.prompt(found.request) <= room)
    assert found.tokens == COUNTS.prompt(found.request)


@given(prompts(), rooms)
def test_what_fits_is_left_as_it_is(request: weft.Request, room: int) -> None:
    if COUNTS.prompt(request) <= room:
        assert fitted(request, room).request is request


@given(prompts(), rooms)
def test_fitting_twice_changes_nothing_more(request: weft.Request, room: int) -> None:
    found = fitted(request, room)
    if found.fits:
        assert fitted(found.request, room).request is found.request


@given(prompts(), rooms)
def test_what_must_be_kept_is_kept_and_in_order(request: weft.Request, room: int) -> None:
    whole, left = parts_of(request), parts_of(fitted(request, room).request)
    assert [part for part in left if part.shrink == "keep"] == [part for part in whole if part.shrink == "keep"]
    names = [part.name for part in whole]
    assert [names.index(part.name) for part in left] == sorted(names.index(part.name) for part in left)


@given(prompts(), rooms)
def test_pieces_of_a_name_are_dropped_together_and_whole(request: weft.Request, room: int) -> None:
    whole, left = parts_of(request), parts_of(fitted(request, room).request)
    for part in whole:
        if part.shrink == "drop":
            mates = [other for other in whole if other.name == part.name]
            assert [other for other in left if other.name == part.name] in ([], mates)


def without(request: weft.Request, names: set[str]) -> weft.Request:
    messages = [(m.role, tuple(part for part in m.parts if part.name not in names)) for m in request.messages]
    return weft.Request(tuple(weft.Message(role, parts) for role, parts in messages if parts))


@given(prompts(), rooms)
def test_no_more_gives_way_than_must_and_the_least_important_first(request: weft.Request, room: int) -> None:
    found = fitted(request, room)
    order: dict[str, tuple[int, int]] = {}
    for place, part in enumerate(parts_of(request)):
        order.setdefault(part.name, (part.priority, place))
    touched = {row.name for row in found.request.fitting}
    dropped = sorted((order[row.name], row.name) for row in found.request.fitting if row.left == 0)
    untouched = [order[part.name] for part in parts_of(request) if part.shrink == "drop" and part.name not in touched]
    assert not dropped or not untouched or dropped[-1][0] < min(untouched)
    if found.fits and dropped and len(dropped) == len(touched):
        names = {name for _, name in dropped[:-1]}
        assert COUNTS.prompt(without(request, names)) > room


@given(prompts(), rooms)
def test_trimmed_pieces_keep_their_ends_and_a_mark(request: weft.Request, room: int) -> None:
    whole = {part.name: part for part in parts_of(request)}
    for part in parts_of(fitted(request, room).request):
        before = whole[part.name]
        if part.kind == "demo" or part.text == before.text:
            continue
        assert part.shrink == "trim"
        assert part.text.startswith(before.text[: before.head])
        assert "characters left out" in part.text
        end = len(before.text) - before.tail
        assert part.text.endswith(before.text[end:])
        body, half = before.text[before.head : end], LEAST_KEPT // 2
        left = part.text[before.head : len(part.text) - before.tail]
        if part.cut != "start":
            assert left.startswith(body[:half])
        if part.cut != "end":
            assert left.endswith(body[-half:])
        missing = int(part.text.split("[… ")[-1].split()[0])
        assert len(body) - missing >= LEAST_KEPT


@given(prompts(), rooms)
def test_the_record_says_what_was_done_to_every_piece(request: weft.Request, room: int) -> None:
    found = fitted(request, room)
    left = {part.name: 0 for part in parts_of(request)}
    for part in parts_of(found.request):
        left[part.name] += len(part.text)
    before = {part.name: 0 for part in parts_of(request)}
    for part in parts_of(request):
        before[part.name] += len(part.text)
    changed = {name for name in before if left[name] != before[name]}
    rows = {row.name: row for row in found.request.fitting}
    assert changed <= set(rows)
    for name, row in rows.items():
        assert (row.tokens, row.left) == (before[name], left[name])


@given(prompts(), rooms)
def test_a_trimmed_piece_keeps_what_there_is_room_for(request: weft.Request, room: int) -> None:
    found = fitted(request, room)
    trims = [row for row in found.request.fitting if row.done == "trimmed"]
    if found.fits and len(trims) == 1 and len(found.request.fitting) == 1:
        assert room - found.tokens <= max(8, trims[0].tokens // 128)
