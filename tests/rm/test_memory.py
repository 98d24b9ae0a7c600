"""The in-memory retriever: exact search by vectors, and its files."""

from __future__ import annotations

import math
import sys
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import weft
from weft.errors import DataError, DimensionError, PluginContractError

if TYPE_CHECKING:
    from pathlib import Path

DIRECTIONS = {"east": (1.0, 0.0), "north": (0.0, 1.0), "north-east": (2.0, 2.0), "nowhere": (0.0, 0.0)}


def directions(texts: list[str]) -> list[tuple[float, ...]]:
    return [DIRECTIONS[text] for text in texts]


@pytest.fixture(params=["numpy", "plain"])
def arithmetic(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    if request.param == "plain":
        monkeypatch.setitem(sys.modules, "numpy", None)
    else:
        pytest.importorskip("numpy")
    return request.param


@pytest.mark.usefixtures("arithmetic")
def test_the_most_similar_vectors_are_found() -> None:
    rm = weft.RM("memory", texts=list(DIRECTIONS), embedder=directions)
    found = [(passage.text, passage.score) for passage in rm("east", k=4)]
    assert found == [
        ("east", pytest.approx(1.0)),
        ("north-east", pytest.approx(math.sqrt(0.5))),
        ("north", pytest.approx(0.0)),
        ("nowhere", pytest.approx(0.0)),
    ]
    assert [passage.text for passage in rm("north", k=1)] == ["north"]
    assert rm("nowhere", k=1)[0].score == 0.0


vectors = st.lists(st.tuples(*[st.integers(-3, 3).map(float)] * 3), min_size=1, max_size=20)


@pytest.mark.parametrize("numpy", [True, False])
@settings(deadline=None)
@given(vectors=vectors, k=st.integers(1, 25))
def test_the_search_is_exact(numpy: bool, vectors: list[tuple[float, ...]], k: int) -> None:
    names = {f"t{number}": vector for number, vector in enumerate(vectors)}

    def embed(texts: list[str]) -> list[tuple[float, ...]]:
        return [names[text] for text in texts]

    rm = weft.RM("memory", texts=list(names), embedder=embed)
    with pytest.MonkeyPatch.context() as patch:
        if not numpy:
            patch.setitem(sys.modules, "numpy", None)
        found = rm("t0", k=k)
    cosines = {text: _cosine(vectors[0], vector) for text, vector in names.items()}
    assert len(found) == min(k, len(vectors))
    assert [one.score for one in found] == pytest.approx(sorted(cosines.values(), reverse=True)[:k], abs=1e-6)
    assert all(one.score == pytest.approx(cosines[one.text], abs=1e-6) for one in found)


def _cosine(one: tuple[float, ...], other: tuple[float, ...]) -> float:
    norms = math.hypot(*one) * math.hypot(*other)
    return sum(a * b for a, b in zip(one, other, strict=True)) / norms if norms else 0.0


@pytest.mark.parametrize("embedder", [None, "hashing"])
def test_it_is_saved_and_loaded_as_plain_files(tmp_path: Path, embedder: Any) -> None:
    rm = weft.MemoryRM(embedder=embedder)
    rm.index([{"text": "Cats purr.\u2028 😀", "metadata": {"page": 1}}, {"text": "Dogs bark.", "id": "dogs"}])
    rm.save(tmp_path / "pets")
    again = weft.RM("memory", embedder=embedder, path=tmp_path / "pets")
    assert again.size() == 2
    assert again("Do cats purr?", k=2) == rm("Do cats purr?", k=2)
    assert again.capabilities.persistent
    again.index(["Owls hoot."])
    assert again.size() == 3


def test_files_that_do_not_fit_are_refused(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="There is no index in"):
        weft.RM("memory", path=tmp_path / "none")
    weft.MemoryRM(texts=["a"]).save(tmp_path)
    with pytest.raises(DataError, match=r"was made with no embedder, not with Embedder\('hashing'"):
        weft.RM("memory", embedder="hashing", path=tmp_path)
    (tmp_path / "passages.jsonl").write_text("")
    with pytest.raises(DataError, match="its files do not belong together"):
        weft.RM("memory", path=tmp_path)
    (tmp_path / "file").write_text("")
    with pytest.raises(DataError, match="cannot be written to"):
        weft.MemoryRM(texts=["a"]).save(tmp_path / "file")


def by_length(texts: list[str]) -> list[list[float]]:
    return [[1.0] * len(text) for text in texts]


def test_vectors_of_another_length_are_refused() -> None:
    rm = weft.RM("memory", texts=["a"], embedder=by_length)
    assert rm("a", k=1)
    with pytest.raises(DimensionError, match=r"holds vectors of length 1, and .* makes vectors of length 2"):
        rm("bb")
    with pytest.raises(PluginContractError, match="all of one length"):
        rm.index(["a", "bb"])


def test_texts_it_is_made_with_are_embedded_once_and_not_lost_by_a_failure() -> None:
    calls: list[list[str]] = []

    def embed(texts: list[str]) -> list[list[float]]:
        calls.append(texts)
        if len(calls) == 1:
            raise RuntimeError("not yet")
        return [[float(len(text))] for text in texts]

    rm = weft.RM("memory", texts=["a", "bb"], embedder=embed)
    with pytest.raises(RuntimeError, match="not yet"):
        rm.size()
    assert rm.size() == 2
    assert len(rm("a", k=5)) == 2
    assert calls == [["a", "bb"], ["a", "bb"], ["a"]]
