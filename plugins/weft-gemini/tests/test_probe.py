"""What `weft doctor` asks: is the provider there, and has it the model."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from conftest import FLASH

import weft

if TYPE_CHECKING:
    from pytest_weft.server import ModelServer


def test_models_are_listed_with_their_windows(server: ModelServer) -> None:
    server.change(models=["gemini-2.5-flash", "gemini-2.5-pro"], context_window=1_048_576)
    probe = asyncio.run(weft.LM(FLASH).probe())
    assert [(model.name, model.context_window) for model in probe.models] == [
        ("gemini-2.5-flash", 1_048_576),
        ("gemini-2.5-pro", 1_048_576),
    ]
    assert (probe.address, probe.problems) == (server.url, ())


def test_a_model_that_is_not_there_is_a_problem(server: ModelServer) -> None:
    server.change(models=["gemini-2.5-pro"])
    assert asyncio.run(weft.LM(FLASH).probe()).problems == (f"{server.url} has no model 'gemini-2.5-flash'.",)


def test_a_provider_can_be_asked_without_a_model(server: ModelServer) -> None:
    assert asyncio.run(weft.LM("gemini/").probe()).problems == ()
