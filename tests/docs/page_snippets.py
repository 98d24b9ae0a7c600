"""Reading and running the code blocks of a Markdown page; the conventions are in CONTRIBUTING.md."""

from __future__ import annotations

import ast
import contextlib
import io
import re
import tokenize
import traceback
from dataclasses import dataclass
from types import ModuleType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Generator
    from pathlib import Path

_FENCE = re.compile(r"^```(.*)$")


@dataclass(frozen=True, slots=True)
class Block:
    """A fenced block: its language, the rest of its info string, its text and the line where the text begins."""

    language: str
    info: str
    text: str
    line: int

    @property
    def file(self) -> str | None:
        """The file that the block is the content of, if it says so with ``file=NAME``."""
        named = re.search(r"\bfile=(\S+)", self.info)
        return named[1] if named else None


def blocks_of(page: Path) -> list[Block]:
    """Return the fenced blocks of a page, in order."""
    found: list[Block] = []
    opened: tuple[int, str] | None = None
    lines = page.read_text(encoding="utf-8").splitlines()
    for number, line in enumerate(lines, 1):
        fence = _FENCE.match(line)
        if fence is None:
            continue
        if opened is None:
            opened = (number, fence[1].strip())
            continue
        start, info = opened
        language, _, rest = info.partition(" ")
        found.append(Block(language, rest, "\n".join(lines[start : number - 1]) + "\n", start + 1))
        opened = None
    assert opened is None, f"{page}: the block that begins at line {opened[0] if opened else 0} does not end."
    return found


class Session:
    """Runs the Python blocks of one page in one namespace, as a module, so that annotations can be resolved."""

    def __init__(self, name: str, page: Path) -> None:
        self.module = ModuleType(name)
        self.page = page
        self._checked: set[int] = set()
        vars(self.module).update(_shown=self._shown, _raising=self._raising)

    def run(self, block: Block, printed: str | None = None) -> None:
        """Run a block; what it prints, outside of checked lines, must be `printed` if that is given."""
        source = "\n" * (block.line - 1) + block.text
        expected = _expectations(source)
        tree = ast.fix_missing_locations(_Checks(expected).visited(ast.parse(source)))
        output = io.StringIO()
        try:
            with contextlib.redirect_stdout(output):
                exec(compile(tree, str(self.page), "exec"), vars(self.module))
        except AssertionError:
            raise
        except Exception as error:  # a snippet may fail with anything, and the page and line must be told
            place = [
                frame.lineno for frame in traceback.extract_tb(error.__traceback__) if frame.filename == str(self.page)
            ]
            raise AssertionError(f"{self.page}:{place[-1] if place else block.line}: {error!r}") from error
        unchecked = {found.line for found in expected.values()} - self._checked
        assert not unchecked, f"{self.page}: the code before the comments at {sorted(unchecked)} was never run."
        if printed is not None:
            found = _trimmed(output.getvalue())
            assert found == _trimmed(printed), f"{self.page}:{block.line}: prints\n{found}"

    def _shown(self, line: int, expected: str, call: Any) -> None:
        """Check what an expression gives: the text it prints if it returns None, else its repr."""
        self._checked.add(line)
        output = io.StringIO()
        with contextlib.redirect_stdout(output):
            value = call()
        found = output.getvalue() if value is None and output.getvalue() else repr(value)
        assert " ".join(found.split()) == expected, f"{self.page}:{line}: gives {found.strip()}, not {expected}"

    @contextlib.contextmanager
    def _raising(self, line: int, expected: str) -> Generator[None, None, None]:
        self._checked.add(line)
        try:
            yield
        except Exception as error:  # noqa: BLE001 - compared with what the page says
            found = f"{type(error).__name__}: {error}"
            assert " ".join(found.split()) == expected, f"{self.page}:{line}: raises {found}"
            return
        raise AssertionError(f"{self.page}:{line}: raises nothing, not {expected}")


def _trimmed(text: str) -> str:
    return "\n".join(line.rstrip() for line in text.strip("\n").splitlines())


@dataclass(frozen=True, slots=True)
class _Expectation:
    kind: str  # "->" or "raises"
    text: str
    line: int


def _expectations(source: str) -> dict[int, _Expectation]:
    """Return what comments expect of statements, by the line on which the statement ends.

    A comment belongs to the statement on its own line or, where it stands alone, to the one right above; comments
    that begin with three spaces go on with the one above them.
    """
    found: dict[int, _Expectation] = {}
    owner = current = 0
    lines = source.splitlines()
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type != tokenize.COMMENT:
            continue
        line, text = token.start[0], token.string[1:]
        alone = not lines[line - 1][: token.start[1]].strip()
        start = re.match(r" (->|raises) (.*)", text)
        if start:
            owner = line - 1 if alone else line
            assert owner not in found, f"line {line}: two expectations of one statement"
            found[owner], current = _Expectation(start[1], " ".join(start[2].split()), line), line
        elif alone and text.startswith("   ") and line == current + 1:
            was, current = found[owner], line
            found[owner] = _Expectation(was.kind, f"{was.text} {' '.join(text.split())}", was.line)
    return found


class _Checks(ast.NodeTransformer):
    """Puts the checks that comments ask for around the statements, wherever they are nested."""

    def __init__(self, expected: dict[int, _Expectation]) -> None:
        self._expected = dict(expected)

    def visited(self, tree: ast.Module) -> ast.Module:
        checked = self.visit(tree)
        left = [found.line for found in self._expected.values()]
        assert not left, f"The comments at {left} belong to no statement that can be checked."
        return checked

    def generic_visit(self, node: ast.AST) -> Any:
        super().generic_visit(node)
        if not isinstance(node, ast.stmt) or node.end_lineno is None or hasattr(node, "body"):
            return node
        expected = self._expected.pop(node.end_lineno, None)
        return node if expected is None else _checked(node, expected)


def _checked(node: ast.stmt, expected: _Expectation) -> ast.stmt:
    place = f"{expected.line}, {expected.text!r}"
    if expected.kind == "raises":
        block = ast.parse(f"with _raising({place}): pass").body[0]
        assert isinstance(block, ast.With)
        block.body = [node]
        return _placed(block, node)
    assert isinstance(node, ast.Expr), f"line {expected.line}: only an expression can be shown."
    if any(isinstance(part, ast.Await) for part in ast.walk(node)):
        raise AssertionError(f"line {expected.line}: await in an own statement, and show the name.")
    call = ast.parse(f"_shown({place}, lambda: None)").body[0]
    assert isinstance(call, ast.Expr)
    assert isinstance(call.value, ast.Call)
    function = call.value.args[2]
    assert isinstance(function, ast.Lambda)
    function.body = node.value
    return _placed(call, node)


def _placed(new: ast.stmt, old: ast.stmt) -> ast.stmt:
    for part in ast.walk(new):
        if isinstance(part, ast.expr | ast.stmt) and part not in set(ast.walk(old)):
            ast.copy_location(part, old)
    return new
