"""Settings: which layer wins, what is refused, and who sees a change."""

from __future__ import annotations

import asyncio
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import pytest

import weft
from weft.errors import SettingsError
from weft.runtime.keys import KEYS
from weft.runtime.settings import reset_settings
from weft.runtime.sources import read_environment

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def pyproject(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path / "pyproject.toml"


def test_every_setting_has_a_default() -> None:
    assert weft.settings.lm is None
    assert weft.settings.adapter == "auto"
    assert weft.settings.get("plugins.allow") is None


def test_each_layer_hides_the_ones_below(pyproject: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert weft.settings.concurrency == 8
    pyproject.write_text("[tool.weft]\nconcurrency = 2\n")
    reset_settings()
    assert weft.settings.concurrency == 2
    monkeypatch.setenv("WEFT_CONCURRENCY", "3")
    reset_settings()
    assert weft.settings.concurrency == 3
    weft.configure(concurrency=4)
    assert weft.settings.concurrency == 4
    with weft.context(concurrency=5):
        assert weft.settings.concurrency == 5
    assert weft.settings.concurrency == 4


def test_explain_shows_every_layer_with_its_source(pyproject: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pyproject.write_text("[tool.weft]\ncache = 'off'\n")
    monkeypatch.setenv("WEFT_CONCURRENCY", "3")
    reset_settings()
    weft.configure(concurrency=4)
    with weft.context(concurrency=5):
        assert weft.settings.explain("concurrency") == [
            ("context", 5),
            ("configure", 4),
            ("environment variable WEFT_CONCURRENCY", 3),
            ("default", 8),
        ]
    assert weft.settings.explain("cache") == [(str(pyproject.resolve()), "off"), ("default", "on")]
    assert weft.settings.explain("lm") == [("default", None)]


def test_the_nearest_pyproject_counts(pyproject: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pyproject.write_text("[tool.weft]\nconcurrency = 2\n")
    below = pyproject.parent / "a" / "b"
    below.mkdir(parents=True)
    monkeypatch.chdir(below)
    reset_settings()
    assert weft.settings.concurrency == 2
    (below / "pyproject.toml").write_text("[project]\nname = 'x'\n")
    reset_settings()
    assert weft.settings.concurrency == 8


def test_a_section_may_be_written_as_a_table(pyproject: Path) -> None:
    pyproject.write_text('[tool.weft.plugins]\nblock = ["weft-bad"]\n[tool.weft.prefer]\n"lm.acme" = "weft-acme"\n')
    reset_settings()
    assert weft.settings.get("plugins.block") == ("weft-bad",)
    assert weft.settings.prefer == {"lm.acme": "weft-acme"}
    weft.configure(plugins={"allow": ["weft-good"]})
    assert weft.settings.get("plugins.allow") == ("weft-good",)
    assert weft.settings.get("plugins.block") == ("weft-bad",)


def test_environment_values_are_read_as_their_type(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WEFT_MAX_ERRORS", "None")
    monkeypatch.setenv("WEFT_PLUGINS_ALLOW", "weft-a, weft-b")
    monkeypatch.setenv("WEFT_PREFER", "lm.acme=weft-acme")
    monkeypatch.setenv("WEFT_ACME__API_KEY", "a plugin reads its own variables")
    reset_settings()
    assert weft.settings.max_errors is None
    assert weft.settings.get("plugins.allow") == ("weft-a", "weft-b")
    assert weft.settings.prefer == {"lm.acme": "weft-acme"}


@pytest.mark.parametrize("change", [weft.configure, weft.context])
@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"concurency": 3}, "There is no setting 'concurency' (in {}). Did you mean 'concurrency'?"),
        ({"plugins": {"alow": []}}, "There is no setting 'plugins.alow' (in {}). Did you mean 'plugins.allow'?"),
        (
            {"concurrency": 0},
            "The setting 'concurrency' must be a whole number of at least 1, not 0 (in {}).",
        ),
        (
            {"cache": "sometimes"},
            "The setting 'cache' must be one of 'on', 'off', 'read', 'refresh', not 'sometimes' (in {}).",
        ),
        ({"prefer": {"acme": "x"}}, "The setting 'prefer' must be a mapping such as"),
    ],
)
def test_what_is_wrong_changes_nothing(change: Any, changes: dict[str, Any], message: str) -> None:
    with pytest.raises(SettingsError) as caught:
        change(history=7, **changes)
    assert message.format(change.__name__) in str(caught.value)
    assert weft.settings.history == 100


def test_a_misspelt_environment_variable_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WEFT_CONCURENCY", "3")
    reset_settings()
    with pytest.raises(SettingsError, match=r"WEFT_CONCURENCY sets nothing. Did you mean 'WEFT_CONCURRENCY'"):
        _ = weft.settings.concurrency


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[tool.weft]\nconcurency = 3\n", "Did you mean 'concurrency'"),
        ("[tool.weft]\nconcurrency = 'many'\n", "must be a whole number of at least 1, not 'many'"),
        ("[tool]\nweft = 3\n", "must be a table"),
        ("[tool.weft\n", "cannot be read for settings"),
    ],
)
def test_a_wrong_pyproject_is_named(pyproject: Path, text: str, message: str) -> None:
    pyproject.write_text(text)
    reset_settings()
    with pytest.raises(SettingsError, match=message) as caught:
        _ = weft.settings.concurrency
    assert "pyproject.toml" in str(caught.value)


