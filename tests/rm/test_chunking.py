"""`weft.passages_from`: files cut into passages that know where they stand."""

from __future__ import annotations

import sys
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import pytest

import weft
from weft.errors import DataError, NotConfiguredError, OptionError

if TYPE_CHECKING:
    from pathlib import Path

PAGE = """# Pets

Cats purr when they are content.

```sh
# no heading
```

## Dogs and wolves ##

Dogs bark. Wölfe heulen.
"""


@pytest.fixture
def page(tmp_path: Path) -> Path:
    path = tmp_path / "pets.md"
    path.write_text(PAGE, encoding="utf-8")
    return path


def test_passages_are_pieces_of_the_text_at_the_place_they_name(page: Path) -> None:
    found = list(weft.passages_from(page, chunk=60))
    assert [one.id for one in found] == [f"{page.as_posix()}#{number}" for number in range(len(found))]
    for one in found:
        start = one.metadata["start"]
        assert PAGE[start : start + len(one.text)] == one.text
        assert len(one.text) <= 60
        assert one.metadata["file"] == page.as_posix()


def test_markdown_passages_name_the_heading_they_stand_under(page: Path) -> None:
    titles = [one.metadata["title"] for one in weft.passages_from(page, chunk=40)]
    assert list(dict.fromkeys(titles)) == ["Pets", "Dogs and wolves"]
    (start,) = (one for one in weft.passages_from(page, chunk=40) if one.text.startswith("## Dogs"))
    assert start.metadata["title"] == "Dogs and wolves"


def test_what_comes_before_the_first_heading_has_none(tmp_path: Path) -> None:
    (tmp_path / "a.md").write_text("Words.\n\n# Title\n\nMore.")
    assert ["title" in one.metadata for one in weft.passages_from(tmp_path / "a.md", chunk=8)] == [False, True, True]


def test_other_texts_have_no_headings(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("# Not a heading\n\nBees hum.")
    (one,) = weft.passages_from(str(tmp_path / "a.txt"))
    assert one.text == "# Not a heading\n\nBees hum."
    assert set(one.metadata) == {"file", "start"}


def test_passages_overlap_where_that_is_wanted(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("one two three four five six seven")
    apart = [one.text for one in weft.passages_from(tmp_path / "a.txt", chunk=14)]
    over = [one.text for one in weft.passages_from(tmp_path / "a.txt", chunk=14, overlap=6)]
    assert " ".join(apart) == "one two three four five six seven"
    assert all(earlier.split()[-1] == later.split()[0] for earlier, later in pairwise(over))


def test_files_are_read_when_their_turn_comes_and_none_is_passed_over(page: Path, tmp_path: Path) -> None:
    found = weft.passages_from([page, tmp_path / "empty.md", tmp_path / "missing.md"])
    (tmp_path / "empty.md").write_text("\n\n")
    assert next(found).text == PAGE.strip()
    with pytest.raises(DataError, match=r"There is no file '.*missing\.md'\."):
        next(found)


@pytest.mark.parametrize("content", [b"caf\xe9", b"a\0b"])
def test_what_is_no_text_is_named(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "a.md").write_bytes(content)
    with pytest.raises(DataError, match=r"a\.md(:1)? is not (UTF-8|a) text"):
        list(weft.passages_from(tmp_path / "a.md"))


@pytest.mark.parametrize(
    "sizes", [{"chunk": 0}, {"chunk": 1.5}, {"chunk": True}, {"overlap": -1}, {"chunk": 5, "overlap": 5}]
)
def test_sizes_are_checked_at_once(sizes: dict[str, Any]) -> None:
    with pytest.raises(OptionError, match="must be a whole number"):
        weft.passages_from([], **sizes)


def test_the_missing_library_is_named_with_the_command_that_brings_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "semantic_text_splitter", None)
    with pytest.raises(NotConfiguredError, match=r"pip install 'weft\[index\]'\.$"):
        weft.passages_from([])
