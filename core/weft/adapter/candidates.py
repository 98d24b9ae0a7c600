"""What one way of reading an answer finds."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ..signature.sightings import End


class Candidate(NamedTuple):
    """Fields as they may have been meant.

    Attributes:
        fields: raw values, texts or JSON, by the names that the answer gives them.
        end: whether the form has its end, lacks it although no field is missing, or breaks off.
    """

    fields: Mapping[str, Any]
    end: End
