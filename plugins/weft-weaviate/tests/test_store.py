"""What is particular to Weaviate: names, types, filters, modes, collections of others."""

from __future__ import annotations

import asyncio
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest
from weaviate.classes.config import Configure, DataType, Property
from weaviate.classes.data import DataObject

import weft
from weft import Passage, where
from weft.errors import CollectionNotFound, DimensionError, FilterError, IndexingError, InputError, OptionError, RMError
from weft_weaviate import WeaviateRM

if TYPE_CHECKING:
    from collections.abc import Sequence

    import weaviate
    from conftest import Make

VECTORS = {"north": [0.0, 1.0], "east": [1.0, 0.0], "north-east": [0.7, 0.7], "compass": [0.1, 0.9]}


def by_table(texts: Sequence[str]) -> list[list[float]]:
    return [VECTORS[text] for text in texts]


def three_dimensional(texts: Sequence[str]) -> list[list[float]]:
    return [[1.0, 2.0, 3.0] for _ in texts]


def ids(found: Sequence[Passage]) -> list[str]:
    return [passage.id for passage in found]


NAMES = [
    "lang",
    "camelCase",
    "Title",
    "page number",
    "a.b-c",
    "id",
    "_id",
    "_additional",
    "vector",
    "text",
    "passage_id",
    "weft_name",
    "日本",
    "2nd",
    "😀",
    "_",
]


def test_any_name_of_metadata_is_kept_and_filtered_by(make: Make) -> None:
    rm = make()
    rm.index([Passage("Cats purr.", "cats", metadata={name: name for name in NAMES}), "Dogs bark."])
    (found,) = rm("cats", k=1)
    assert dict(found.metadata) == {name: name for name in NAMES}
    assert [ids(rm("cats", filters={name: name})) for name in NAMES] == [["cats"]] * len(NAMES)


@pytest.mark.parametrize("key", ["a", " ", "a/b#c", "猫", "6f9619ff-8b86-d011-b42d-00c04fc964ff", "x" * 5000])
def test_any_text_is_an_id(make: Make, key: str) -> None:
    rm = make()
    rm.index([Passage("Cats purr.", key)])
    rm.index([Passage("Cats hunt.", key)])
    assert [(passage.id, passage.text) for passage in rm("cats")] == [(key, "Cats hunt.")]
    rm.remove([key])
    assert rm.size() == 0


def test_values_come_back_as_they_were(make: Make) -> None:
    facts = {"count": 3, "share": 0.25, "open": False, "lang": "It's", "empty": "", "large": 2**53, "below": -7}
    rm = make()
    rm.index([Passage("Cats purr.", "cats", metadata=facts)])
    (found,) = rm("cats")
    assert dict(found.metadata) == facts
    assert {name: type(value) for name, value in found.metadata.items()} == {
        name: type(value) for name, value in facts.items()
    }


@pytest.mark.parametrize(
    ("filters", "fitting"),
    [
        (where("lang") == "EN", ["upper"]),
        (where("lang") == "it", ["stopword"]),
        (where("lang") == "", ["empty"]),
        (where("lang") == "it is", ["phrase"]),
        (where("lang") != "it", ["empty", "phrase", "upper"]),
        (~where("lang").is_in(["it", "EN"]), ["empty", "phrase"]),
        (where("lang") > "a", ["phrase", "stopword"]),
        (where("lang") == 1, []),
        (where("lang") != 1, []),
        (where("unheard of") == 1, []),
        ((where("unheard of") == 1) | (where("lang") == "EN"), ["upper"]),
        ((where("unheard of") == 1) & (where("lang") == "EN"), []),
        (where("year") < 10**400, ["stopword", "upper"]),
        (where("year") == float("inf"), []),
        (where("year") != 1, ["upper"]),
        (where("open").is_in([True, False]), ["stopword", "upper"]),
        (~where("open").is_in([True, False]), []),
        (where("open") != True, ["upper"]),  # noqa: E712
    ],
)
def test_filters_mean_what_they_say(make: Make, filters: Any, fitting: list[str]) -> None:
    rm = make()
    rm.index(
        [
            Passage("Cats purr.", "upper", metadata={"lang": "EN", "year": -2.5, "open": False}),
            Passage("Cats sleep.", "stopword", metadata={"lang": "it", "year": 1, "open": True}),
            Passage("Cats hunt.", "phrase", metadata={"lang": "it is"}),
            Passage("Cats play.", "empty", metadata={"lang": ""}),
            Passage("Cats eat.", "none"),
        ]
    )
    assert sorted(ids(rm("cats", k=9, filters=filters))) == fitting


