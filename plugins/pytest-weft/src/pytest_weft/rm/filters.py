"""Filters: each that is declared holds as the language says, and no other is accepted."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from weft import Passage, where
from weft.errors import FilterError
from weft.rm import ALL_FILTERS, OPS, matches

from .subject import RMSubject

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import weft
    from weft.rm import Filter

_YEAR, _LANG, _OPEN, _SCORE = where("year"), where("lang"), where("open"), where("rating")
FILTERS: Mapping[str, Sequence[Filter]] = {
    "eq": [_LANG == "de", _YEAR == 2001, _OPEN == True, _SCORE == 0.5, _LANG == 'it\'s "quoted" 100%_\\'],  # noqa: E712
    "ne": [_LANG != "de", _YEAR != 2001, _OPEN != True],  # noqa: E712
    "gt": [_YEAR > 2001, _SCORE > 0.5],
    "ge": [_YEAR >= 2001, _SCORE >= 0.5],
    "lt": [_YEAR < 2001, _SCORE < 0.75],
    "le": [_YEAR <= 2001, _SCORE <= 0.5],
    "in": [_LANG.is_in(["de", "ja"]), _YEAR.is_in([1999, 2001])],
    "nin": [~_LANG.is_in(["de", "ja"]), ~_YEAR.is_in([1999, 2001])],
    "or": [(_LANG == "de") | (_YEAR == 1999), (_LANG == "en") & ((_YEAR == 1999) | (_SCORE == 0.75))],
}
FACTS = (
    Passage("Cats purr.", "a", metadata={"lang": "en", "year": 1999, "open": True, "rating": 0.25}),
    Passage("Cats sleep.", "b", metadata={"lang": "de", "year": 2001, "open": False, "rating": 0.5}),
    Passage("Cats hunt.", "c", metadata={"lang": "ja", "year": 2024, "open": True, "rating": 0.75}),
    Passage("Cats play.", "d", metadata={"lang": 'it\'s "quoted" 100%_\\', "year": 2001}),
    Passage("Cats eat.", "e", metadata={}),
)


class FilterChecks(RMSubject):
    """For retrievers that take passages; each check is skipped where it needs an operator that is not declared."""

    @pytest.mark.parametrize("op", sorted(ALL_FILTERS))
    def test_declared_filters_hold(self, op: str) -> None:
        """A filter leaves exactly the passages that fit it; one that lacks the fact never does."""
        rm = self._with_facts(op)
        for one in FILTERS[op]:
            if op == "or" and not rm.capabilities.filters >= {"eq", "or"}:
                pytest.skip("the retriever does not compare with eq")
            wanted = sorted(passage.id for passage in FACTS if matches(one, passage.metadata))
            found = sorted(passage.id for passage in rm("Cats", k=len(FACTS), filters=one))
            assert found == wanted, f"with {one}, {found} are found and not {wanted}"

    def test_filters_come_before_k(self) -> None:
        """The k best are chosen among the passages that fit."""
        rm = self._with_facts("eq")
        ids = [passage.id for passage in rm("Cats purr.", k=1, filters={"lang": "de"})]
        assert ids == ["b"], f"with filters={{'lang': 'de'}} and k=1, {ids} are found and not ['b']"

    def test_all_must_hold(self) -> None:
        """Filters that are joined by ``and`` must all hold."""
        rm = self._with_facts("eq")
        ids = sorted(passage.id for passage in rm("Cats", k=9, filters={"year": 2001, "lang": "de"}))
        assert ids == ["b"], f"with two conditions, {ids} are found and not ['b']"

    def test_undeclared_filters_are_refused(self) -> None:
        """A filter with an operator that is not declared is a FilterError, not ignored."""
        rm: weft.RM = self.make()
        unknown = rm.capabilities.filters - ALL_FILTERS
        assert not unknown, f"the capabilities name operators that do not exist: {sorted(unknown)}"
        for op in sorted(OPS - rm.capabilities.filters):
            with pytest.raises(FilterError):
                rm(self.query, k=1, filters=FILTERS[op][0])

    def _with_facts(self, op: str) -> weft.RM:
        rm = self.able()
        if op not in rm.capabilities.filters:
            pytest.skip(f"the retriever does not declare filters with {op!r}")
        rm.index(FACTS)
        return rm
