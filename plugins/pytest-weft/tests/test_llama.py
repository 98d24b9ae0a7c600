"""The fixtures with a real model: what they serve answers, and what cannot run is skipped."""

from __future__ import annotations

import json
import urllib.request
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from pathlib import Path

pytest.importorskip("gguf", reason="writing a GGUF file needs pytest-weft[llama]")
_INPUT = {"input": ["one", "two"], "model": "tiny"}
_CHAT = {"messages": [{"role": "user", "content": "Hi"}], "max_tokens": 4, "seed": 1, "model": "tiny"}


def test_equal_arguments_write_equal_models(tmp_path: Path) -> None:
    from pytest_weft.llama.tiny_model import write_tiny_gguf

    first, same, other = (
        write_tiny_gguf(tmp_path / f"{number}.gguf", seed=seed).read_bytes() for number, seed in enumerate((1, 1, 2))
    )
    assert first == same
    assert first != other
    assert len(first) < 1_000_000


def test_llama_server_chats(llama_server: str) -> None:
    answer = _post(f"{llama_server}/v1/chat/completions", _CHAT)
    assert answer["usage"]["completion_tokens"] == 4


def test_llama_server_embeds(llama_embedding_server: str) -> None:
    vectors = [entry["embedding"] for entry in _post(f"{llama_embedding_server}/v1/embeddings", _INPUT)["data"]]
    assert [len(vector) for vector in vectors] == [64, 64]


def test_llama_cpp_server_chats(python_llama_server: str) -> None:
    answer = _post(f"{python_llama_server}/v1/chat/completions", _CHAT)
    assert answer["usage"]["completion_tokens"] <= 4


def test_without_a_program_the_test_is_skipped(
    tiny_gguf: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from pytest_weft.llama.server import llama_server

    monkeypatch.delenv("WEFT_LLAMA_SERVER", raising=False)
    monkeypatch.setenv("PATH", "")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    with pytest.raises(pytest.skip.Exception, match="there is no llama-server"), llama_server(tiny_gguf):
        pass


def test_a_server_that_gives_up_is_an_error_with_what_it_said(tmp_path: Path, llama_server: str) -> None:
    from pytest_weft.llama.server import llama_server as serving

    broken = tmp_path / "broken.gguf"
    broken.write_bytes(b"no model")
    with pytest.raises(RuntimeError, match=r"broken\.gguf"), serving(broken):
        pass


def _post(url: str, body: dict[str, Any]) -> dict[str, Any]:
    request = urllib.request.Request(url, json.dumps(body).encode(), {"Content-Type": "application/json"})
    with urllib.request.urlopen(request, timeout=60) as response:
        return json.load(response)
