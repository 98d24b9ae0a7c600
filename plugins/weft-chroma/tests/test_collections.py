"""Collections: made, found, replaced, kept, shared with others; the same in a folder and on a server."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from random import Random
from string import ascii_lowercase
from typing import TYPE_CHECKING, Any

import chromadb
import pytest
from chromadb.config import Settings

import weft
from weft import Passage, where
from weft.errors import CollectionNotFound, DimensionError, FilterError, IndexingError, RMError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from conftest import Server

    Client = Callable[[], Any]

PETS = [Passage("Cats purr.", "cats"), Passage("Dogs bark.", "dogs"), Passage("Owls hoot.", "owls")]


def by_length(texts: list[str]) -> list[list[float]]:
    """An embedder with vectors of two numbers."""
    return [[1.0, float(len(text))] for text in texts]


def random_text(seed: int) -> str:
    return "".join(Random(seed).choices(ascii_lowercase, k=40))


@pytest.fixture(params=["folder", "server"])
def place(request: pytest.FixtureRequest, database: Path, server: Server) -> Mapping[str, Any]:
    return {"path": database} if request.param == "folder" else {"url": server.url}


@pytest.fixture
def client(place: Mapping[str, Any], server: Server) -> Any:
    """Chroma's own client of the same place."""
    settings = Settings(anonymized_telemetry=False)
    if "path" in place:
        return chromadb.PersistentClient(place["path"], settings)
    return chromadb.HttpClient("127.0.0.1", server.port, settings=settings)


def test_an_unknown_collection_is_named(place: Mapping[str, Any]) -> None:
    rm = weft.RM("chroma/articels", **place)
    for use in (lambda: rm("cats"), rm.size, lambda: rm.remove(["cats"])):
        with pytest.raises(CollectionNotFound, match=r"has no collection 'articels'\. Index passages, which makes it"):
            use()


def test_a_search_makes_no_folder(tmp_path: Path) -> None:
    with pytest.raises(CollectionNotFound, match="has no collection 'pets'"):
        weft.RM("chroma/pets", path=tmp_path / "databse")("cats")
    assert list(tmp_path.iterdir()) == []


def test_create_makes_a_collection_at_any_use(place: Mapping[str, Any], fresh: str) -> None:
    assert weft.RM("chroma", collection=fresh, create=True, **place)("cats") == []
    assert weft.RM(f"chroma/{fresh}", **place).size() == 0


def test_what_was_indexed_is_there_for_others(place: Mapping[str, Any], fresh: str) -> None:
    first = weft.RM(f"chroma/{fresh}", **place)
    first.index(PETS)
    second = weft.RM(f"chroma/{fresh}", **place)
    assert [passage.id for passage in second("Dogs bark", k=1)] == ["dogs"]
    assert second.size() == 3


def test_a_closed_one_opens_again(place: Mapping[str, Any], fresh: str) -> None:
    rm = weft.RM(f"chroma/{fresh}", **place)
    rm.index(PETS)
    asyncio.run(rm.close())
    assert rm.size() == 3


def test_scores_are_cosines(place: Mapping[str, Any], fresh: str) -> None:
    rm = weft.RM(
        f"chroma/{fresh}", embedder=lambda texts: [[3.0, 4.0] if "a" in text else [4.0, 3.0] for text in texts], **place
    )
    rm.index(["a", "b"])
    assert [(one.text, round(one.score, 5)) for one in rm("a")] == [("a", 1.0), ("b", 0.96)]


def test_vectors_of_another_length_are_refused(place: Mapping[str, Any], fresh: str) -> None:
    weft.RM(f"chroma/{fresh}", **place).index(PETS)
    other = weft.RM(f"chroma/{fresh}", embedder=by_length, **place)
    for use in (lambda: other("cats"), lambda: other.index(["Bees hum."])):
        with pytest.raises(DimensionError, match=r"holds vectors of length 512, and .* makes vectors of length 2"):
            use()


def test_facts_that_a_new_version_lacks_are_gone(place: Mapping[str, Any], fresh: str, client: Any) -> None:
    rm = weft.RM(f"chroma/{fresh}", **place)
    rm.index([Passage("Cats purr.", "cats", metadata={"lang": "en", "year": 1999})])
    rm.index([Passage("Cats purr.", "cats", metadata={"year": 2024})])
    assert client.get_collection(fresh, embedding_function=None).get()["metadatas"] == [{"year": 2024}]
    rm.index([Passage("Cats purr.", "cats")])
    assert rm("Cats", filters={"year": 2024}) == []


def test_passages_that_lack_a_text_never_crowd_out_those_that_fit(place: Mapping[str, Any], fresh: str) -> None:
    rm = weft.RM(f"chroma/{fresh}", **place)
    rm.index([Passage("Cats purr.", f"none{n}") for n in range(60)])
    rm.index([Passage(f"Dogs {n}", f"de{n}", metadata={"lang": "de"}) for n in range(3)])
    rm.index([Passage(f"Owls {n}", f"en{n}", metadata={"lang": "en", "open": n == 0}) for n in range(3)])
    for german in (~(where("lang") == "en"), ~where("lang").is_in(["en", "ja"])):
        assert {passage.id for passage in rm("Cats purr.", k=3, filters=german)} == {"de0", "de1", "de2"}
        assert len(rm("Cats purr.", k=2, filters=german)) == 2
    either = (where("lang") != "de") | (where("open") != True)  # noqa: E712
    assert {passage.id for passage in rm("Cats purr.", k=9, filters=either)} == {"en0", "en1", "en2"}


