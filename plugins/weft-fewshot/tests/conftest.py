"""Data and models the tests share."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

import weft
from weft.runtime.settings import reset_settings

if TYPE_CHECKING:
    from collections.abc import Iterator

CITIES = {"Spain": "Madrid", "France": "Paris", "Italy": "Rome", "Peru": "Lima", "Cuba": "Havana", "Chad": "N'Djamena"}


@pytest.fixture(autouse=True)
def clean_settings() -> Iterator[None]:
    reset_settings()
    yield
    reset_settings()


@pytest.fixture
def capitals() -> list[weft.Example]:
    return [weft.Example(country=country, city=city).with_inputs("country") for country, city in CITIES.items()]


@pytest.fixture
def knows_all() -> weft.LM:
    """A model that answers every capital right."""
    return weft.LM("scripted/knows-all", answers=lambda request: {"city": CITIES[last_input(request)]})


def last_input(request: weft.Request) -> str:
    """Return the value of the last section of the last turn."""
    return request.messages[-1].text.rpartition("\n")[2]


def demo_countries(request: weft.Request) -> list[str]:
    """Return the countries of the demos a request shows."""
    turns = [message.text for message in request.messages[1:-1] if message.role == "user"]
    return [turn.rpartition("\n")[2] for turn in turns]
