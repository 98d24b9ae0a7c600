"""The retriever under check, and passages to fill it with."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

import pytest

import weft
from weft import Passage

from ..conformance import Conformance

if TYPE_CHECKING:
    from collections.abc import Sequence

PASSAGES = (
    Passage("Cats purr when they are content.", "cats", metadata={"lang": "en", "page": 1}),
    Passage("Dogs bark at strangers.", "dogs", metadata={"lang": "en", "page": 2}),
    Passage("Katzen schnurren, wenn sie zufrieden sind.", "katzen", metadata={"lang": "de", "page": 3}),
    Passage("猫は満足すると喉を鳴らします。 😀", "neko", metadata={"lang": "ja", "page": 4}),
    Passage("The exchange rate of the euro fell on Monday.", "rates", metadata={"lang": "en", "page": 5}),
)


class RMSubject(Conformance):
    """See `RMConformance`."""

    kind: ClassVar[str] = "rm"
    query: ClassVar[str] = "Cats purr when they are content."
    supports_add: ClassVar[bool | None] = None
    supports_delete: ClassVar[bool | None] = None
    supports_count: ClassVar[bool | None] = None

    def filled(self, passages: Sequence[Passage] = PASSAGES) -> weft.RM:
        """Return a retriever that holds `passages`, or what it holds anyway where it takes none."""
        rm: weft.RM = self.make()
        if self.can(rm, "add"):
            rm.index(passages)
        return rm

    def able(self, *methods: str) -> weft.RM:
        """Return a retriever that can be filled and has the methods, still empty, or skip the check."""
        rm: weft.RM = self.make()
        for method in ("add", *methods):
            if not self.can(rm, method):
                pytest.skip(f"the retriever has no {method}")
        return rm

    def can(self, rm: weft.RM, method: str) -> bool:
        """Tell whether the retriever has one of the optional methods."""
        declared: bool | None = getattr(self, f"supports_{method}")
        return getattr(type(rm), method) is not getattr(weft.RM, method) if declared is None else declared
