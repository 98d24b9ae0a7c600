"""``weft plugins``, ``weft doctor`` and ``weft settings``."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

import weft as library
from weft.cli.settings import shown

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from .conftest import Done


def test_plugins_as_json(weft: Callable[..., Done], here: Path) -> None:
    rows = json.loads(weft("plugins", "--json").out)
    embedded = next(row for row in rows if row["name"] == "embedded")
    assert {"kind": "lm", "status": "built-in"}.items() <= embedded.items()
    assert {row["kind"] for row in rows} >= {"lm", "rm", "adapter"}


def test_plugins_as_a_table(weft: Callable[..., Done], here: Path) -> None:
    assert "embedded" in weft("plugins").out


def test_doctor_finds_the_built_ins_well(weft: Callable[..., Done], here: Path) -> None:
    done = weft("doctor", "weft")
    assert done.code == 0, done
    assert "weft_make_lm" in done.out
    assert done.out.endswith("All is well.\n")


def test_doctor_suggests_a_name(weft: Callable[..., Done], here: Path) -> None:
    sentence = weft("doctor", "embeded").refused()
    assert sentence == "No plugin or distribution 'embeded' is installed. Did you mean 'embedded'?"


def test_doctor_reports_wrong_settings(weft: Callable[..., Done], here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WEFT_CONCURENCY", "8")
    done = weft("doctor")
    assert done.code == 1
    assert "WEFT_CONCURENCY sets nothing. Did you mean 'WEFT_CONCURRENCY'?" in done.err


@pytest.fixture
def broken_plugin(here: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Two installed distributions: one whose module raises, and one that works."""
    for name, text in (("broken", "raise RuntimeError('no luck')"), ("fine", _FINE)):
        (here / f"weft_{name}.py").write_text(text)
        metadata = here / f"weft_{name}-1.0.dist-info"
        metadata.mkdir()
        (metadata / "METADATA").write_text(f"Metadata-Version: 2.1\nName: weft-{name}\nVersion: 1.0\n")
        (metadata / "entry_points.txt").write_text(f"[weft.v1.lm]\n{name} = weft_{name}\n")
    monkeypatch.syspath_prepend(str(here))
    library.registry.refresh()
    yield
    monkeypatch.undo()
    library.registry.refresh()


_FINE = """
from weft import hookimpl

@hookimpl
def weft_make_lm(ref, options):
    raise NotImplementedError
"""


@pytest.mark.usefixtures("broken_plugin")
def test_doctor_names_what_fails_and_exits_with_1(weft: Callable[..., Done]) -> None:
    done = weft("doctor", "weft-broken")
    assert done.code == 1
    assert "lm broken (weft-broken): weft-broken 1.0 could not be loaded" in done.err
    assert "no luck" in done.err
    assert "1 of 1 plugins cannot be used." in done.err
    assert "Traceback" not in done.err


@pytest.mark.usefixtures("broken_plugin")
def test_a_broken_plugin_hurts_nobody_else(weft: Callable[..., Done]) -> None:
    assert weft("doctor", "fine").code == 0
    names = {row["name"]: row["status"] for row in json.loads(weft("plugins", "--json").out)}
    assert (names["broken"], names["fine"]) == ("ok", "ok")


def test_settings_list_names_the_layer(weft: Callable[..., Done], here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WEFT_CONCURRENCY", "3")
    (line,) = [line for line in weft("settings", "list").out.splitlines() if line.strip().startswith("concurrency")]
    assert line.split()[1:5] == ["3", "environment", "variable", "WEFT_CONCURRENCY"]


def test_settings_explain_shows_every_layer(
    weft: Callable[..., Done], here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (here / "pyproject.toml").write_text("[tool.weft]\nconcurrency = 5\n")
    out = weft("settings", "explain", "concurrency").out
    assert [word for word in ("pyproject.toml", "in force", "default") if word in out] == [
        "pyproject.toml",
        "in force",
        "default",
    ]
    sentence = weft("settings", "explain", "concurency").refused()
    assert sentence == "There is no setting 'concurency'. Did you mean 'concurrency'?"


@pytest.mark.parametrize(
    ("key", "value", "secret"),
    [
        ("api_key", "abc123", "abc123"),
        ("openai.token", "abc123", "abc123"),
        ("lm", {"ref": "x/y", "api_key": "abc123"}, "abc123"),
        ("lm", "sk-abcdefgh12345", "abcdefgh"),
        ("proxy", "http://me:abc123@example.org/", "abc123"),
        ("plugins.allow", ["x", "sk-abcdefgh12345"], "abcdefgh"),
    ],
)
def test_secrets_are_masked(key: str, value: object, secret: str) -> None:
    assert secret not in shown(key, value)


def test_what_is_no_secret_is_shown() -> None:
    assert shown("plugins.allow", ("weft-a", "weft-b")) == "[weft-a, weft-b]"
    assert shown("lm", "openai/gpt-5-mini") == "openai/gpt-5-mini"
    assert shown("api_key", None) == "None"


_PROBED = """
import weft

class ProbedLM(weft.LM):
    def __init__(self, model, /, *, problems=(), **parameters):
        super().__init__(model, provider="probed", **parameters)
        self.problems = tuple(problems)

    async def generate(self, request):
        return weft.Response.of("yes")

    async def probe(self):
        if self.model == "deaf":
            raise weft.errors.LMTransportError("Nothing answers at http://127.0.0.1:9.", provider="probed")
        models = (weft.ProbedModel("tiny", 4096), weft.ProbedModel("vague"))
        return weft.Probe("http://127.0.0.1:1/v1", "1.2", models, self.problems)

@weft.hookimpl
def weft_make_lm(ref, options):
    return ProbedLM(ref.name, **options)
"""


@pytest.fixture
def probed_plugin(here: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    (here / "weft_probed.py").write_text(_PROBED)
    metadata = here / "weft_probed-1.0.dist-info"
    metadata.mkdir()
    (metadata / "METADATA").write_text("Metadata-Version: 2.1\nName: weft-probed\nVersion: 1.0\n")
    (metadata / "entry_points.txt").write_text("[weft.v1.lm]\nprobed = weft_probed\n")
    monkeypatch.syspath_prepend(str(here))
    library.registry.refresh()
    yield
    monkeypatch.undo()
    library.registry.refresh()


@pytest.mark.parametrize("name", ["probed", "probed/tiny"])
def test_doctor_asks_a_provider_how_it_is(weft: Callable[..., Done], probed_plugin: None, name: str) -> None:
    done = weft("doctor", name)
    assert done.code == 0, done
    assert "http://127.0.0.1:1/v1, version 1.2" in done.out
    assert "4,096" in done.out
    assert "vague" in done.out


def test_doctor_tells_what_is_wrong_with_a_provider(weft: Callable[..., Done], probed_plugin: None) -> None:
    done = weft("doctor", "probed/tiny", "--lm-option", 'problems=["The model is not pulled."]')
    assert done.code == 1
    assert "The model is not pulled.\n'probed/tiny' cannot be used as it is." in done.err


def test_doctor_tells_of_a_provider_that_does_not_answer(weft: Callable[..., Done], probed_plugin: None) -> None:
    done = weft("doctor", "probed/deaf")
    assert done.code == 1
    assert "Nothing answers at http://127.0.0.1:9." in done.err
