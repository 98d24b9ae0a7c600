"""Reading answers back."""

from __future__ import annotations

import asyncio
from importlib.util import find_spec
from typing import Any

import pytest

import weft
from weft.errors import ParseError

from ..running import finished
from .cases import CASES, TWO, TWO_VALUES, signature
from .subject import AdapterSubject, completion

_GARBAGE = ("", "I am sorry, I cannot help with that.", "{", "[[ ## ", "<answer>", "null", "[1, 2]")
_AT_ONCE = 10
_RANDOM_CASES = 50


class ParseChecks(AdapterSubject):
    """What is written is read back; what cannot be read is a ParseError."""

    @pytest.mark.parametrize("case", list(CASES))
    def test_answer_is_read_back(self, case: str) -> None:
        """An answer in the adapter's own form gives the value it was written from, of the declared type."""
        type_, value = CASES[case]
        self._check_read_back(signature(answer=type_), {"answer": value})

    def test_several_fields_are_read_back(self) -> None:
        """Several fields of different types are read back together."""
        values = {"first": "a: b\n- c", "second": 3, "third": ["x", "y"], "fourth": True, "fifth": "end."}
        types = {"first": str, "second": int, "third": list[str], "fourth": bool, "fifth": str}
        self._check_read_back(signature(**types), values)

    def test_fields_come_in_declared_order(self) -> None:
        """The values are those of the output fields, all of them and no other, in declared order."""
        form = signature(**TWO)
        found = self.parsed(form, self.written(form, TWO_VALUES))
        assert list(found) == list(form.output_fields), f"parse gave the fields {list(found)}"

    def test_any_text_is_read_back(self) -> None:
        """Whatever text a field holds, it is read back (checked where hypothesis is installed)."""
        if find_spec("hypothesis") is None:
            pytest.skip("hypothesis is not installed")
        from hypothesis import HealthCheck, given, settings
        from hypothesis import strategies as st

        characters = st.characters(categories=("L", "N", "P", "Zs", "Sc", "Sm", "So"), include_characters="\n")
        texts = st.text(characters, min_size=1, max_size=60).map(str.strip).filter(bool)

        @settings(
            max_examples=_RANDOM_CASES,
            deadline=None,
            derandomize=True,
            database=None,
            suppress_health_check=(HealthCheck.too_slow, HealthCheck.filter_too_much),
        )
        @given(texts, st.integers())
        def check(reason: str, score: int) -> None:
            self._check_read_back(signature(**TWO), {"reason": reason, "score": score})

        check()

    @pytest.mark.parametrize("answer", _GARBAGE)
    def test_malformed_answer_is_a_parse_error(self, answer: str) -> None:
        """An answer without the fields is a ParseError and nothing else."""
        with pytest.raises(ParseError):
            self.parsed(signature(**TWO), answer)

    def test_parse_error_keeps_the_answer(self) -> None:
        """A ParseError holds the answer as the model gave it."""
        answer = "I am sorry, I cannot help with that."
        with pytest.raises(ParseError) as caught:
            self.parsed(signature(**TWO), answer)
        assert caught.value.raw == answer, f"ParseError.raw is {caught.value.raw!r}"

    def test_value_of_another_type_is_a_parse_error(self) -> None:
        """A value that does not fit its field's type is a ParseError, never a default or the raw text."""
        answer = self.written(signature(reason=str, score=str), {"reason": "Friendly.", "score": "a good deal"})
        with pytest.raises(ParseError):
            self.parsed(signature(**TWO), answer)

    def test_truncated_answer_is_a_parse_error(self) -> None:
        """An answer that was cut off before its last field is a ParseError."""
        text = self.written(signature(**TWO), TWO_VALUES)
        with pytest.raises(ParseError):
            self.parsed(signature(**TWO), text[: text.index("politely")], "length")

    def test_answers_come_back_through_predict(self) -> None:
        """Programs that run at once with one adapter object each get what their model answered."""
        form = signature(**TWO)
        texts = {f"q{n}": self.written(form, {"reason": f"reason {n}", "score": n}) for n in range(_AT_ONCE)}

        async def answers(request: weft.Request) -> str:
            await asyncio.sleep(0)  # so that the others render meanwhile
            return next(text for question, text in texts.items() if question in request.messages[-1].text)

        predict = weft.Predict(form, adapter=self.make(), lm=weft.LM("scripted/conformance", answers=answers))
        found: list[Any] = finished(predict.abatch([{"question": question} for question in texts]))
        assert [answer.score for answer in found] == list(range(_AT_ONCE)), f"the answers are {found}"

    def _check_read_back(self, form: type[weft.Signature], values: dict[str, Any]) -> None:
        text = self.written(form, values)
        adapter: weft.Adapter = self.make()
        found = adapter.parse(form, completion(text))
        assert found == values, f"{values!r} was written as {text!r} and read back as {found!r}"
        for name, value in values.items():
            assert type(found[name]) is type(value), f"{found[name]!r} has another type than {value!r}"
