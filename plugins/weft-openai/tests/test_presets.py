"""Each kind of server gets what it understands."""

from __future__ import annotations

import asyncio
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from conftest import SCHEMA, TOOLS, ask, last, lm_of, sent

import weft
from pytest_weft.server import ModelServer
from weft.errors import LMAuthError, LMTransportError, OptionError, UnsupportedModelError
from weft_openai.presets import PRESETS

if TYPE_CHECKING:
    from collections.abc import Mapping

JSON_SCHEMA = {
    "response_format": {"type": "json_schema", "json_schema": {"name": "answer", "strict": True, "schema": SCHEMA}}
}
SCHEMAS: Mapping[str, Any] = {
    **dict.fromkeys(PRESETS, JSON_SCHEMA),
    "tgi": {"response_format": {"type": "json", "value": SCHEMA}},
    "gpt4all": None,
}
NAMES = sorted(PRESETS)
LOCAL = ["gpt4all", "llamacpp", "lmstudio", "ollama", "sglang", "tgi", "vllm"]
CLOUD = ["azure", "groq", "mistral", "openai", "openrouter"]


def test_every_preset_is_an_entry_point() -> None:
    project = tomllib.loads((Path(__file__).parents[1] / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert sorted(project["entry-points"]["weft.v1.lm"]) == NAMES


@pytest.mark.parametrize("name", NAMES)
def test_it_answers(server: ModelServer, name: str) -> None:
    lm = lm_of(server, f"{name}/test-model", base_url=server.base_url() + "/")
    assert lm("Hi").text == "Hello there."
    assert (lm.ref, last(server).path) == (f"{name}/test-model", "/v1/chat/completions")
    assert set(sent(server)) == {"model", "messages"}


@pytest.mark.parametrize("name", NAMES)
def test_its_form_of_schemas(server: ModelServer, name: str) -> None:
    lm = lm_of(server, f"{name}/test-model")
    assert lm.capabilities.response_schema is (SCHEMAS[name] is not None)
    if SCHEMAS[name] is None:
        with pytest.raises(OptionError, match="cannot hold answers to a schema"):
            ask(lm, response_schema=SCHEMA)
        return
    ask(lm, response_schema=SCHEMA)
    assert {key: value for key, value in sent(server).items() if key not in ("model", "messages")} == SCHEMAS[name]


@pytest.mark.parametrize(
    ("form", "expected"),
    [
        ("json_object", {"response_format": {"type": "json_object", "schema": SCHEMA}}),
        ("guided_json", {"guided_json": SCHEMA}),
        ("structured_outputs", {"structured_outputs": {"json": SCHEMA}}),
    ],
)
def test_the_form_of_schemas_can_be_said(server: ModelServer, form: str, expected: dict[str, Any]) -> None:
    lm = lm_of(server, "openai-compatible/x", schema_form=form)
    ask(lm, response_schema=SCHEMA)
    assert expected.items() <= sent(server).items()
    assert lm.describe()["schema_form"] == form


@pytest.mark.parametrize(
    ("name", "parameter", "expected"),
    [
        ("vllm", "grammar", {"structured_outputs": {"grammar": "root"}}),
        ("vllm", "regex", {"structured_outputs": {"regex": "root"}}),
        ("sglang", "grammar", {"ebnf": "root"}),
        ("sglang", "regex", {"regex": "root"}),
        ("tgi", "regex", {"response_format": {"type": "regex", "value": "root"}}),
        ("llamacpp", "grammar", {"grammar": "root"}),
    ],
)
def test_grammars(server: ModelServer, name: str, parameter: str, expected: dict[str, Any]) -> None:
    lm = lm_of(server, f"{name}/x")
    lm("Hi", **{parameter: "root"})
    assert expected.items() <= sent(server).items()
    assert parameter in lm.capabilities.extra


def test_a_grammar_is_refused_where_there_is_none(server: ModelServer) -> None:
    lm = lm_of(server)
    assert not lm.capabilities.grammar
    with pytest.raises(OptionError, match="no parameter 'grammar'"):
        lm("Hi", grammar="root")


@pytest.mark.parametrize("name", ["llamacpp", "ollama", "lmstudio"])
def test_a_tool_that_must_be_called_is_the_only_one_where_names_are_ignored(server: ModelServer, name: str) -> None:
    ask(lm_of(server, f"{name}/x"), tools=TOOLS, tool_choice="search")
    assert [tool["function"]["name"] for tool in sent(server)["tools"]] == ["search"]
    assert sent(server)["tool_choice"] == "required"


def test_names_of_parameters_differ(server: ModelServer) -> None:
    lm_of(server, "mistral/x")("Hi", seed=1, max_tokens=2)
    assert (sent(server)["random_seed"], sent(server)["max_tokens"]) == (1, 2)
    lm_of(server, "groq/x")("Hi", max_tokens=2)
    assert sent(server)["max_completion_tokens"] == 2


@pytest.mark.parametrize("name", LOCAL)
def test_a_server_of_ones_own_needs_no_key_and_costs_nothing(server: ModelServer, name: str) -> None:
    lm = weft.LM(f"{name}/x", base_url=server.base_url(), cache="off")
    assert lm("Hi").usage.cost == 0
    assert "authorization" not in last(server).headers


@pytest.mark.parametrize("name", LOCAL)
def test_when_nothing_listens_it_says_how_to_start(name: str) -> None:
    lm = weft.LM(f"{name}/x", base_url="http://127.0.0.1:9/v1", cache="off", retries=0)
    with pytest.raises(
        LMTransportError, match=r"Nothing answers at http://127.0.0.1:9, .* Is .* running\? (Start|Enable)"
    ):
        lm("Hi")


@pytest.mark.parametrize("name", CLOUD)
def test_a_missing_key_names_its_variable(server: ModelServer, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    variable = PRESETS[name].service.key_env[0]
    monkeypatch.delenv(variable, raising=False)
    lm = weft.LM(f"{name}/x", base_url=server.base_url(), cache="off")
    with pytest.raises(LMAuthError, match=f"Set the environment variable {variable}"):
        lm("Hi")
    assert server.requests == []
    monkeypatch.setenv(variable, "sk-0123456789")
    assert lm("Hi").text == "Hello there."


def test_a_compatible_server_needs_its_address() -> None:
    with pytest.raises(OptionError, match="'openai-compatible' needs base_url"):
        weft.LM("openai-compatible/x")


def test_a_model_must_be_named(server: ModelServer) -> None:
    with pytest.raises(UnsupportedModelError, match="write it like 'openai/MODEL'"):
        lm_of(server, "openai")("Hi")


def test_azures_current_api(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AZURE_OPENAI_ENDPOINT", "https://me.openai.azure.com/")
    assert weft.LM("azure/gpt-4o").endpoint == ("https://me.openai.azure.com/openai/v1", "gpt-4o")
    assert weft.LM("azure/gpt-4o").capabilities == weft.LM("openai/gpt-4o").capabilities


def test_azures_deployments_and_keys() -> None:
    with ModelServer(answer="Hello.", flavour="azure", key="0123456789abcdef") as azure:
        options = {"base_url": f"{azure.url}/openai", "api_version": "2024-10-21", "cache": "off", "retries": 0}
        lm = weft.LM("azure/my-deployment", api_key="0123456789abcdef", **options)
        assert lm("Hi").text == "Hello."
        assert last(azure).path == "/openai/deployments/my-deployment/chat/completions"
        assert last(azure).http.query == "api-version=2024-10-21"
        assert last(azure).headers["api-key"] == "0123456789abcdef"
        assert "authorization" not in last(azure).headers

        async def token() -> str:
            return "ey.token.signature"

        azure.change(key="ey.token.signature")
        lm = weft.LM("azure/my-deployment", api_key=token, **options)
        assert asyncio.run(lm.acall("Hi")).text == "Hello."
        assert last(azure).headers["authorization"] == "Bearer ey.token.signature"


def test_options_of_azure_are_no_one_elses() -> None:
    with pytest.raises(OptionError, match="api_version is an option of 'azure', not of 'openai'"):
        weft.LM("openai/x", api_version="2024-10-21")


@pytest.mark.parametrize(
    ("host", "address"),
    [
        ("127.0.0.1", "http://127.0.0.1:11434/v1"),
        ("0.0.0.0:9999", "http://127.0.0.1:9999/v1"),
        ("http://box:1234", "http://box:1234/v1"),
        ("https://box", "https://box:443/v1"),
        ("[::1]:7777", "http://[::1]:7777/v1"),
        ("http://box:1234/proxy/v1/", "http://box:1234/proxy/v1"),
    ],
)
def test_ollamas_own_variable_is_understood(host: str, address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OLLAMA_HOST", host)
    assert weft.LM("ollama/x").endpoint == (address, "x")


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"api": "chart"}, "api for 'openai' must be one of 'chat', 'responses', 'completions', not 'chart'"),
        ({"schema_form": "xml"}, "schema_form for 'openai' must be one of"),
        ({"prices": 3}, "prices are weft.Prices or a dict"),
        ({"prices": {"inpt": 1.0, "output": 1.0}}, "Did you mean 'input'"),
        ({"top_k": 3}, "openai/x has no parameter 'top_k'"),
        ({"base_ulr": "x"}, "Did you mean 'base_url'"),
    ],
)
def test_wrong_options(options: dict[str, Any], message: str) -> None:
    with pytest.raises(OptionError, match=message):
        weft.LM("openai/x", **options)


def test_it_describes_all_it_was_made_with(server: ModelServer) -> None:
    options: dict[str, Any] = {
        "base_url": server.base_url(),
        "api": "responses",
        "context_window": 1000,
        "max_output": 100,
        "prices": {"input": 1.0, "output": 2.0},
        "dimensions": 64,
        "temperature": 0.5,
    }
    lm = weft.LM("openai/x", **options)
    assert lm.describe() == {"ref": "openai/x", **options}
    assert (lm.capabilities.context_window, lm.capabilities.max_output) == (1000, 100)


def test_what_changes_answers_changes_the_cache_s_key() -> None:
    identities = {
        weft.LM("openai/x", **options).cache_identity
        for options in ({}, {"api": "responses"}, {"base_url": "http://127.0.0.1:1/v1"}, {"schema_form": "none"})
    }
    assert len(identities) == 4
