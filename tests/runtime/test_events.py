"""Events: who hears what, and that a listener cannot disturb anything."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

import pytest

import weft
from weft.errors import LMServerError
from weft.runtime.events import add_listener, emit, remove_listener

if TYPE_CHECKING:
    from collections.abc import Callable


def test_a_call_tells_what_it_did() -> None:
    heard: list[weft.Event] = []
    lm = weft.LM("scripted/x", answers=["Hello."], usage=weft.Usage(3, 1))
    with weft.listening(heard.append):
        lm("Hi")
    lm = weft.LM("scripted/x", answers=["unheard"])
    lm("Hi")
    [end] = [event for event in heard if event.kind == "lm.end"]
    assert end.fields["lm"] == "scripted/x"
    assert end.fields["usage"].input_tokens == 3
    assert end.fields["cached"] is False


def test_a_failed_call_is_told_with_its_error() -> None:
    heard: list[weft.Event] = []
    failure = LMServerError("down")
    with weft.listening(heard.append), pytest.raises(LMServerError):
        weft.LM("scripted/x", answers=[failure])("Hi")
    [event] = [event for event in heard if event.kind == "lm.error"]
    assert event.fields["error"] is failure


def test_a_failing_listener_changes_nothing_and_is_logged_once(caplog: pytest.LogCaptureFixture) -> None:
    heard: list[str] = []

    def broken(event: weft.Event) -> None:
        raise RuntimeError("a bug in a listener")

    with (
        caplog.at_level(logging.WARNING, "weft"),
        weft.listening(broken),
        weft.listening(lambda event: heard.append(event.kind)),
    ):
        emit("one")
        emit("two")
    assert heard == ["one", "two"]
    assert len(caplog.records) == 1
    assert "broken" in caplog.text


def test_a_listener_that_is_added_twice_goes_one_at_a_time() -> None:
    heard: list[str] = []

    def listener(event: weft.Event) -> None:
        heard.append(event.kind)

    with weft.listening(listener):
        with weft.listening(listener):
            emit("both")
        emit("outer")
    emit("none")
    assert heard == ["both", "both", "outer"]


def test_a_bound_method_can_be_removed() -> None:
    heard: list[str] = []

    class Observer:
        def hear(self, event: weft.Event) -> None:
            heard.append(event.kind)

    observer = Observer()
    add_listener(observer.hear)
    emit("heard")
    forget: Callable[..., None] = observer.hear  # another object, though the same method
    remove_listener(forget)
    emit("unheard")
    assert heard == ["heard"]