def test_reading_an_unknown_setting_suggests_the_right_one() -> None:
    for read in (lambda: weft.settings.adaptor, lambda: weft.settings.get("adaptor")):
        with pytest.raises(SettingsError, match="Did you mean 'adapter'"):
            read()
    assert not hasattr(weft.settings, "_repr_html_")  # notebooks ask for such names


def test_configure_from_any_thread_is_seen_by_all_and_loses_nothing() -> None:
    keys: list[dict[str, Any]] = [{"history": 1}, {"concurrency": 2}, {"max_errors": 3}, {"cache": "off"}]
    start = threading.Barrier(len(keys))

    def change(changes: dict[str, Any]) -> None:
        start.wait()
        weft.configure(**changes)

    with ThreadPoolExecutor(len(keys)) as pool:
        list(pool.map(change, keys))
    assert (weft.settings.history, weft.settings.concurrency) == (1, 2)
    assert (weft.settings.max_errors, weft.settings.cache) == (3, "off")


def test_context_holds_for_its_own_thread_only() -> None:
    entered, seen = threading.Event(), threading.Event()

    def other() -> int:
        with weft.context(concurrency=99):
            entered.set()
            assert seen.wait(5)
            return weft.settings.concurrency

    with ThreadPoolExecutor(1) as pool:
        running = pool.submit(other)
        assert entered.wait(5)
        here = weft.settings.concurrency
        seen.set()
        assert (here, running.result()) == (8, 99)


def test_context_holds_for_its_own_task_and_those_it_starts() -> None:
    async def main() -> list[int]:
        async def read() -> int:
            await asyncio.sleep(0)
            return weft.settings.concurrency

        outside = asyncio.ensure_future(read())
        with weft.context(concurrency=3):
            inside = asyncio.ensure_future(read())
        return [await outside, await inside, weft.settings.concurrency]

    assert asyncio.run(main()) == [8, 3, 8]


def test_contexts_nest_and_one_object_can_be_entered_again() -> None:
    with weft.context(concurrency=2, history=3), weft.context(concurrency=4):
        assert (weft.settings.concurrency, weft.settings.history) == (4, 3)
    again = weft.context(concurrency=5)
    with again, again:
        assert weft.settings.concurrency == 5
    assert weft.settings.concurrency == 8


def test_an_exception_leaves_the_context() -> None:
    with pytest.raises(ZeroDivisionError), weft.context(concurrency=2):
        _ = 1 / 0
    assert weft.settings.concurrency == 8


@pytest.mark.parametrize("key", sorted(KEYS))
def test_a_misspelt_variable_suggests_the_right_one(key: str) -> None:
    right = f"WEFT_{key.replace('.', '_').upper()}"
    for wrong in (f"{right}{right[-1]}", f"{right[:6]}{right[6:] + right[5]}" if len(right) > 7 else f"{right}X"):
        with pytest.raises(SettingsError, match=f"Did you mean '{right}'"):
            list(read_environment({wrong: "1"}))
