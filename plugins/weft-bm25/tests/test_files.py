"""An index in a folder."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

import weft
from weft import Passage
from weft.errors import DataError, OptionError

if TYPE_CHECKING:
    from pathlib import Path

PETS = [
    Passage("Cats jump.", "cats", metadata={"lang": "en", "year": 1999, "open": True}),
    Passage("猫は喉を鳴らします。 😀\n\u2028 half \ud83d", "neko"),
]


@pytest.fixture
def saved(tmp_path: Path) -> Path:
    rm = weft.RM("bm25", method="bm25+", k1=0.9, stemmer="english", stopwords=["a"])
    rm.index(PETS)
    rm.save(tmp_path / "pets")
    return tmp_path / "pets"


def test_what_was_saved_is_found_again(saved: Path) -> None:
    rm = weft.RM(f"bm25/{saved}")
    (found,) = rm("jumping")
    assert (found.text, found.id, dict(found.metadata)) == (PETS[0].text, "cats", PETS[0].metadata)
    assert rm("half")[0].text == PETS[1].text
    assert (rm.size(), rm.capabilities.persistent) == (2, True)
    before = weft.RM("bm25", method="bm25+", k1=0.9, stemmer="english", stopwords=["a"])
    before.index(PETS)
    assert before("jumping")[0].score == found.score


def test_other_options_count_anew(saved: Path) -> None:
    other, plain = (
        weft.RM("bm25", path=saved, method="lucene", k1=1.5),
        weft.RM("bm25", stemmer="english", stopwords=["a"]),
    )
    plain.index(PETS)
    assert other("jumping")[0].score == plain("jumping")[0].score


def test_a_loaded_index_can_be_changed_and_saved_over(saved: Path) -> None:
    rm = weft.RM(f"bm25/{saved}")
    rm.remove(["neko"])
    rm.index([Passage("Dogs bark.", "dogs")])
    assert weft.RM(f"bm25/{saved}").size() == 2, "what is not saved is in memory alone"
    rm.save(saved)
    assert sorted(one.id for one in weft.RM(f"bm25/{saved}")("dog cat half", k=9)) == ["cats", "dogs"]
    assert len(list(saved.iterdir())) == 2, "the old files are gone"


@pytest.mark.parametrize("passages", [[], ["!"]])
def test_an_index_without_words_is_saved_too(tmp_path: Path, passages: list[str]) -> None:
    rm = weft.RM("bm25")
    rm.index(passages)
    rm.save(tmp_path / "empty")
    again = weft.RM("bm25", path=tmp_path / "empty")
    assert (again.size(), again("cats")) == (len(passages), [])


def test_a_folder_without_an_index(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="There is no index in"):
        weft.RM("bm25", path=tmp_path)


def test_a_damaged_index(saved: Path) -> None:
    (passages,) = saved.glob("*/passages.jsonl")
    passages.write_text("", encoding="utf-8")
    with pytest.raises(DataError, match="cannot be read: passages are missing"):
        weft.RM("bm25", path=saved)
    (saved / "index.json").write_text("[]", encoding="utf-8")
    with pytest.raises(DataError, match="cannot be read"):
        weft.RM("bm25", path=saved)


def test_a_stemmer_of_ones_own_is_given_again(tmp_path: Path) -> None:
    def shortened(words: list[str]) -> list[str]:
        return [word[:3] for word in words]

    rm = weft.RM("bm25", stemmer=shortened)
    rm.index(PETS)
    rm.save(tmp_path)
    with pytest.raises(DataError, match="was made with a stemmer that is a function; give it"):
        weft.RM("bm25", path=tmp_path)
    assert weft.RM("bm25", path=tmp_path, stemmer=shortened)("catalogue")[0].id == "cats"


def test_a_folder_that_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x", encoding="utf-8")
    rm = weft.RM("bm25")
    rm.index(PETS)
    with pytest.raises(DataError, match="cannot be written to"):
        rm.save(tmp_path / "file")


def test_the_folder_is_named_once(saved: Path) -> None:
    with pytest.raises(OptionError, match="not both"):
        weft.RM(f"bm25/{saved}", path=saved)