def test_fact_that_another_writer_brought_is_known(make: Make) -> None:
    one = make()
    one.index([Passage("Cats purr.", "cats", metadata={"lang": "en"})])
    name = one.collection
    assert ids(one("cats", filters={"year": 1999})) == []
    make(collection=name).index([Passage("Cats hunt.", "hunt", metadata={"year": 1999})])
    assert ids(one("cats", filters={"year": 1999})) == ["hunt"]


def test_modes_search_one_collection(make: Make) -> None:
    vectors = make(embedder=by_table)
    name = vectors.collection
    vectors.index([Passage(text, text) for text in ("north", "east", "north-east")])
    words = make(collection=name, mode="keyword")
    by_vector, by_word = (make(collection=name, mode="hybrid", alpha=alpha, embedder=by_table) for alpha in (1, 0))
    assert ids(vectors("compass", k=2)) == ["north", "north-east"]
    assert ids(words("east", k=3)) == ["east", "north-east"]
    assert ids(words("compass", k=3)) == ids(words("", k=3)) == ids(words("!", k=3)) == []
    assert ids(by_vector("compass", k=2)) == ["north", "north-east"]
    assert ids(by_word("east", k=3))[:2] == ["east", "north-east"]
    assert (words.capabilities.vector, words.capabilities.keyword, words.capabilities.hybrid) == (False, True, False)
    assert (vectors.capabilities.vector, vectors.capabilities.keyword) == (True, False)
    assert by_word.capabilities.hybrid


def test_scores_of_vectors_are_cosines(make: Make) -> None:
    rm = make(embedder=by_table)
    rm.index(["north", "east"])
    assert [passage.score for passage in rm("north")] == pytest.approx([1.0, 0.0])


def test_keyword_search_makes_no_vectors(make: Make, client: weaviate.WeaviateClient) -> None:
    rm = make(mode="keyword")
    rm.index(["Cats purr."])
    name = rm.collection
    assert [one.vector for one in client.collections.use(name).query.fetch_objects(include_vector=True).objects] == [{}]


def test_other_vectors_are_refused_at_both_ends(make: Make) -> None:
    rm = make(embedder=by_table)
    rm.index(["north"])
    other = make(collection=rm.collection, embedder=three_dimensional)
    for action in (lambda: other("north"), lambda: other.index(["east"])):
        with pytest.raises(DimensionError, match=r"holds vectors of length 2, and .* makes vectors of length 3"):
            action()


def test_collection_made_anew_with_other_vectors_is_noticed(make: Make, client: weaviate.WeaviateClient) -> None:
    rm = make(embedder=by_table)
    rm.index(["north"])
    assert rm("north")
    client.collections.delete(rm.collection)
    other = make(collection=rm.collection, embedder=three_dimensional)
    other.index(["north"])
    with pytest.raises(DimensionError, match="another length than the embedder makes"):
        rm("north")
    with pytest.raises(IndexingError, match="refused 1 of 1 passages"):
        rm.index(["east"])


def test_deleted_collection_is_made_again_as_it_was(make: Make, client: weaviate.WeaviateClient) -> None:
    rm = make()
    rm.index([Passage("Cats purr.", "cats", metadata={"lang": "It is"})])
    client.collections.delete(rm.collection)
    with pytest.raises(CollectionNotFound):
        rm("cats")
    rm.index([Passage("Cats purr.", "cats", metadata={"lang": "It is"})])
    assert (ids(rm("cats", filters={"lang": "it is"})), ids(rm("cats", filters={"lang": "It is"}))) == ([], ["cats"])


