"""Checks of types of media that a plugin adds."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

import weft
from weft.errors import DataError

if TYPE_CHECKING:
    from collections.abc import Sequence

APIS = ("openai-chat", "openai-responses", "anthropic", "gemini")
ADAPTERS = ("chat", "json", "xml", "compact", "two-step", "auto")


class MediaConformance:
    """Checks a type of media: it stands in prompts in place, is kept as plain data, and shows no content to people.

    Derive a class from it and write `values`.
    """

    def values(self) -> Sequence[weft.Media]:
        """Return some values of the type, no two of them alike; with content, by URL, with options, as there are."""
        pytest.fail("write `values`: it returns some values of the type")

    def test_values_come_back_from_plain_data(self) -> None:
        """What `shown` gives is JSON, and `read` makes an equal value of it."""
        for value in self.values():
            kept = json.loads(json.dumps(weft.Example(it=value).to_dict()["it"]))
            assert type(value).read(kept) == value, f"{value!r} is another value after a file"

    def test_digests_tell_values_apart(self) -> None:
        """Values that are not alike have other digests, which the cache relies on; equal ones have the same."""
        values = self.values()
        assert len({value.digest for value in values}) == len(values), "two of the values have the same digest"
        for value in values:
            assert type(value).read(value.shown()).digest == value.digest, f"the digest of {value!r} changes"

    def test_people_are_shown_no_content(self) -> None:
        """Neither the repr nor the label holds the content, and both are short."""
        for value in self.values():
            for text in (repr(value), value.label):
                assert len(text) <= 200, f"{text[:60]!r}… is too long to be read in a history"
                assert not value.data or value.base64[:40] not in text, f"{text[:60]!r}… holds the content"

    def test_tokens_are_a_number(self) -> None:
        """What a value takes is a whole number of at least 0, also where not all is known of it."""
        for value in self.values():
            tokens: Any = value.tokens()
            assert isinstance(tokens, int), f"tokens() of {value!r} gives {tokens!r}"
            assert tokens >= 0, f"tokens() of {value!r} gives {tokens!r}"

    def test_forms_are_json(self) -> None:
        """What `wire` gives for an API is None or a mapping that JSON holds."""
        for value in self.values():
            for api in APIS:
                piece = value.wire(api)
                assert piece is None or isinstance(json.loads(json.dumps(piece)), dict), f"wire({api!r}) is no object"

    def test_a_text_is_not_read_as_a_path(self) -> None:
        """A plain text is refused with what to do instead; no file is read in silence."""
        for kind in {type(value) for value in self.values()}:
            with pytest.raises(DataError):
                kind.read("some/file.bin")

    @pytest.mark.parametrize("adapter", ADAPTERS)
    def test_values_stand_in_prompts_in_order(self, adapter: str) -> None:
        """Every adapter puts the values where their fields stand, also inside lists."""
        values = list(self.values())
        fields: dict[str, Any] = {
            "first": (type(values[0]), weft.InputField()),
            "others": (list[type(values[0])], weft.InputField()),
            "answer": weft.OutputField(),
        }
        predict = weft.Predict(weft.Signature(fields), lm=weft.LM("scripted/x"), adapter=adapter)  # type: ignore[call-overload]
        question = predict.render(first=values[0], others=values).messages[-1]
        assert question.media == (values[0], *values), "the values do not stand in the prompt in order"
