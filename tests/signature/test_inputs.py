"""Binding a call's inputs: validated, in order, and refused before anything is paid."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

import weft
from weft.errors import InputError


class Trip(weft.Signature):
    """Plan it."""

    place: str = weft.InputField()
    days: int = weft.InputField(ge=1)
    start: dt.date = weft.InputField(default=dt.date(2025, 1, 1))
    wishes: list[str] = weft.InputField(default_factory=list)
    plan: str = weft.OutputField()


def refused(**inputs: Any) -> str:
    calls: list[Any] = []
    lm = weft.LM("scripted/x", answers=lambda request: calls.append(request) or "a plan")
    with pytest.raises(InputError) as caught:
        weft.Predict(Trip)(lm=lm, **inputs)
    assert calls == []
    return str(caught.value)


def shown(**inputs: Any) -> str:
    return weft.Predict(Trip, lm=weft.LM("scripted/x")).render(**inputs).messages[-1].text


def test_inputs_stand_in_declared_order_with_defaults() -> None:
    text = shown(days=2, place="Rome")
    assert [line for line in text.splitlines() if line.startswith("[[")] == [
        f"[[ ## {name} ## ]]" for name in ("place", "days", "start", "wishes")
    ]
    assert "2025-01-01" in text


def test_values_are_converted_where_nothing_is_lost() -> None:
    text = shown(place="Rome", days="3", start="2026-02-01", wishes=("sun",))
    assert "[[ ## days ## ]]\n3" in text
    assert '["sun"]' in text


def test_a_factory_is_asked_each_time() -> None:
    field = Trip.fields["wishes"]
    assert field.default_value() == []
    assert field.default_value() is not field.default_value()


@pytest.mark.parametrize(
    ("inputs", "message"),
    [
        ({"plce": "Rome", "days": 1}, "Trip has no input 'plce'. Did you mean 'place'?"),
        ({"place": "Rome", "days": 1, "wish": []}, "Trip has no input 'wish'. Did you mean 'wishes'?"),
        ({"place": "Rome", "days": 1, "confg": {}}, "Trip has no input 'confg'. Did you mean 'config'?"),
        ({"place": "Rome", "days": 1, "plan": "x"}, "Trip has no input 'plan'."),
        ({"place": "Rome"}, "Trip needs the input 'days', which was not given."),
        ({"place": "Rome", "days": 0}, "The input 'days' of Trip must be int, at least 1, not 0."),
        ({"place": "Rome", "days": "two"}, "The input 'days' of Trip must be int, at least 1, not 'two'."),
        ({"place": 3, "days": 1}, "The input 'place' of Trip must be str, not 3."),
        ({"place": "Rome", "days": 1, "wishes": "sun"}, "The input 'wishes' of Trip must be list[str], not 'sun'."),
    ],
)
def test_what_does_not_fit_is_refused_before_any_call(inputs: dict[str, Any], message: str) -> None:
    assert refused(**inputs).startswith(message)


def test_a_long_value_is_shortened_in_the_message() -> None:
    assert len(refused(place="Rome", days="x" * 5000)) < 300


def test_inputs_are_given_by_name() -> None:
    with pytest.raises(InputError, match=r"by name \(place, days, start, wishes\), not by position"):
        weft.Predict(Trip)("Rome", 3)


def test_inputs_may_be_called_like_options_or_self() -> None:
    lm = weft.LM("scripted/x", answers=["fine"])
    predict = weft.Predict("lm, config, self -> answer", lm=lm)
    assert predict(lm="a", config="b", self="c").answer == "fine"
