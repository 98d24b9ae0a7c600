"""What is in the table, which table it is, and how it is made."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import pytest

import weft
from weft import Passage
from weft.errors import CollectionNotFound, DimensionError, IndexingError, OptionError, RMError

if TYPE_CHECKING:
    import psycopg
    from conftest import Make

SMALL = weft.Embedder("hashing", dimensions=8)
LARGE = weft.Embedder("hashing", dimensions=16)


def test_table_is_plain_sql(make: Make, sql: psycopg.Connection[Any]) -> None:
    rm = make(collection="weft_plain", embedder=SMALL)
    rm.index([Passage("Cats purr.", "cats", metadata={"lang": "en", "year": 1999, "open": True, "rating": 0.5})])
    rows = sql.execute("SELECT id, text, metadata, vector_dims(embedding) FROM weft_plain").fetchall()
    assert rows == [("cats", "Cats purr.", {"lang": "en", "year": 1999, "open": True, "rating": 0.5}, 8)]


def test_scores_are_cosines(make: Make) -> None:
    directions = {"right": (1.0, 0.0), "up": (0.0, 2.0), "left": (-3.0, 0.0), "nowhere": (0.0, 0.0)}
    rm = make(embedder=lambda texts: [directions[text] for text in texts])
    rm.index(list(directions))
    assert [(one.text, one.score) for one in rm("right", k=4)] == [
        ("right", 1.0),
        ("up", 0.0),
        ("left", -1.0),
        ("nowhere", -1.0),
    ]
    assert {one.score for one in rm("nowhere", k=4)} == {-1.0}


@pytest.mark.parametrize("name", ['we"ird', "per%cent %s $1", "näme; DROP TABLE x --", "Ünïcode Case"])
def test_any_name_is_a_table(make: Make, sql: psycopg.Connection[Any], name: str) -> None:
    rm = make(collection=name)
    rm.index(["Cats purr."])
    assert [one.text for one in rm("cats", filters=None)] == ["Cats purr."]
    assert sql.execute("SELECT count(*) FROM pg_class WHERE relname = %s", (name,)).fetchone() == (1,)


def test_names_that_would_be_cut_are_refused(make: Make) -> None:
    for name in ("x" * 64, "ä" * 32, "", "a\0b"):
        with pytest.raises(OptionError, match=r"names|named"):
            make(collection=name)


def test_schema_keeps_collections_apart(make: Make, sql: psycopg.Connection[Any]) -> None:
    sql.execute("DROP SCHEMA IF EXISTS weft_other CASCADE")
    sql.execute("CREATE SCHEMA weft_other")
    here, there = make(collection="weft_same"), make(collection="weft_same", schema="weft_other")
    here.index(["Cats purr."])
    with pytest.raises(CollectionNotFound, match="'weft_same'"):
        there.size()
    there.index(["Dogs bark.", "Owls hoot."])
    assert (here.size(), there.size()) == (1, 2)
    sql.execute("DROP SCHEMA weft_other CASCADE")
    with pytest.raises(RMError, match="weft_other"):
        there.index(["Cats purr."])


def test_name_after_the_slash_or_as_option(make: Make, dsn: str) -> None:
    make(collection="weft_named").index(["Cats purr."])
    assert weft.RM("pgvector/weft_named", dsn=weft.Secret(dsn)).size() == 1
    with pytest.raises(OptionError, match="not both"):
        weft.RM("pgvector/weft_named", dsn=dsn, collection="weft_named")


def test_unknown_collection_is_made_by_index_alone(make: Make) -> None:
    rm = make()
    for use in (lambda: rm("cats"), lambda: rm.batch(["cats"]), rm.size, lambda: rm.remove(["x"])):
        with pytest.raises(CollectionNotFound, match=r"has no collection '.+'\. Index passages"):
            use()
    rm.index(["Cats purr."])
    assert rm.size() == 1


def test_unknown_collection_may_count_as_empty(make: Make) -> None:
    rm = make(create=True)
    rm.remove(["x"])
    assert (rm("cats"), rm.batch(["cats", "dogs"]), rm.size()) == ([], [[], []], 0)


def test_other_lengths_are_refused(make: Make) -> None:
    made = make(collection="weft_lengths", embedder=SMALL)
    made.index(["Cats purr."])
    other = make(collection="weft_lengths", embedder=LARGE)
    for use in (lambda: other("cats"), lambda: other.index(["Dogs bark."])):
        with pytest.raises(DimensionError, match=r"length 8, .* length 16"):
            use()
    made.remove([made("cats")[0].id])
    with pytest.raises(DimensionError):
        other("cats")


def test_table_that_others_make_anew_is_noticed(make: Make, sql: psycopg.Connection[Any]) -> None:
    one = make(collection="weft_anew", embedder=SMALL)
    other = make(collection="weft_anew", embedder=LARGE)
    one.index(["Cats purr."])
    sql.execute("DROP TABLE weft_anew")
    with pytest.raises(CollectionNotFound):
        one("cats")
    one.index(["Cats purr."])
    sql.execute("DROP TABLE weft_anew")
    other.index(["Dogs bark."])
    assert [found.text for found in other("dogs")] == ["Dogs bark."]
    with pytest.raises(DimensionError):
        one("cats")


def test_table_of_another_kind_is_refused(make: Make, sql: psycopg.Connection[Any]) -> None:
    rm = make(collection="weft_other_kind")
    sql.execute("CREATE TABLE weft_other_kind (id text, embedding real[])")
    with pytest.raises(RMError, match="no column 'embedding'"):
        rm.index(["Cats purr."])


def test_passages_that_cannot_be_held_are_named(make: Make) -> None:
    rm = make()
    passages = [
        Passage("Cats purr.", "fine"),
        Passage("Nul: \0.", "nul"),
        Passage("Half: \ud83d.", "half"),
        Passage("Owls hoot.", "fact", metadata={"who": "a\0b"}),
        Passage("Owls hoot.", "name", metadata={"a\0b": 1}),
        Passage("Owls hoot.", "infinite", metadata={"far": float("inf")}),
        Passage("Owls hoot.", "long" * 1000),
    ]
    with pytest.raises(IndexingError, match="6 of 7 passages were refused") as caught:
        rm.index(passages)
    assert caught.value.written == ("fine",)
    assert set(caught.value.failed) == {passage.id for passage in passages[1:]}
    assert [one.id for one in rm("cats", k=9)] == ["fine"]
    rm.remove(["fine\0", "fine\ud83d"])
    assert rm.size() == 1, "an id that cannot be held is no other id"


def test_batch_that_the_server_refuses_is_not_there_in_parts(make: Make, sql: psycopg.Connection[Any]) -> None:
    rm = make(collection="weft_refused")
    rm.index(["Cats purr."])
    sql.execute("ALTER TABLE weft_refused ADD CONSTRAINT no_owls CHECK (text NOT LIKE 'Owls%')")
    texts = [f"Dogs bark {number} times." for number in range(900)]
    with pytest.raises(RMError, match="no_owls"):
        rm.index([*texts, "Owls hoot."], batch_size=901)
    assert rm.size() == 1


@pytest.mark.parametrize("number", [float("nan"), float("inf"), 1e39])
def test_vectors_that_are_none_are_refused(make: Make, number: float) -> None:
    rm = make(embedder=lambda texts: [[1.0, 2.0] if "fine" in text else [1.0, number] for text in texts])
    rm.index(["fine"])
    for use in (lambda: rm("odd"), lambda: rm.index(["odd"])):
        with pytest.raises(RMError):
            use()
    assert rm.size() == 1


def test_hnsw_index_is_made_and_used(make: Make, sql: psycopg.Connection[Any]) -> None:
    rm = make(collection="weft_hnsw", index="hnsw", m=8, ef_construction=32, ef_search=10, embedder=SMALL)
    rm.index([{"text": f"word{n} cats", "id": str(n), "metadata": {"rare": n % 100 == 0}} for n in range(1000)])
    asked = "SELECT indexdef FROM pg_indexes WHERE tablename = 'weft_hnsw' AND indexdef LIKE '%USING hnsw%'"
    (definition,) = sql.execute(asked).fetchone() or ("",)
    assert "vector_cosine_ops" in definition
    assert "m='8'" in definition
    assert "ef_construction='32'" in definition
    assert len(rm("word1 cats", k=50)) == 50, "more are found than ef_search looks at"
    assert len(rm("word1 cats", k=10, filters={"rare": True})) == 10, "filters come before k"


def test_one_retriever_serves_blocking_calls_and_loops(make: Make) -> None:
    rm = make()
    rm.index(["Cats purr.", "Dogs bark."])

    async def many() -> list[str]:
        found = await asyncio.gather(*(rm.acall("cats", k=1) for _ in range(30)))
        return [one.text for passages in found for one in passages]

    for _ in range(2):
        assert set(asyncio.run(many())) == {"Cats purr."}
        assert rm("cats", k=1)[0].text == "Cats purr."


@pytest.mark.parametrize("options", [{"index": "ivf"}, {"m": 0}, {"ef_search": True}, {"connections": "8"}])
def test_senseless_options_are_refused(options: dict[str, Any]) -> None:
    with pytest.raises(OptionError, match=next(iter(options))):
        weft.RM("pgvector", **options)
