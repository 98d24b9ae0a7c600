"""Both engines keep the contract."""

from __future__ import annotations

from conftest import needs_bubblewrap

from pytest_weft import InterpreterConformance


class TestMonty(InterpreterConformance):
    ref = "monty"
    heavy = ("pydantic_monty",)


@needs_bubblewrap
class TestBubblewrap(InterpreterConformance):
    ref = "bubblewrap"
