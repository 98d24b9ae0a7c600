"""Reading answers while they come."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from weft.adapter import partial_value
from weft.errors import ParseError

from .cases import CASES, TWO, TWO_VALUES, signature
from .subject import AdapterSubject

if TYPE_CHECKING:
    from collections.abc import Iterable

    import weft

_GARBAGE = ("", "I am sorry, I cannot help with that.", "{", "[[ ## ", "<answer>")
_SIZES = (1, 2, 7, 10_000)


class StreamChecks(AdapterSubject):
    """However an answer is cut into pieces, its fields add up to what `parse` reads."""

    @pytest.mark.parametrize("size", _SIZES)
    @pytest.mark.parametrize("case", [name for name, (type_, _) in CASES.items() if type_ is str])
    def test_streamed_text_adds_up(self, case: str, size: int) -> None:
        """The pieces of a text field are together the text that `parse` gives."""
        form = signature(before=str, answer=str, after=int)
        text = self.written(form, {"before": "first", "answer": CASES[case][1], "after": 3})
        found = _together(self._deltas(form, _pieces(text, size)))
        wanted = self.parsed(form, text)
        for name in ("before", "answer"):
            assert found.get(name, wanted[name]) == wanted[name], (
                f"in pieces of {size}, {text!r} gives {found[name]!r} for {name!r}, and parse gives {wanted[name]!r}"
            )

    @pytest.mark.parametrize("size", _SIZES)
    @pytest.mark.parametrize("case", [name for name, (type_, _) in CASES.items() if type_ is not str])
    def test_streamed_value_adds_up(self, case: str, size: int) -> None:
        """The pieces of any other field are together the JSON or the text of the value that `parse` gives."""
        form = signature(answer=CASES[case][0])
        text = self.written(form, {"answer": CASES[case][1]})
        try:
            wanted = self.parsed(form, text)["answer"]
        except ParseError:
            return  # which is what the checks of `parse` are for
        found = _together(self._deltas(form, _pieces(text, size)))
        if "answer" in found:
            value = partial_value(form.output_fields["answer"], found["answer"], last=True)
            assert value == wanted, (
                f"in pieces of {size}, {text!r} gives {found['answer']!r}, and parse gives {wanted!r}"
            )

    def test_streamed_fields_end_once(self) -> None:
        """Deltas are of output fields, and the last one of a field says so, and no other."""
        form = signature(**TWO)
        deltas = self._deltas(form, _pieces(self.written(form, TWO_VALUES), 5))
        for name in {delta.field for delta in deltas}:
            assert name in form.output_fields, f"{name!r} is no output field"
            ends = [delta.last for delta in deltas if delta.field == name]
            assert ends == [False] * (len(ends) - 1) + [True], f"the pieces of {name!r} end like this: {ends}"

    def test_streams_do_not_share_state(self) -> None:
        """Two answers that one adapter object reads at once do not mix."""
        form = signature(**TWO)
        adapter: weft.Adapter = self.make()
        texts = [self.written(form, {"reason": f"The reason of number {n}.", "score": n}) for n in (1, 2)]
        parsers = [adapter.stream_parser(form) for _ in texts]
        deltas: list[list[weft.FieldDelta]] = [[], []]
        for place in range(max(map(len, texts))):
            for parser, text, own in zip(parsers, texts, deltas, strict=True):
                own += parser.feed(text[place : place + 1])
        for parser, text, own in zip(parsers, texts, deltas, strict=True):
            found, alone = _together([*own, *parser.finish()]), _together(self._deltas(form, [text]))
            assert found == alone, f"{text!r} gives {found} beside another answer, and {alone} alone"

    @pytest.mark.parametrize("answer", _GARBAGE)
    def test_stream_of_malformed_answer_raises_nothing(self, answer: str) -> None:
        """A parser of a stream raises nothing; that an answer cannot be read is for `parse` to say."""
        self._deltas(signature(**TWO), _pieces(answer, 3))

    def _deltas(self, form: type[weft.Signature], pieces: Iterable[str]) -> list[weft.FieldDelta]:
        adapter: weft.Adapter = self.make()
        parser = adapter.stream_parser(form)
        deltas = [delta for piece in pieces for delta in parser.feed(piece)]
        return [*deltas, *parser.finish()]


def _pieces(text: str, size: int) -> list[str]:
    return [text[start : start + size] for start in range(0, len(text), size)]


def _together(deltas: Iterable[weft.FieldDelta]) -> dict[str, Any]:
    texts: dict[str, str] = {}
    for delta in deltas:
        texts[delta.field] = texts.get(delta.field, "") + delta.text
    return texts