def test_truth_values_of_which_none_is_left_fit_nothing(place: Mapping[str, Any], fresh: str) -> None:
    rm = weft.RM(f"chroma/{fresh}", **place)
    rm.index([Passage("Cats purr.", "a", metadata={"open": True}), Passage("Cats sleep.", "b")])
    assert rm("Cats", filters={"open": {"nin": [True, False]}}) == []
    assert [one.id for one in rm("Cats", filters={"open": {"nin": [False]}})] == ["a"]


def test_numbers_of_both_types_are_compared(place: Mapping[str, Any], fresh: str) -> None:
    rm = weft.RM(f"chroma/{fresh}", **place)
    rm.index([Passage("Cats purr.", "a", metadata={"n": 1}), Passage("Cats sleep.", "b", metadata={"n": 0.5})])
    assert {one.id for one in rm("Cats", filters={"n": [1, 0.5]})} == {"a", "b"}
    assert [one.id for one in rm("Cats", filters={"n": {"nin": [1.0, 7]}})] == ["b"]


def test_what_chroma_cannot_compare_is_refused(place: Mapping[str, Any], fresh: str) -> None:
    rm = weft.RM(f"chroma/{fresh}", create=True, **place)
    with pytest.raises(FilterError, match="puts only numbers in order, so 'day' cannot be 'gt' '2024-01-01'"):
        rm("cats", filters={"day": {"gt": "2024-01-01"}})
    with pytest.raises(FilterError, match="cannot compare 'n' with inf"):
        rm("cats", filters={"n": {"lt": float("inf")}})


@pytest.mark.parametrize("facts", [{"n": float("inf")}, {"$n": 1}, {"#n": 1}, {"chroma:document": "x"}])
def test_what_chroma_cannot_hold_is_refused(place: Mapping[str, Any], fresh: str, facts: dict[str, Any]) -> None:
    rm = weft.RM(f"chroma/{fresh}", create=True, **place)
    with pytest.raises(RMError, match="the passage 'odd'"):
        rm.index([Passage("Cats purr.", "odd", metadata=facts)])
    assert rm.size() == 0


def test_more_than_chroma_takes_at_once(database: Path, fresh: str) -> None:
    rm = weft.RM(f"chroma/{fresh}", path=database, embedder=by_length)
    many = [Passage("x" * (n % 7), f"p{n}") for n in range(6000)]
    assert len(rm.index(many, batch_size=6000)) == 6000
    assert rm.size() == 6000
    rm.remove([passage.id for passage in many[1:]])
    assert rm.size() == 1


def test_what_is_written_before_a_refusal_is_told(database: Path, fresh: str) -> None:
    rm = weft.RM(f"chroma/{fresh}", path=database, embedder=by_length)
    many = [Passage("x" if n != 5990 else "half \ud83d", f"p{n}") for n in range(6000)]
    with pytest.raises(IndexingError, match="half a character") as caught:
        rm.index(many, batch_size=6000)
    assert 0 < len(caught.value.written) == rm.size() < 6000


def test_writers_at_once_lose_and_double_nothing(place: Mapping[str, Any], fresh: str) -> None:
    def write(writer: int) -> None:
        rm = weft.RM(f"chroma/{fresh}", **place)
        rm.index([Passage(random_text(n), f"p{n}") for n in range(writer * 20, writer * 20 + 40)], batch_size=10)

    with ThreadPoolExecutor(6) as pool:
        list(pool.map(write, range(6)))
    rm = weft.RM(f"chroma/{fresh}", **place)
    assert rm.size() == 140
    assert sorted(one.id for one in rm("Text", k=500)) == sorted(f"p{n}" for n in range(140))


def test_a_collection_that_others_made_anew_is_found(place: Mapping[str, Any], fresh: str, client: Any) -> None:
    rm = weft.RM(f"chroma/{fresh}", **place)
    rm.index(PETS)
    client.delete_collection(fresh)
    with pytest.raises(CollectionNotFound):
        rm("cats")
    rm.index(PETS[:1])
    client.delete_collection(fresh)
    rm.index(PETS)
    assert rm.size() == 3


def test_a_collection_that_others_made_is_searched_as_it_is(place: Mapping[str, Any], fresh: str, client: Any) -> None:
    theirs = client.create_collection(fresh)  # for Euclidean distances, and with Chroma's own embedder
    theirs.add(ids=["far", "near"], embeddings=[[1.0, 9.0], [1.0, 4.5]])
    found = weft.RM(f"chroma/{fresh}", embedder=by_length, **place)("four", k=2)
    assert [(one.id, one.text, one.score, dict(one.metadata)) for one in found] == [
        ("near", "", -0.25, {}),
        ("far", "", -25.0, {}),
    ]


def test_options_of_the_index_reach_chroma(place: Mapping[str, Any], fresh: str, client: Any) -> None:
    weft.RM(f"chroma/{fresh}", hnsw={"ef_search": 321}, **place).index(PETS)
    options = client.get_collection(fresh, embedding_function=None).configuration_json["hnsw"]
    assert (options["ef_search"], options["space"]) == (321, "cosine")


def test_a_name_that_chroma_does_not_take(place: Mapping[str, Any]) -> None:
    with pytest.raises(RMError, match="Expected a name containing 3-512 characters"):
        weft.RM("chroma", collection="my pets", **place).index(PETS)


def test_a_database_that_is_not_there(place: Mapping[str, Any], fresh: str) -> None:
    with pytest.raises(RMError, match="has no database 'nowhere' of the tenant 'default_tenant'"):
        weft.RM(f"chroma/{fresh}", database="nowhere", **place).index(PETS)
