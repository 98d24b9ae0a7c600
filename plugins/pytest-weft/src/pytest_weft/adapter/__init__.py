"""The checks of the Adapter contract."""

from __future__ import annotations

from .parsing import ParseChecks
from .rendering import RenderChecks
from .streams import StreamChecks


class AdapterConformance(RenderChecks, ParseChecks, StreamChecks):
    """Derive a test class and say which adapter is meant.

    Attributes:
        ref: the adapter's name, such as ``yaml``.
        options: keyword options of ``weft.Adapter(ref, **options)``.

    Override `written` where a demonstration's answer is not an assistant's turn of its own.
    """
