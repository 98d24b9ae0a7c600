from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from weft.registry import Row, check, rows
from weft.registry.builtin import BUILTIN
from weft.registry.kinds import KINDS
from weft.runtime.settings import configure

if TYPE_CHECKING:
    from conftest import Site


def found(distribution: str) -> Row:
    (row,) = [row for row in rows() if row.distribution == distribution]
    return row


def test_built_ins_are_listed_with_everything_else_sorted(site: Site) -> None:
    site.lm("acme")
    listed = rows()
    built_in = {(row.kind, row.name) for row in listed if row.status == "built-in"}
    assert built_in == {(kind, name) for kind, names in BUILTIN.items() for name in names}
    assert [row.kind for row in listed] == sorted((row.kind for row in listed), key=list(KINDS).index)
    assert found("weft-acme") == Row("lm", "acme", "weft-acme", "1.0", "toy_acme", "ok")
    assert site.imported() == set()


def test_what_would_not_be_used_says_why_and_is_not_imported(site: Site) -> None:
    site.lm("blocked")
    site.lm("Illegal")
    site.distribution("weft-old", {"weft.v0.lm": {"old": "toy_old"}})
    site.distribution("weft-chat", {"weft.v1.adapter": {"chat": "toy_chat"}})
    for letter in "ab":
        site.distribution(f"weft-{letter}", {"weft.v1.rm": {"dup": f"toy_{letter}"}})
    configure(plugins={"block": ["weft-blocked"]})
    expected = {
        "weft-blocked": ("blocked", "plugins.block"),
        "weft-Illegal": ("illegal name", "lowercase"),
        "weft-old": ("incompatible", "weft.v0.lm"),
        "weft-chat": ("conflict", "the kernel's own adapter"),
        "weft-a": ("conflict", "weft-a 1.0 and weft-b 1.0"),
        "weft-b": ("conflict", "weft-a 1.0 and weft-b 1.0"),
    }
    for distribution, (status, reason) in expected.items():
        checked = check(found(distribution))
        assert (checked.row.status, checked.status) == (status, status)
        assert reason in (checked.error or "")
        assert checked.milliseconds is None
    assert site.imported() == set()


def test_a_preference_makes_one_ok_and_the_other_give_way(site: Site) -> None:
    for letter in "ab":
        site.lm(letter)
        site.distribution(f"weft-dup-{letter}", {"weft.v1.lm": {"dup": f"toy_{letter}"}})
    configure(prefer={"lm.dup": "weft-dup-b"})
    assert found("weft-dup-b").status == "ok"
    assert check(found("weft-dup-a")).error == (
        "weft-dup-a 1.0 gives way to weft-dup-b 1.0, which the setting 'prefer' names."
    )


def test_a_release_for_two_majors_is_listed_once(site: Site) -> None:
    site.distribution("weft-acme", {"weft.v1.lm": {"acme": "toy_acme"}, "weft.v2.lm": {"acme": "toy_acme2"}})
    assert found("weft-acme").status == "ok"


def test_checking_loads_one_and_tells_its_hooks(site: Site) -> None:
    site.lm("acme")
    site.lm("other")
    checked = check(found("weft-acme"))
    assert (checked.status, checked.hooks, checked.error) == ("ok", ("weft_make_lm",), None)
    assert checked.milliseconds is not None
    assert checked.milliseconds > 0
    assert site.imported() == {"toy_acme"}


@pytest.mark.parametrize(
    ("source", "reason"),
    [
        ("import toy_nothing", "ModuleNotFoundError"),
        ("raise SystemExit", "SystemExit"),
        ("", "implements no weft_make_lm"),
    ],
)
def test_checking_reports_what_fails(site: Site, source: str, reason: str) -> None:
    site.lm("broken", source)
    checked = check(found("weft-broken"))
    assert (checked.status, checked.milliseconds) == ("failed", None)
    assert reason in (checked.error or "")


def test_a_row_that_is_no_longer_installed_is_reported(site: Site) -> None:
    checked = check(Row("lm", "gone", "weft-gone", "1.0", "toy_gone", "blocked"))
    assert checked.error == "weft-gone 1.0 no longer lists 'gone'."
