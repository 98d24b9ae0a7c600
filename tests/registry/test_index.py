from __future__ import annotations

import logging
from typing import TYPE_CHECKING

import pytest

from weft.registry import refresh
from weft.registry.index import Entry, canonical, installed

if TYPE_CHECKING:
    from pathlib import Path

    from conftest import Site


def test_reads_every_kind_without_importing_anything(site: Site) -> None:
    site.distribution(
        "weft-acme",
        {f"weft.v1.{kind}": {"acme": "toy_absent:plugin"} for kind in ("lm", "rm", "adapter", "optimizer")},
        version="2.5",
    )
    for kind in ("lm", "rm", "adapter", "optimizer"):
        assert installed().find(kind, "acme") == [Entry(kind, "acme", "toy_absent:plugin", "weft-acme", "2.5", 1)]
    assert site.imported() == set()


def test_other_groups_are_none_of_its_business(site: Site) -> None:
    site.distribution(
        "other", {"console_scripts": {"acme": "x:y"}, "weft.v1.lm.more": {"a": "x"}, "weft.vx.lm": {"b": "x"}}
    )
    assert [entry for entry in installed().entries if entry.dist == "other"] == []


def test_finds_other_majors_apart_from_ours(site: Site) -> None:
    site.distribution("weft-old", {"weft.v0.lm": {"acme": "toy_old"}})
    site.distribution("weft-new", {"weft.v12.lm": {"acme": "toy_new"}})
    assert installed().find("lm", "acme") == []
    assert {entry.major for entry in installed().find_other_majors("lm", "acme")} == {0, 12}


def test_illegal_names_are_listed_and_never_found(site: Site) -> None:
    site.distribution(
        "weft-loud", {"weft.v1.lm": {"ACME": "toy_a", "a b": "toy_b", "-x": "toy_c", "ok.1_2-3": "toy_d"}}
    )
    assert {entry.name for entry in installed().entries if entry.dist == "weft-loud"} == {
        "ACME",
        "a b",
        "-x",
        "ok.1_2-3",
    }
    assert installed().names("lm") >= {"ok.1_2-3"}
    assert installed().find("lm", "ACME") == []


def test_a_second_copy_of_a_distribution_is_hidden_as_for_import(
    site: Site, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    later = type(site)(tmp_path_factory.mktemp("later"))
    monkeypatch.setattr("sys.path", [str(site.folder), str(later.folder)])
    later.distribution("Weft_Acme", {"weft.v1.lm": {"acme": "toy_acme", "gone": "toy_acme"}}, version="1.0")
    site.distribution("weft-acme", {"weft.v1.lm": {"acme": "toy_acme"}}, version="2.0")
    assert [entry.version for entry in installed().find("lm", "acme")] == ["2.0"]
    assert installed().find("lm", "gone") == []


def test_a_copy_without_entries_hides_one_with_entries(
    site: Site, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    later = type(site)(tmp_path_factory.mktemp("later"))
    monkeypatch.setattr("sys.path", [str(site.folder), str(later.folder)])
    site.distribution("weft-acme", {}, version="2.0")
    later.distribution("weft-acme", {"weft.v1.lm": {"acme": "toy_acme"}}, version="1.0")
    assert installed().find("lm", "acme") == []


def test_is_built_once_until_refreshed(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    first = installed()
    assert installed() is first
    site.distribution("weft-acme", {"weft.v1.lm": {"acme": "toy_acme"}})  # refreshes
    assert installed() is not first
    assert installed().names("lm") >= {"acme"}
    refresh()


def _without_name(info: Path) -> None:
    (info / "METADATA").write_text("Metadata-Version: 2.1\n")


def _without_metadata(info: Path) -> None:
    (info / "METADATA").unlink()


def _with_garbage(info: Path) -> None:
    (info / "entry_points.txt").write_bytes(b"[weft.v1.lm]\nthis is no entry\n")


def _in_no_encoding(info: Path) -> None:
    (info / "entry_points.txt").write_bytes(b"[weft.v1.lm]\n\xff\xfe = x\n")


@pytest.mark.parametrize("damage", [_without_name, _without_metadata, _with_garbage, _in_no_encoding])
def test_unreadable_metadata_hides_nothing_else(site: Site, damage: object, caplog: pytest.LogCaptureFixture) -> None:
    site.distribution("weft-good", {"weft.v1.lm": {"good": "toy_good"}})
    info = site.distribution("weft-bad", {"weft.v1.lm": {"bad": "toy_bad"}})
    damage(info)  # type: ignore[operator]
    refresh()
    with caplog.at_level(logging.ERROR):
        assert installed().find("lm", "good")
    assert installed().find("lm", "bad") == []


@pytest.mark.parametrize("name", ["Weft_Acme", "weft.acme", "WEFT-ACME", "weft-_.acme"])
def test_names_of_distributions_compare_as_package_indexes_do(name: str) -> None:
    assert canonical(name) == "weft-acme"
