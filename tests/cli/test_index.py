"""``weft index``: files into a retriever, and a look at what it finds."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

import weft as library
from weft.registry import isolated_registry, register

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from weft import Passage

    from .conftest import Done

MEMORY = ["--rm", "memory", "--path", "kept"]


class Drawer(library.MemoryRM):
    """Keeps what it holds by itself, as servers do; it breaks where a passage says so."""

    save = None
    held: dict[str, Passage] = {}  # noqa: RUF012 - outlives each command, as a server's collection does

    def __init__(self, *, is_kept: bool = True) -> None:
        super().__init__(texts=self.held.values())
        self.capabilities = library.RMCapabilities(keyword=True, persistent=is_kept)
        self.batch_size = 2

    async def add(self, passages: Sequence[Passage]) -> None:
        if any("break" in passage.text for passage in passages):
            raise ConnectionError("gone")
        await super().add(passages)
        self.held.update({passage.id: passage for passage in passages})

    async def delete(self, ids: Sequence[str]) -> None:
        await super().delete(ids)
        for key in ids:
            self.held.pop(key, None)


class Letterbox(library.RM):
    """Takes passages, and neither deletes nor counts them."""

    capabilities = library.RMCapabilities(persistent=True)

    async def search(self, query: str, k: int, filters: object = None) -> list[Passage]:
        return []

    async def add(self, passages: Sequence[Passage]) -> None:
        pass


@pytest.fixture
def drawer() -> Iterator[None]:
    """Register a retriever that keeps what it holds."""
    Drawer.held = {}
    with isolated_registry():
        register("rm", "drawer", lambda ref, options: Drawer(**options))
        yield


@pytest.fixture
def pages(here: Path) -> Path:
    """Three pages about animals, one in a folder below."""
    (here / "pages" / "more").mkdir(parents=True)
    (here / "pages" / "cats.md").write_text("# Cats\n\nCats purr.\n", encoding="utf-8")
    (here / "pages" / "dogs.md").write_text("# Dogs\n\nDogs bark.\n", encoding="utf-8")
    (here / "pages" / "more" / "owls.txt").write_text("Eulen heulen.\n", encoding="utf-8")
    return here / "pages"


def found(weft: Callable[..., Done], *words: str) -> list[dict[str, Any]]:
    done = weft("index", "search", *words, "--json")
    assert done.code == 0, done
    return [json.loads(line) for line in done.out.splitlines()]


def test_files_are_indexed_and_found(weft: Callable[..., Done], pages: Path) -> None:
    done = weft("index", "build", *MEMORY, "--from", "pages/**/*.*")
    assert (done.code, done.out.splitlines()[1]) == (0, "memory holds 3 passages.")
    assert "Indexed 3 passages of 3 files in" in done.out
    shown = weft("index", "search", *MEMORY, "--query", "a purring cat", "-k", "1")
    assert shown.out.startswith("1. pages/cats.md#0  0.")
    assert shown.out.endswith("  Cats\n   # Cats\n\n   Cats purr.\n\n")
    (owl,) = found(weft, *MEMORY, "--query", "heulen", "-k", "1")
    assert owl["id"] == "pages/more/owls.txt#0"
    assert owl["metadata"] == {"file": "pages/more/owls.txt", "start": 0}


def test_a_pattern_may_have_been_expanded_by_the_shell(weft: Callable[..., Done], pages: Path) -> None:
    done = weft("index", "build", *MEMORY, "--from", "pages/cats.md", "pages/dogs.md", "pages/cats.md")
    assert "Indexed 2 passages of 2 files" in done.out


def test_filters_are_json(weft: Callable[..., Done], pages: Path) -> None:
    weft("index", "build", *MEMORY, "--from", "pages/*.md")
    words = [*MEMORY, "--query", "cats", "--where"]
    assert [one["id"] for one in found(weft, *words, '{"title": "Dogs"}')] == ["pages/dogs.md#0"]
    assert weft("index", "search", *words, '{"title": "Owls"}').out == "No passage was found.\n"
    assert weft("index", "search", *words, "heading=Dogs").refused() == (
        """--where takes JSON such as {"file": "docs/tour.md"}, not 'heading=Dogs'."""
    )
    assert "A filter is made with weft.where" in weft("index", "search", *words, "[1]").refused()


def test_building_again_replaces_what_there_was_of_a_file(weft: Callable[..., Done], pages: Path) -> None:
    long = "".join(f"Cats purr {number} times.\n\n" for number in range(200))
    (pages / "cats.md").write_text(long, encoding="utf-8")
    size = ["--chunk", "30"]
    assert "memory holds 201 passages." in weft("index", "build", *MEMORY, *size, "--from", "pages/*.md").out
    (pages / "cats.md").write_text("Cats sleep.", encoding="utf-8")
    again = weft("index", "build", *MEMORY, *size, "--from", "pages/cats.md")
    assert "memory holds 2 passages." in again.out
    assert [one["text"] for one in found(weft, *MEMORY, "--query", "cats", "-k", "1")] == ["Cats sleep."]
    (pages / "cats.md").write_text("\n", encoding="utf-8")
    emptied = weft("index", "build", *MEMORY, *size, "--from", "pages/cats.md").out
    assert emptied.splitlines()[1:] == ["pages/cats.md has no text.", "memory holds 1 passage."]


def test_embedders_and_options_are_for_the_retriever(weft: Callable[..., Done], pages: Path) -> None:
    assert weft("index", "build", *MEMORY, "--embedder", "hashing", "--from", "pages/*.md").code == 0
    assert found(weft, *MEMORY, "--embedder", "hashing", "--query", "cats", "-k", "1")[0]["metadata"]["title"] == "Cats"
    assert "was made with" in weft("index", "search", *MEMORY, "--query", "cats").refused()
    assert "no option 'size'" in weft("index", "search", *MEMORY, "--rm-option", "size=3", "--query", "cats").refused()
    twice = weft("index", "search", *MEMORY, "--rm-option", "path=kept", "--query", "cats").refused()
    assert twice == "Name the folder by --path or by --rm-option path=…, not by both."


def test_the_retriever_may_be_the_one_of_the_settings(
    weft: Callable[..., Done], pages: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WEFT_RM", "memory")
    assert weft("index", "build", "--path", "kept", "--from", "pages/*.md").code == 0
    assert found(weft, "--path", "kept", "--query", "dogs", "-k", "1")[0]["id"] == "pages/dogs.md#0"


def test_without_any_retriever_it_says_how_to_name_one(weft: Callable[..., Done], pages: Path) -> None:
    assert weft("index", "build", "--from", "pages/*.md").refused().startswith("Say which retriever with --rm NAME")


def test_what_holds_nothing_later_is_refused(weft: Callable[..., Done], pages: Path, drawer: None) -> None:
    memory = "'memory' is held in memory; name the folder that keeps its passages with --path FOLDER."
    assert weft("index", "build", "--rm", "memory", "--from", "pages/*.md").refused() == memory
    assert weft("index", "search", "--rm", "memory", "--query", "cats").refused() == memory
    words = ["index", "build", "--rm", "drawer", "--rm-option", "is_kept=false", "--from", "pages/*.md"]
    assert weft(*words).refused().startswith("'drawer' would not keep what is put into it:")


def test_no_file_is_passed_over(weft: Callable[..., Done], pages: Path) -> None:
    def build(*files: str) -> str:
        return weft("index", "build", *MEMORY, *(word for file in files for word in ("--from", file))).refused()

    (pages / "image.md").write_bytes(b"\x89PNG\r\n\x1a\n")
    assert build("pages/*.md") == "pages/image.md:1 is not UTF-8 text; save the file in the encoding UTF-8."
    assert build("pages/cat.md") == "There is no file 'pages/cat.md'. Did you mean 'pages/cats.md'?"
    assert build("pages/*.rst") == "No file matches 'pages/*.rst'."
    assert build("pages") == "'pages' is a folder; say which of its files: 'pages/*.md'."
    assert build() == "Say which files with --from 'docs/*.md'."
    assert not (pages.parent / "kept").exists()


def test_a_folder_with_something_else_in_it_is_left_alone(weft: Callable[..., Done], pages: Path) -> None:
    words = ["index", "build", "--rm", "memory", "--path", "pages", "--from", "pages/*.md"]
    assert weft(*words).refused() == "There is no index in 'pages'."


def test_a_second_run_completes_what_a_store_broke_off(weft: Callable[..., Done], pages: Path, drawer: None) -> None:
    (pages / "eels.md").write_text("Eels break.", encoding="utf-8")
    words = ["index", "build", "--rm", "drawer", "--from", "pages/*.md"]
    done = weft(*words, "--from", "pages/more/owls.txt")
    assert (done.code, done.out) == (2, "")
    assert "2 passages are written for certain, the last of them 'pages/dogs.md#0'" in done.err
    (pages / "eels.md").write_text("Eels swim.", encoding="utf-8")
    assert "drawer holds 3 passages." in weft(*words).out
    assert [one["id"] for one in found(weft, "--rm", "drawer", "--query", "eels", "-k", "1")] == ["pages/eels.md#0"]


def test_a_retriever_need_not_delete_or_count(weft: Callable[..., Done], pages: Path) -> None:
    with isolated_registry():
        register("rm", "letterbox", lambda ref, options: Letterbox(**options))
        done = weft("index", "build", "--rm", "letterbox", "--from", "pages/*.md")
    assert (done.code, len(done.out.splitlines())) == (0, 1)
