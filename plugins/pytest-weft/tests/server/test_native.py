"""What servers of open models say of themselves, and how each of them refuses a prompt that is too long."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from http_client import call, chat

from pytest_weft.server import Fault, ModelServer

if TYPE_CHECKING:
    from pytest_weft.server.settings import Flavour


def get(flavour: Flavour, path: str) -> Any:
    with ModelServer(flavour=flavour, models=["tiny", "other"], context_window=4096) as server:
        answered = call(server, "GET", path)
    assert answered.status == 200, answered.body
    return answered.json


def test_ollama_lists_and_shows_its_models() -> None:
    with ModelServer(flavour="ollama", models=["tiny"], context_window=4096) as server:
        shown = call(server, "POST", "/api/show", {"model": "tiny"}).json
        missing = call(server, "POST", "/api/show", {"model": "big"})
        greeting = call(server, "GET", "/").body
    assert shown["model_info"]["llama.context_length"] == 4096
    assert (missing.status, missing.json) == (404, {"error": "model 'big' not found"})
    assert greeting == b"Ollama is running"
    assert [each["name"] for each in get("ollama", "/api/tags")["models"]] == ["tiny", "other"]
    assert get("ollama", "/api/ps")["models"][0]["context_length"] == 4096
    assert get("ollama", "/api/version")["version"]


def test_llamacpp_tells_its_settings_and_counts_tokens() -> None:
    with ModelServer(flavour="llamacpp") as server:
        tokens = call(server, "POST", "/tokenize", {"content": "one two three"}).json["tokens"]
    props = get("llamacpp", "/props")
    assert (props["default_generation_settings"]["n_ctx"], props["model_path"]) == (4096, "/models/tiny.gguf")
    assert get("llamacpp", "/health") == {"status": "ok"}
    assert len(tokens) == 3


def test_llamacpp_speaks_anthropics_format_as_well() -> None:
    body = {"model": "m", "max_tokens": 9, "messages": [{"role": "user", "content": "x"}]}
    with ModelServer(flavour="llamacpp") as server:
        assert call(server, "POST", "/v1/messages", body, anthropic_version="1").json["type"] == "message"


def test_tgi_tells_its_settings() -> None:
    info = get("tgi", "/info")
    assert (info["model_id"], info["max_total_tokens"], info["max_input_tokens"]) == ("tiny", 4096, 4095)


def test_vllm_tells_its_version_and_counts_tokens() -> None:
    with ModelServer(flavour="vllm", context_window=4096) as server:
        prompt = call(server, "POST", "/tokenize", {"prompt": "one two"}).json
        messages = call(server, "POST", "/tokenize", {"messages": [{"role": "user", "content": "x"}]}).json
    assert get("vllm", "/version")["version"]
    assert (prompt["count"], prompt["max_model_len"], messages["count"]) == (2, 4096, 1)


def test_sglang_tells_its_model() -> None:
    assert get("sglang", "/get_model_info")["model_path"] == "tiny"
    assert get("sglang", "/get_server_info")["context_length"] == 4096


def test_lmstudio_tells_which_model_is_loaded() -> None:
    first, second = get("lmstudio", "/api/v0/models")["data"]
    assert (first["state"], first["loaded_context_length"]) == ("loaded", 4096)
    assert (second["state"], "loaded_context_length" in second) == ("not-loaded", False)
    assert get("lmstudio", "/api/v0/models/other") == second


@pytest.mark.parametrize("flavour", ["tgi", "vllm", "sglang"])
def test_health_is_an_empty_answer(flavour: Flavour) -> None:
    with ModelServer(flavour=flavour) as server:
        answered = call(server, "GET", "/health")
    assert (answered.status, answered.body) == (200, b"")


@pytest.mark.parametrize("flavour", ["openai", "azure", "anthropic", "gemini", "any"])
def test_native_paths_belong_to_their_flavour(flavour: Flavour) -> None:
    with ModelServer(flavour=flavour) as server:
        assert call(server, "GET", "/api/tags").status == 404


@pytest.mark.parametrize(
    ("flavour", "path"),
    [("openai", "/v1/messages"), ("anthropic", "/v1/chat/completions"), ("gemini", "/v1/chat/completions"),
     ("vllm", "/v1beta/models")],
)  # fmt: skip
def test_a_flavour_does_not_speak_the_other_formats(flavour: Flavour, path: str) -> None:
    with ModelServer(flavour=flavour) as server:
        assert call(server, "GET" if "models" in path else "POST", path, {}).status == 404


@pytest.mark.parametrize(
    ("flavour", "status", "words"),
    [
        ("llamacpp", 400, "exceeds the available context size"),
        ("vllm", 400, "maximum context length is 2 tokens"),
        ("sglang", 400, "longer than the model's context length (2 tokens)"),
        ("tgi", 422, "must have less than 2 tokens. Given: 3"),
        ("lmstudio", 400, "context length of only 2 tokens"),
        ("ollama", 400, "maximum context length is 2 tokens"),
    ],
)
def test_a_prompt_that_is_too_long_is_refused_in_the_servers_own_words(
    flavour: Flavour, status: int, words: str
) -> None:
    with ModelServer(flavour=flavour, context_window=2) as server:
        answered = chat(server, "one two three")
    assert answered.status == status
    assert words in answered.body.decode()


@pytest.mark.parametrize(
    ("flavour", "error"),
    [
        ("llamacpp", {"error": {"code": 404, "message": "No.", "type": "not_found_error"}}),
        ("vllm", {"error": {"message": "No.", "type": "NotFoundError", "param": None, "code": 404}}),
        ("sglang", {"object": "error", "message": "No.", "type": "NotFoundError", "param": None, "code": 404}),
        ("tgi", {"error": "No.", "error_type": "validation"}),
        ("lmstudio", {"error": "No."}),
    ],
)
def test_errors_have_the_servers_own_shape(flavour: Flavour, error: Any) -> None:
    with ModelServer(flavour=flavour, faults=Fault("status", status=404, message="No.")) as server:
        assert chat(server).json == error


def test_a_model_that_lmstudio_does_not_have_is_a_404() -> None:
    with ModelServer(flavour="lmstudio") as server:
        answered = call(server, "GET", "/api/v0/models/big")
    assert (answered.status, answered.json) == (404, {"error": "Model 'big' not found."})
