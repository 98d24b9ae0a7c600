"""Options that make no sense are refused before anything is opened; what is in memory is nobody else's."""

from __future__ import annotations

from typing import Any

import pytest

import weft
from weft.errors import OptionError


@pytest.mark.parametrize(
    ("ref", "options", "says"),
    [
        ("chroma/pets", {"collection": "pets"}, "either after 'chroma/' or with collection="),
        ("chroma", {"path": "x", "url": "http://localhost:8000"}, "not in both"),
        ("chroma", {"token": "canary-0123"}, "need its address"),
        ("chroma", {"url": "localhost:8000"}, "like 'http://localhost:8000'"),
        ("chroma", {"url": "http://me:canary-0123@localhost:8000"}, "takes no user and no password"),
        ("chroma", {"url": "http://localhost:8000", "timeout": 0}, "above 0, not 0"),
        ("chroma", {"url": "http://localhost:8000", "timeout": "1"}, "above 0, not '1'"),
    ],
)
def test_senseless_options_are_refused(ref: str, options: dict[str, Any], says: str) -> None:
    with pytest.raises(OptionError, match=says) as caught:
        weft.RM(ref, **options)
    assert "canary" not in str(caught.value)


def test_two_in_memory_share_nothing() -> None:
    one, other = weft.RM("chroma/pets"), weft.RM("chroma/pets")
    one.index(["Cats purr."])
    assert (one.size(), other.size()) == (1, 0)
    assert not one.capabilities.persistent
