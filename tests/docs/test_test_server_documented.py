"""The page about the test server names every fault and every option."""

from __future__ import annotations

from dataclasses import fields
from pathlib import Path
from typing import get_args

import pytest

from pytest_weft.server import Fault, Limits, Settings, Tally
from pytest_weft.server.faults import Kind
from pytest_weft.server.settings import Flavour

PAGE = (Path(__file__).parents[2] / "docs" / "plugins" / "test-server.md").read_text(encoding="utf-8")


def test_every_fault_has_a_row() -> None:
    rows = [line.split("`")[1] for line in PAGE.splitlines() if line.startswith("| `")]
    assert set(get_args(Kind)) <= set(rows)


@pytest.mark.parametrize("record", [Fault, Limits, Settings, Tally])
def test_every_option_is_named(record: type) -> None:
    assert [entry.name for entry in fields(record) if entry.name not in PAGE] == []


def test_every_flavour_is_named() -> None:
    own = set(get_args(Flavour)) - {"openai", "azure", "anthropic", "gemini"}
    assert [name for name in sorted(own) if f"`{name}`" not in PAGE] == []
