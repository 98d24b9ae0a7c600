"""What `weft doctor` asks: is the provider there, and has it the model."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

import weft
from weft.errors import LMAuthError

if TYPE_CHECKING:
    from pytest_weft.server import ModelServer


@pytest.mark.parametrize("model", ["claude-haiku-4-5", "claude-haiku-4-5-20251001"])
def test_a_model_is_there_by_its_name_and_its_snapshots(server: ModelServer, model: str) -> None:
    server.change(models=["claude-haiku-4-5-20251001"])
    probe = asyncio.run(weft.LM(f"anthropic/{model}").probe())
    assert [found.name for found in probe.models] == ["claude-haiku-4-5-20251001"]
    assert (probe.address, probe.problems) == (server.url, ())


def test_a_model_that_is_not_there_is_a_problem(server: ModelServer) -> None:
    server.change(models=["claude-haiku-4-5-20251001"])
    probe = asyncio.run(weft.LM("anthropic/claude-opus-5-5").probe())
    assert probe.problems == (f"{server.url} has no model 'claude-opus-5-5'.",)


def test_a_wrong_key_is_told(server: ModelServer) -> None:
    with pytest.raises(LMAuthError, match="ANTHROPIC_API_KEY"):
        asyncio.run(weft.LM("anthropic/claude-opus-5-5", api_key="sk-ant-wrong-0123").probe())


def test_a_provider_can_be_asked_without_a_model(server: ModelServer) -> None:
    assert asyncio.run(weft.LM("anthropic/").probe()).problems == ()
