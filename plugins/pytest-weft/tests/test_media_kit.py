"""The checks of types of media pass on types that are right, and fail on ones that are wrong in one way."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

import pytest

import weft
from pytest_weft import MediaConformance
from pytest_weft.samples import png

if TYPE_CHECKING:
    from collections.abc import Callable


class TestImages(MediaConformance):
    def values(self) -> list[weft.Media]:
        url = "https://example.org/cat.png"
        return [weft.Image(png(2, 2)), weft.Image(png(2, 2), detail="low"), weft.Image.from_url(url)]


class Forgetful(weft.Media):
    """Forgets its options in files."""

    option_names: ClassVar[frozenset[str]] = frozenset({"fps"})

    def shown(self) -> dict[str, Any]:
        return {name: value for name, value in super().shown().items() if name != "fps"}


class Alike(weft.Media):
    digest = "0" * 64  # type: ignore[assignment]


class Talkative(weft.Media):
    @property
    def label(self) -> str:
        return self.base64


class Negative(weft.Media):
    def tokens(self) -> int:
        return -1


class Vague(weft.Media):
    def tokens(self) -> int:
        return 0.5  # type: ignore[return-value]


class Raw(weft.Media):
    def wire(self, api: str) -> Any:
        return {"data": self.data}


class Greedy(weft.Media):
    @classmethod
    def read(cls, value: Any) -> Any:
        return cls(b"", media_type="a/b") if isinstance(value, str) else super().read(value)


def values_of(kind: Any) -> Callable[[Any], list[weft.Media]]:
    options = {"fps": 2} if kind is Forgetful else {}
    return lambda _: [kind(b"a" * 500, media_type="a/b", **options), kind(b"b", media_type="a/b")]


@pytest.mark.parametrize(
    ("kind", "check"),
    [
        (Forgetful, "test_values_come_back_from_plain_data"),
        (Alike, "test_digests_tell_values_apart"),
        (Talkative, "test_people_are_shown_no_content"),
        (Negative, "test_tokens_are_a_number"),
        (Vague, "test_tokens_are_a_number"),
        (Raw, "test_forms_are_json"),
        (Greedy, "test_a_text_is_not_read_as_a_path"),
    ],
)
def test_a_faulty_type_is_caught(kind: Any, check: str) -> None:
    kit: Any = type("Kit", (MediaConformance,), {"values": values_of(kind)})()
    with pytest.raises((AssertionError, TypeError, pytest.fail.Exception)):
        getattr(kit, check)()
