"""``weft doctor NAME``: what each kind of server says of itself, and what is wrong."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest
from conftest import KEY, lm_of

import weft
from pytest_weft.server import ModelServer
from weft.errors import ContextWindowExceeded, LMAuthError, LMTransportError, OptionError

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


def test_the_context_of_a_model_that_ollama_has_not_loaded() -> None:
    with ModelServer(flavour="ollama", models=["loaded", "tiny"], context_window=4096) as server:
        windows = {model.name: model.context_window for model in probed(server, "ollama/tiny").models}
        assert windows == {"loaded": 4096, "tiny": 4096}
        windows = {model.name: model.context_window for model in probed(server, "ollama/loaded").models}
        assert windows == {"loaded": 4096, "tiny": None}


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


@pytest.mark.parametrize("flavour", ["vllm", "llamacpp", "ollama", "tgi"])
def test_the_server_can_be_asked_for_the_window(flavour: Any) -> None:
    with ModelServer(flavour=flavour, models=["tiny"], context_window=50) as server:
        lm = lm_of(server, f"{flavour}/tiny", context_window="ask")
    assert lm.capabilities.context_window == 50
    assert lm.describe()["context_window"] == 50
    with pytest.raises(ContextWindowExceeded):
        lm("word " * 100)


def test_a_server_that_does_not_say_its_window() -> None:
    with ModelServer(models=["tiny"]) as server, pytest.raises(OptionError, match="give context_window a number"):
        lm_of(server, "openai/tiny", context_window="ask")
    with pytest.raises(LMTransportError, match="Is Ollama running"):
        weft.LM("ollama/x", base_url="http://127.0.0.1:9/v1", context_window="ask")


def test_a_window_can_be_asked_for_in_async_code() -> None:
    async def made() -> weft.LM:
        return lm_of(server, "vllm/tiny", context_window="ask")

    with ModelServer(flavour="vllm", models=["tiny"], context_window=50) as server:
        assert asyncio.run(made()).capabilities.context_window == 50


def doctor(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "weft", "doctor", *arguments]
    return subprocess.run(command, capture_output=True, text=True, env={**os.environ, **environment}, check=False)


def test_the_command_says_what_is_there() -> None:
    with ModelServer(flavour="ollama", models=["tiny"], context_window=4096) as server:
        ended = doctor("ollama/tiny", OLLAMA_HOST=server.url)
    assert (ended.returncode, ended.stderr) == (0, "")
    assert f"{server.url}/v1, version " in ended.stdout
    assert "4,096" in ended.stdout


def test_the_command_says_what_is_wrong() -> None:
    with ModelServer(flavour="ollama", models=["tiny"]) as server:
        ended = doctor("ollama/huge", OLLAMA_HOST=server.url)
    assert ended.returncode == 1
    assert "Get it with `ollama pull huge`." in ended.stderr
    ended = doctor("openai-compatible", "--lm-option", "base_url=http://127.0.0.1:9/v1")
    assert ended.returncode == 1
    assert ended.stderr.startswith("Nothing answers at http://127.0.0.1:9, where openai-compatible should be.")
