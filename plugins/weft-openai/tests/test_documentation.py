"""The table of names in the documentation says what the presets say."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from weft_openai.presets import PRESETS

if TYPE_CHECKING:
    from weft_openai.preset import Preset

PAGE = Path(__file__).parents[3] / "docs" / "providers" / "openai.md"


@pytest.mark.skipif(not PAGE.is_file(), reason="the documentation is in the repository only")
@pytest.mark.parametrize("name", PRESETS)
def test_the_table_is_true(name: str) -> None:
    assert row(PRESETS[name]) in PAGE.read_text(encoding="utf-8").splitlines()


def row(preset: Preset) -> str:
    service = preset.service
    address = service.base_url or (service.base_url_env or ("base_url",))[0]
    key = f"`{service.key_env[0]}`" if service.key_is_needed else "not needed"
    abilities = [preset.schema_form, preset.grammar_kind, preset.regex, preset.tools, preset.n]
    shown = [able if able == preset.grammar_kind and able else "yes" if able else "no" for able in abilities]
    return f"| `{service.provider}` | `{address}` | {key} | {', '.join(preset.apis)} | {' | '.join(shown)} |"
