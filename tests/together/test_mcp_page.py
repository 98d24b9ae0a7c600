"""Every snippet of the page about MCP servers runs, with the server that the page writes."""

from __future__ import annotations

import sys
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pytest

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "mcp.md"


def snippets() -> Any:
    """Return the module by which the kernel's tests run pages; they have no plugin to run this one with."""
    spec = spec_from_file_location("page_snippets_here", ROOT / "tests" / "docs" / "page_snippets.py")
    assert spec is not None
    assert spec.loader is not None
    module = module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


def test_the_page_is_true(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    pages = snippets()
    session = pages.Session("page_mcp", PAGE)
    monkeypatch.setitem(sys.modules, "page_mcp", session.module)
    blocks = pages.blocks_of(PAGE)
    run = 0
    for block, following in zip(blocks, [*blocks[1:], None], strict=True):
        if block.file is not None:
            (tmp_path / block.file).write_text(block.text, encoding="utf-8")
        elif block.language == "python":
            session.run(block, following.text if following is not None and following.language == "text" else None)
            run += 1
    assert run == sum(block.language == "python" for block in blocks) - 1
