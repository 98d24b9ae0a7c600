"""The checks of the RM contract."""

from __future__ import annotations

from .changes import ChangeChecks
from .filters import FilterChecks
from .search import SearchChecks


class RMConformance(SearchChecks, ChangeChecks, FilterChecks):
    """Derive a test class and say which retriever is meant.

    Attributes:
        ref: the reference, such as ``acme``.
        options: keyword options of ``weft.RM(ref, **options)``; each object made with them must begin empty where
            it takes passages.
        query: a query with at least two results, for a retriever that takes no passages.
        supports_add, supports_delete, supports_count: whether there are these methods; None: look at the class.
        heavy: modules that must not be imported before the retriever is used, such as the vendor's SDK.

    A retriever that takes passages is checked on those of the kit; any other one on what `make` returns.
    """
