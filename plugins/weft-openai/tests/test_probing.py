"""``weft doctor NAME``: what each kind of server says of itself, and what is wrong."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import pytest
from conftest import KEY, lm_of

import weft
from pytest_weft.server import ModelServer
from weft.errors import LMAuthError, LMTransportError

if TYPE_CHECKING:
    from weft import Probe


def probed(server: ModelServer, ref: str, **options: Any) -> Probe:
    return asyncio.run(lm_of(server, ref, **options).probe())


FLAVOURS = ["openai", "vllm", "sglang", "tgi", "llamacpp", "lmstudio", "ollama"]


@pytest.mark.parametrize("flavour", FLAVOURS)
def test_all_is_well(flavour: Any) -> None:
    with ModelServer(flavour=flavour, models=["tiny"], context_window=4096) as server:
        probe = probed(server, f"{flavour}/tiny")
    assert probe.problems == ()
    assert [model.name.removesuffix(":latest") for model in probe.models] == ["tiny"]
    if flavour != "openai":
        assert probe.models[0].context_window == 4096
    if flavour not in ("openai", "lmstudio"):
        assert probe.version


@pytest.mark.parametrize("flavour", [name for name in FLAVOURS if name not in ("tgi", "llamacpp")])
def test_a_model_that_is_not_there(flavour: Any) -> None:
    with ModelServer(flavour=flavour, models=["tiny", "small"]) as server:
        (problem,) = probed(server, f"{flavour}/huge").problems
    assert problem.startswith(f"{flavour} does not have the model 'huge'; it has 'tiny")


def test_how_to_get_a_model() -> None:
    with ModelServer(flavour="ollama", models=["tiny"]) as server:
        assert probed(server, "ollama/huge").problems[0].endswith("Get it with `ollama pull huge`.")


def test_a_context_that_is_less_than_was_counted_on() -> None:
    with ModelServer(flavour="vllm", models=["tiny"], context_window=4096) as server:
        (problem,) = probed(server, "vllm/tiny", context_window=32_000).problems
    assert problem == "vllm/tiny is run with a context of 4,096 tokens, which is less than context_window=32000."


def test_without_a_model_the_server_is_asked() -> None:
    with ModelServer(flavour="ollama", models=["tiny"]) as server:
        probe = probed(server, "ollama")
    assert (probe.problems, probe.address) == ((), f"{server.url}/v1")


def test_a_wrong_key() -> None:
    with ModelServer(key="another") as server, pytest.raises(LMAuthError, match="Check the key"):
        probed(server, "openai/tiny")


def test_nothing_listens() -> None:
    with pytest.raises(LMTransportError, match="Is Ollama running"):
        asyncio.run(weft.LM("ollama/x", base_url="http://127.0.0.1:9/v1").probe())


def test_probing_costs_nothing(server: ModelServer) -> None:
    with weft.track_usage() as ledger:
        assert KEY not in repr(probed(server, "openai/test-model"))
    assert ledger.total.calls == 0
    assert server.requests == []