def test_unknown_collection_is_told_by_name(make: Make) -> None:
    rm = make(create=False)
    for action in (lambda: rm("cats"), rm.size, lambda: rm("cats", filters={"a": 1}), lambda: rm.remove(["a"])):
        with pytest.raises(CollectionNotFound, match=rf"^{rm.ref}: the Weaviate server has no such collection"):
            action()
    with pytest.raises(CollectionNotFound, match="create=False"):
        rm.index(["Cats purr."])


def test_fact_of_another_kind_is_refused_before_anything_is_written(make: Make) -> None:
    rm = make()
    rm.index([Passage("Cats purr.", "cats", metadata={"year": 1999})])
    with pytest.raises(InputError, match=r"The metadata 'year' of the passage 'b' is a text; in .* it is a number"):
        rm.index([Passage("Cats eat.", "a"), Passage("Cats hunt.", "b", metadata={"year": "1999"})])
    assert rm.size() == 1


@pytest.mark.parametrize("value", [2**53 + 1, float("inf"), 10**400])
def test_number_that_would_change_is_refused(make: Make, value: float) -> None:
    with pytest.raises(InputError, match="cannot hold the number 'n' of the passage 'a' exactly"):
        make().index([Passage("Cats purr.", "a", metadata={"n": value})])


def test_half_a_character_is_refused(make: Make) -> None:
    with pytest.raises(InputError, match="half a character"):
        make(mode="keyword").index(["\ud800"])


def test_name_of_metadata_that_is_too_long_is_refused(make: Make) -> None:
    with pytest.raises(InputError, match="too long for Weaviate"):
        make().index([Passage("Cats purr.", metadata={"x" * 300: 1})])


def test_more_than_the_server_gives_is_refused(make: Make) -> None:
    rm = make()
    rm.index(["Cats purr."])
    with pytest.raises(RMError, match="k is above what the Weaviate server finds at once"):
        rm("cats", k=10**6)


def test_passages_that_the_server_refuses_are_told_one_by_one(make: Make, client: weaviate.WeaviateClient) -> None:
    name = f"WeftTest{uuid4().hex}"
    client.collections.create(
        name,
        vector_config=Configure.Vectors.self_provided(),
        properties=[Property(name="text", data_type=DataType.TEXT), Property(name="pages", data_type=DataType.INT)],
    )
    rm = make(collection=name)
    with pytest.raises(IndexingError, match=r"refused 1 of 2 passages, 'bad' among them: .*pages") as caught:
        rm.index([Passage("Fine.", "good", metadata={"pages": 2}), Passage("Bad.", "bad", metadata={"pages": 2.5})])
    assert (caught.value.written, list(caught.value.failed)) == (("good",), ["bad"])
    assert rm.size() == 1


def test_collection_of_others_is_searched(make: Make, client: weaviate.WeaviateClient) -> None:
    name, key = f"WeftTest{uuid4().hex}", uuid4()
    others = client.collections.create(
        name,
        vector_config=[Configure.Vectors.self_provided(name="body"), Configure.Vectors.self_provided(name="head")],
        properties=[
            Property(name="body", data_type=DataType.TEXT),
            Property(name="pages", data_type=DataType.INT),
            Property(name="made", data_type=DataType.DATE),
            Property(name="tags", data_type=DataType.TEXT_ARRAY),
        ],
    )
    held = {"body": "Look north.", "pages": 7, "made": datetime(2020, 1, 2, tzinfo=UTC), "tags": ["a"]}
    others.data.insert_many([DataObject(held, uuid=key, vector={"body": [0.0, 1.0], "head": [1.0, 0.0, 0.0]})])
    rm = make(collection=name, text="body", target_vector="body", embedder=by_table)
    (found,) = rm("north", filters=(where("pages") >= 7) & (where("pages") != 8))
    assert (found.text, found.id) == ("Look north.", str(key))
    assert dict(found.metadata) == {"pages": 7, "made": "2020-01-02T00:00:00+00:00"}
    rm.index([Passage("east", str(key))])
    assert [(passage.text, passage.id) for passage in rm("east")] == [("east", str(key))]
    with pytest.raises(FilterError, match="'made', which is of Weaviate's type 'date'"):
        rm("north", filters={"made": "2020"})
    with pytest.raises(FilterError, match=r"'pages' holds whole numbers; it cannot be compared with 2.5"):
        rm("north", filters=where("pages") > 2.5)


