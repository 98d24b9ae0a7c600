"""The type tests in `typing/` are checked by pyright (`nox -s typing`); here they are shown to be true at run time."""

from __future__ import annotations

import asyncio
import importlib.util
import sys
from pathlib import Path

import pytest

import weft
from weft.errors import InputError, OptionError, SettingsError

TYPED = Path(__file__).parent / "typing" / "typed_calls.py"


def test_what_the_type_tests_claim_of_values_holds_when_they_run(monkeypatch: pytest.MonkeyPatch) -> None:
    spec = importlib.util.spec_from_file_location("typed_calls", TYPED)
    assert spec is not None
    assert spec.loader is not None
    typed = importlib.util.module_from_spec(spec)
    monkeypatch.setitem(sys.modules, "typed_calls", typed)  # where annotations are looked up
    spec.loader.exec_module(typed)
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
