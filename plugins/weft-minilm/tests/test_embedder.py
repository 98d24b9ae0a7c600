"""What users rely on: vectors of meaning, kept like answers, no network, and a sentence where the model is missing."""

from __future__ import annotations

import asyncio
import math
import os
import subprocess
import sys
from operator import mul
from typing import TYPE_CHECKING

import pytest
from conftest import needs_model

import weft
from weft.errors import OptionError, PluginLoadError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path


def cosine(one: Sequence[float], other: Sequence[float]) -> float:
    return sum(map(mul, one, other))


@needs_model
def test_meaning_counts_and_not_words() -> None:
    cat, kitten, stocks = weft.Embedder("minilm")(["a sleeping cat", "a kitten takes a nap", "prices of stocks fell"])
    assert cosine(cat, kitten) > cosine(cat, stocks) + 0.3


@needs_model
def test_vectors_have_384_numbers_and_length_1() -> None:
    for vector in weft.Embedder("minilm")(["Cats purr.", "", "word " * 1000]):
        assert len(vector) == 384
        assert math.isclose(cosine(vector, vector), 1.0, abs_tol=1e-5)


@needs_model
def test_retriever_finds_by_meaning() -> None:
    rm = weft.RM("memory", embedder="minilm", texts=["The physician examined him.", "Bread is baked at night."])
    assert rm("doctor", k=1)[0].text == "The physician examined him."


@needs_model
def test_threads_are_those_of_each_embedder(monkeypatch: pytest.MonkeyPatch) -> None:
    import torch

    told: list[int] = []
    monkeypatch.setattr(torch, "set_num_threads", told.append)
    for embedder in (weft.Embedder("minilm"), weft.Embedder("minilm", threads=7), weft.Embedder("minilm")):
        embedder("Cats purr.")
    assert told == [told[0], 7, told[0]]


@needs_model
def test_event_loop_goes_on_meanwhile() -> None:
    async def turns_of_the_loop() -> int:
        made = asyncio.ensure_future(weft.Embedder("minilm").acall([f"text {number}" for number in range(64)]))
        turns = 0
        while not made.done():
            await asyncio.sleep(0.001)
            turns += 1
        assert len(await made) == 64
        return turns

    assert asyncio.run(turns_of_the_loop()) > 1


SCRIPT = """
import socket, sys
import weft

def refused(*arguments, **options):
    raise AssertionError("somebody looks for a network")

socket.getaddrinfo = socket.socket.connect = refused
embedder = weft.Embedder("minilm")
assert "torch" not in sys.modules, "torch is imported before it is needed"
with weft.context(cache=sys.argv[1]):
    print(repr(embedder("Cats purr.")[:3]), "torch" in sys.modules)
"""


def run(mode: str, folder: Path) -> subprocess.CompletedProcess[str]:
    online = {name: value for name, value in os.environ.items() if "OFFLINE" not in name}
    return subprocess.run(
        [sys.executable, "-c", SCRIPT, mode],
        env={**online, "WEFT_CACHE_DIR": str(folder), "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
        capture_output=True,
        text=True,
        check=True,
    )


@needs_model
def test_second_process_takes_kept_vectors_and_loads_nothing(tmp_path: Path) -> None:
    first, second = (run("on", tmp_path).stdout.rpartition(" ") for _ in range(2))
    assert first[0] == second[0]
    assert (first[2].strip(), second[2].strip()) == ("True", "False")


@needs_model
def test_loading_needs_no_network_and_is_quiet(tmp_path: Path) -> None:
    assert run("off", tmp_path).stderr == ""


def test_missing_model_is_told_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "sentence_transformers", None)
    with pytest.raises(PluginLoadError, match=r"needs .*sentence_transformers.*: pip install 'weft-minilm\[model\]'"):
        weft.Embedder("minilm")


@pytest.mark.parametrize("options", [{"batch_size": 0}, {"threads": 0}, {"threads": True}])
def test_numbers_are_checked(options: dict[str, int]) -> None:
    with pytest.raises(OptionError, match="must be a whole number of at least 1, not"):
        weft.Embedder("minilm", **options)


def test_there_is_one_model() -> None:
    with pytest.raises(weft.errors.PluginNotFound):
        weft.Embedder("minilm/large")
