"""What a page shows is really checked: a page that is wrong fails."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from page_snippets import Session, blocks_of

if TYPE_CHECKING:
    from pathlib import Path

RIGHT = [
    "1 + 1  # -> 2",
    "print('a  b')  # -> a b",
    "[1, 2]\n# -> [1,\n#     2]",
    "int('x')\n# raises ValueError: invalid literal for int() with base 10: 'x'",
    "for n in (3, 3):\n    n  # -> 3",
    "with open(__import__('os').devnull):\n    {}['a']\n    # raises KeyError: 'a'",
]
WRONG = [
    "1 + 1  # -> 3",
    "print('a')  # -> b",
    "x = 1  # -> 1",
    "int('1')\n# raises ValueError: anything",
    "int('x')\n# raises ValueError: something else",
    "# -> 3",
    "if False:\n    1  # -> 1",
    "1 / 0",
]


def run(page: Path, code: str, printed: str | None = None) -> None:
    page.write_text(f"Text.\n\n```python\n{code}\n```\n", encoding="utf-8")
    (block,) = blocks_of(page)
    Session("page", page).run(block, printed)


@pytest.mark.parametrize("code", RIGHT)
def test_right_snippets_pass(code: str, tmp_path: Path) -> None:
    run(tmp_path / "page.md", code)


@pytest.mark.parametrize("code", WRONG)
def test_wrong_snippets_fail(code: str, tmp_path: Path) -> None:
    with pytest.raises(AssertionError):
        run(tmp_path / "page.md", code)


def test_printed_text_is_compared(tmp_path: Path) -> None:
    run(tmp_path / "page.md", "print('a')", "a\n")
    with pytest.raises(AssertionError, match="prints"):
        run(tmp_path / "page.md", "print('a')", "b\n")


def test_a_failure_names_the_line_of_the_page(tmp_path: Path) -> None:
    with pytest.raises(AssertionError, match=r"page\.md:5: ZeroDivisionError"):
        run(tmp_path / "page.md", "zero = 0\n1 / zero")
