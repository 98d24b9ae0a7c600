"""Examples: immutable rows that know their inputs; as data, as pydantic fields, in pickles."""

from __future__ import annotations

import copy
import datetime as dt
import enum
import pickle

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import BaseModel, ValidationError

import weft
from weft.data.example import examples_from
from weft.errors import DataError

ROW = weft.Example(question="1+1?", answer="2", source="book").with_inputs("question")


class Colour(enum.Enum):
    RED = "red"


class Item(BaseModel):
    name: str
    colour: Colour = Colour.RED


def test_access_by_attribute_item_and_mapping() -> None:
    assert ROW.question == ROW["question"] == "1+1?"
    assert list(ROW) == ["question", "answer", "source"]
    assert dict(ROW) == {**ROW} == {"question": "1+1?", "answer": "2", "source": "book"}
    assert "answer" in ROW
    assert "nothing" not in ROW
    assert ROW.get("nothing", 7) == 7
    assert len(ROW) == 3


def test_inputs_and_labels_divide_the_fields() -> None:
    assert ROW.inputs() == {"question": "1+1?"}
    assert ROW.labels() == {"answer": "2", "source": "book"}


@settings(max_examples=50)
@given(st.dictionaries(st.from_regex("[a-z]{1,6}", fullmatch=True), st.integers(), min_size=1), st.data())
def test_inputs_and_labels_are_a_partition(fields: dict[str, int], data: st.DataObject) -> None:
    names = data.draw(st.lists(st.sampled_from(sorted(fields)), unique=True))
    example = weft.Example(fields).with_inputs(*names)
    assert weft.Example.inputs(example) | weft.Example.labels(example) == fields
    assert not weft.Example.inputs(example).keys() & weft.Example.labels(example).keys()


def test_undeclared_inputs_are_an_error_that_says_what_to_do() -> None:
    undeclared = weft.Example(question="?", answer="!")
    for read in (undeclared.inputs, undeclared.labels):
        with pytest.raises(
            DataError, match=r"which of its fields \('question', 'answer'\) are inputs: use .with_inputs"
        ):
            read()


def test_misspelt_names_are_corrected() -> None:
    with pytest.raises(DataError, match=r"no field 'qestion' to use as an input. Did you mean 'question'"):
        ROW.with_inputs("qestion")
    with pytest.raises(AttributeError, match=r"Example has no field 'anwser'. Did you mean 'answer'"):
        _ = ROW.anwser
    with pytest.raises(KeyError):
        _ = ROW["anwser"]
    with pytest.raises(DataError, match=r"no field 'sorce' to leave out. Did you mean 'source'"):
        ROW.without("sorce")


def test_an_example_cannot_be_changed() -> None:
    with pytest.raises(DataError, match=r"immutable; use \.copy\(answer=…\)"):
        ROW.answer = "3"
    assert ROW.answer == "2"


def test_copies_keep_what_they_do_not_change() -> None:
    changed = ROW.copy(answer="two", extra=1)
    assert (changed.answer, changed.extra, ROW.answer) == ("two", 1, "2")
    assert changed.inputs() == {"question": "1+1?"}
    assert list(ROW.without("answer", "source")) == ["question"]
    assert ROW.without("question").labels() == {"answer": "2", "source": "book"}
    assert weft.Example(ROW).inputs() == ROW.inputs()
    assert weft.Example(ROW, answer="3").answer == "3"


@pytest.mark.parametrize("name", ["items", "values", "keys", "get", "inputs", "labels", "copy", "self", "to_dict"])
def test_columns_may_have_the_name_of_a_method(name: str) -> None:
    row = weft.Example({name: "mine", "answer": "a"}).with_inputs(name)
    assert row[name] == "mine"
    assert name == "keys" or getattr(row, name) == "mine"
    assert dict(row) == {name: "mine", "answer": "a"}
    assert weft.Example.inputs(row) == {name: "mine"}
    assert weft.Example(row) == row
    program = weft.Predict(f"{name} -> answer", lm=weft.LM("scripted/x", answers=["a"], cycle=True))
    assert [result.answer for result in program.batch([row])] == ["a"]
    assert weft.Evaluate([row], weft.exact_match)(program).score == 100


def test_equality_and_hash_are_by_content() -> None:
    one, other = weft.Example(a=1, b=[2]), weft.Example(b=[2], a=1.0)
    assert one == other
    assert hash(one) == hash(other)
    assert one != weft.Example(a=1, b=[3])
    assert weft.Example(a=1) != {"a": 1}
    assert weft.Example(a=1) != weft.Prediction(a=1)
    assert len({one, other, weft.Example(a=1)}) == 2


def test_pickles_and_copies_are_equal_and_know_their_inputs() -> None:
    for again in (pickle.loads(pickle.dumps(ROW)), copy.copy(ROW), copy.deepcopy(ROW)):
        assert again == ROW
        assert again.inputs() == ROW.inputs()
    undeclared = pickle.loads(pickle.dumps(weft.Example(a=1)))
    with pytest.raises(DataError):
        undeclared.inputs()


def test_json_ready_data() -> None:
    row = weft.Example(item=Item(name="x"), day=dt.date(2024, 1, 2), tags={"a"}, nothing=None)
    assert row.to_dict() == {
        "item": {"name": "x", "colour": "red"},
        "day": "2024-01-02",
        "tags": ["a"],
        "nothing": None,
    }


class Holder(BaseModel):
    rows: list[weft.Example]
    best: weft.Prediction | None = None


def test_as_a_pydantic_field() -> None:
    held = Holder(rows=[ROW, {"question": "?", "answer": Item(name="x")}], best=weft.Prediction(answer="2"))  # type: ignore[list-item]
    assert held.rows[0] is ROW
    assert isinstance(held.rows[1], weft.Example)
    text = held.model_dump_json()
    again = Holder.model_validate_json(text)
    assert again.model_dump_json() == text
    assert again.rows[0] == ROW
    assert again.best == weft.Prediction(answer="2")
    assert held.model_dump()["rows"][0] == dict(ROW)
    assert Holder.model_json_schema()["properties"]["rows"]["items"]["type"] == "object"
    with pytest.raises(ValidationError):
        Holder(rows=[3])  # type: ignore[list-item]


def test_rows_of_a_file_become_examples() -> None:
    rows = [{"q": "a", "a": "b"}, {"q": "c", "a": "d"}]
    assert [row.inputs() for row in examples_from(rows, ["q"])] == [{"q": "a"}, {"q": "c"}]
    with pytest.raises(DataError, match="Row 2: The example has no field 'q'"):
        examples_from([{"q": "a"}, {"p": "c"}], ["q"])


def test_repr_shows_the_fields() -> None:
    assert repr(weft.Example(a=1, b="x")) == "Example(a=1, b='x')"
