"""The hook reference holds every hook with its arguments and options, and the settings page every setting."""

from __future__ import annotations

import inspect
import re
from pathlib import Path
from typing import Any

import pluggy
import pytest

from weft import errors
from weft.registry import specs
from weft.runtime.keys import KEYS

DOCS = Path(__file__).parents[2] / "docs"
HOOKS = (DOCS / "plugins" / "hooks.md").read_text(encoding="utf-8")
SETTINGS = (DOCS / "settings.md").read_text(encoding="utf-8")
ERRORS = (DOCS / "errors.md").read_text(encoding="utf-8")
MANAGING = (DOCS / "plugins" / "managing.md").read_text(encoding="utf-8")


def hook_specs() -> dict[str, Any]:
    """Return every hook as pluggy reads it: its arguments and its options."""
    manager = pluggy.PluginManager("weft")
    manager.add_hookspecs(specs)
    callers = {name: getattr(manager.hook, name) for name in vars(specs) if name.startswith("weft_")}
    return {name: caller.spec for name, caller in callers.items()}


def section(text: str, title: str) -> str:
    """Return what stands under a heading, up to the next one of its level."""
    found = re.search(rf"^## {re.escape(title)}\n(.*?)(?=^## |\Z)", text, re.MULTILINE | re.DOTALL)
    assert found is not None, f"there is no section '## {title}'"
    return found[1]


@pytest.mark.parametrize("hook", hook_specs())
def test_every_hook_is_documented_with_its_signature(hook: str) -> None:
    signature = f"{hook}{inspect.signature(getattr(specs, hook))}".replace("'", "")
    assert f"`{signature}`" in section(HOOKS, f"`{hook}`"), f"the page should say `{signature}`"


@pytest.mark.parametrize("hook", hook_specs())
def test_every_argument_of_a_hook_is_documented(hook: str) -> None:
    arguments = re.findall(r"^- `(\w+)`:", section(HOOKS, f"`{hook}`"), re.MULTILINE)
    assert arguments == list(hook_specs()[hook].argnames)


@pytest.mark.parametrize("hook", hook_specs())
def test_every_option_of_a_hook_is_documented(hook: str) -> None:
    options = {name for name in ("firstresult", "historic") if hook_specs()[hook].opts[name]}
    said = re.search(r"^Options: (.*)\.$", section(HOOKS, f"`{hook}`"), re.MULTILINE)
    assert said is not None, "say 'Options: none.' where there are none"
    assert set(re.findall(r"`(firstresult|historic)`", said[1])) == options


def test_no_hook_is_documented_that_does_not_exist() -> None:
    assert set(re.findall(r"^## `(weft_\w+)`$", HOOKS, re.MULTILINE)) == set(hook_specs())


@pytest.mark.parametrize("key", KEYS)
def test_every_setting_is_documented(key: str) -> None:
    row = next((line for line in SETTINGS.splitlines() if line.startswith(f"| `{key}` |")), None)
    assert row is not None, f"docs/settings.md has no row for {key!r}"
    cells = [cell.strip() for cell in row.strip("|").split("|")]
    assert cells[1] == f"`{KEYS[key].default!r}`"
    assert cells[2] == f"`WEFT_{key.replace('.', '_').upper()}`"


def test_no_setting_is_documented_that_does_not_exist() -> None:
    rows = re.findall(r"^\| `([\w.]+)` \|", section(SETTINGS, "Every setting"), re.MULTILINE)
    assert rows == list(KEYS)


def all_errors() -> list[str]:
    """Return the names of weft's exceptions."""
    kinds = [kind for kind in vars(errors).values() if isinstance(kind, type) and issubclass(kind, errors.WeftError)]
    return [kind.__name__ for kind in kinds]


@pytest.mark.parametrize("name", all_errors())
def test_every_error_is_documented(name: str) -> None:
    assert f"`{name}`" in ERRORS


@pytest.mark.parametrize(
    "name", [name for name in all_errors() if issubclass(getattr(errors, name), errors.PluginError)]
)
def test_every_plugin_error_is_explained(name: str) -> None:
    if name != "PluginError":
        assert f"`{name}`" in MANAGING