def test_writers_at_once_make_one_collection(make: Make) -> None:
    first = make()
    writers = [first, *(make(collection=first.collection) for _ in range(3))]
    ready = threading.Barrier(len(writers))

    def write(number: int) -> None:
        ready.wait()
        passages = [Passage(f"Cat {n}", f"{n}", metadata={f"fact{n % 5}": n}) for n in range(number, number + 40)]
        writers[number // 20].index(passages, batch_size=15)

    with ThreadPoolExecutor(len(writers)) as pool:
        assert list(pool.map(write, range(0, 80, 20))) == [None] * 4
    assert first.size() == 100
    assert ids(first("cat", filters={"fact2": 57})) == ["57"]


def test_more_than_a_thousand_are_deleted(make: Make) -> None:
    rm = make(mode="keyword")
    done = rm.index([f"Cat {n}" for n in range(2500)])
    rm.remove(done.ids[1:])
    assert rm.size() == 1


def test_closed_retriever_opens_again(make: Make) -> None:
    rm = make()
    rm.index(["Cats purr."])
    asyncio.run(rm.close())
    assert rm.size() == 1
    asyncio.run(rm.close())
    asyncio.run(rm.close())


@pytest.mark.parametrize(
    ("name", "options", "message"),
    [
        ("", {}, "'' cannot be a collection of Weaviate"),
        ("my-docs", {}, "'my-docs' cannot be a collection"),
        ("Docs", {"mode": "words"}, "mode for weft-weaviate is 'vector', 'keyword' or 'hybrid', not 'words'"),
        ("Docs", {"alpha": 0.5}, "alpha for weft-weaviate is for mode='hybrid', not for 'vector'"),
        ("Docs", {"create_tenant": True}, "create_tenant=True for weft-weaviate needs the tenant="),
        ("Docs", {"mode": "hybrid", "alpha": 2}, "alpha for weft-weaviate is a number from 0 to 1, not 2"),
        ("Docs", {"timeout": 0}, "timeout for weft-weaviate is a number of seconds above 0, not 0"),
        ("Docs", {"tenant": "a b"}, "'a b' cannot be a tenant"),
        ("Docs", {"grpc_port": "50051"}, "grpc_port for weft-weaviate must be the number of a port, not '50051'"),
        ("Docs", {"url": "localhost:8080"}, "URL of the Weaviate server cannot be read"),
        ("Docs", {"url": "http://localhost:99999"}, "URL of the Weaviate server cannot be read"),
        ("Docs", {"url": "http://localhost:8080/v1"}, "URL of the Weaviate server cannot be read"),
        ("Docs", {"url": "http://localhost:50051"}, "must have another port, or another host, for gRPC"),
    ],
)
def test_senseless_options_are_refused(name: str, options: dict[str, Any], message: str) -> None:
    with pytest.raises(OptionError, match=message):
        WeaviateRM(name, **options)


def test_name_resolves_to_the_class_of_the_package(make: Make) -> None:
    rm = make(collection="weftTestName")
    assert isinstance(rm, WeaviateRM)
    assert (rm.ref, repr(rm)) == ("weaviate/WeftTestName", "WeaviateRM('WeftTestName', mode='vector')")
    assert isinstance(weft.RM("weaviate/docs"), WeaviateRM)
