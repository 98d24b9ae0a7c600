"""The type tests in `typing/` are checked by pyright (`nox -s typing`); here they are shown to be true at run time."""

from __future__ import annotations

import asyncio
import importlib.util
import sys
from pathlib import Path
from typing import Any

import pytest

import weft
from weft.errors import InputError, OptionError, SettingsError

TYPED = Path(__file__).parent / "typing"


def imported(name: str, monkeypatch: pytest.MonkeyPatch) -> Any:
    spec = importlib.util.spec_from_file_location(name, TYPED / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    typed = importlib.util.module_from_spec(spec)
    monkeypatch.setitem(sys.modules, name, typed)  # where annotations are looked up
    spec.loader.exec_module(typed)
    return typed


def test_what_the_type_tests_claim_of_values_holds_when_they_run(monkeypatch: pytest.MonkeyPatch) -> None:
    typed = imported("typed_calls", monkeypatch)
    answers = {"reasoning": "r", "urgency": 3, "team": "billing", "reasons": ["a"], "result": "billing"}
    lm = weft.LM("scripted/x", answers=lambda request: answers)
    with weft.context(lm=lm):
        result = weft.Predict(typed.Triage)(ticket="Help!")
        assert (type(result.urgency), result.team, result.reasons) == (int, "billing", ["a"])
        with pytest.raises(AttributeError, match="Did you mean 'urgency'"):
            _ = result.urgncy
        assert typed.label("Help!") == asyncio.run(typed.label.acall("Help!", strict=True)) == "billing"
        assert typed.Program()(ticket="Help!") == 3
        with pytest.raises(InputError, match="Did you mean 'strict'"):
            typed.label("Help!", strct=True)
    with pytest.raises(SettingsError):
        typed.settings_are_checked()
    with pytest.raises(OptionError):
        typed.Program().batch([], concurrncy=3)


def test_what_the_type_tests_claim_of_streams_holds_when_they_run(monkeypatch: pytest.MonkeyPatch) -> None:
    typed = imported("typed_streams", monkeypatch)
    lm = weft.LM("scripted/x", answers=lambda request: {"urgency": 3, "result": 3, "reasoning": "r"}, pieces=4)
    with weft.context(lm=lm):
        assert asyncio.run(typed.events_have_the_type_of_the_answer("Help!")) == 3
        assert list(typed.Program().stream(ticket="Help!"))[-1] == 3
        assert list(typed.urgency.stream("Help!"))[-1] == 3
        with pytest.raises(OptionError, match=r"A check is a function"):
            typed.predictors_take_checks()
        with pytest.raises(OptionError, match="is_async_program"):
            typed.streamify_gives_async_events_unless_told_otherwise()
