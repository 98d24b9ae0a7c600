"""Every snippet of README.md and docs/ runs, and what it shows is what happens."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
import tomllib
from importlib.util import find_spec
from itertools import dropwhile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from page_snippets import Session, blocks_of

from weft.lm.cache import CACHE
from weft.registry import refresh, unregister
from weft.registry.inprocess import registered_names
from weft.registry.kinds import KINDS
from weft.registry.load import forget_everything

if TYPE_CHECKING:
    from collections.abc import Iterator

    from page_snippets import Block

ROOT = Path(__file__).parents[2]
PAGES = [*sorted(ROOT.glob("*.md")), *sorted((ROOT / "docs").rglob("*.md"))]
GUIDES = [page for page in PAGES if page.name.startswith("write-")]
NAMES = [str(page.relative_to(ROOT)) for page in PAGES]

LANGUAGES = {"python", "toml", "console", "text", "json"}

pages = pytest.mark.parametrize("page", PAGES, ids=NAMES)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """An empty current folder, from whose ``src`` and metadata plugins are found, and which leaves nothing behind."""
    for name in [name for name in os.environ if name.startswith("WEFT_")]:
        monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(str(tmp_path / "src"))
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.setenv("WEFT_CACHE_DIR", "none")
    CACHE.clear_memory()
    modules = set(sys.modules)
    yield tmp_path
    for kind in KINDS:
        for name in registered_names(kind):
            unregister(kind, name)
    for name in set(sys.modules) - modules:
        if (getattr(sys.modules[name], "__file__", None) or "").startswith(str(tmp_path)):
            del sys.modules[name]
    forget_everything()
    refresh()


@pages
def test_snippets_run_in_order(page: Path, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    module = f"page_{page.stem.replace('-', '_')}".lower()
    session = Session(module, page)
    monkeypatch.setitem(sys.modules, module, session.module)
    blocks = blocks_of(page)
    for number, block in enumerate(blocks, 1):
        if block.file is not None:
            write(folder, block)
        elif block.language == "python" and not reason_not_to_run(block):
            printed = next(
                (following.text for following in blocks[number : number + 1] if following.language == "text"), None
            )
            session.run(block, printed)


@pages
def test_blocks_say_what_they_are(page: Path) -> None:
    for block in blocks_of(page):
        place = f"{page.name}:{block.line}"
        assert block.language in LANGUAGES, f"{place}: one of {sorted(LANGUAGES)}, not {block.language!r}"
        if "no-run" in block.info:
            assert reason_not_to_run(block), f"{place}: say why it is not run: ```python no-run because …"


@pages
def test_toml_can_be_read(page: Path) -> None:
    for block in blocks_of(page):
        if block.language == "toml":
            tomllib.loads(block.text)


@pages
def test_links_lead_somewhere(page: Path) -> None:
    text = re.sub(r"`[^`]*`", "", page.read_text(encoding="utf-8"))
    for target in re.findall(r"\]\(([^)#\s]+)[^)]*\)", text):
        if "://" not in target:
            assert (page.parent / target).exists(), f"{page.name} links to {target}, which does not exist"


@pages
def test_console_commands_exist(page: Path) -> None:
    lines = [line for block in blocks_of(page) if block.language == "console" for line in joined(block)]
    commands = [words[1:] for words in map(words_of, lines) if words[:1] == ["weft"]]
    if not commands:
        return
    typer = pytest.importorskip("typer")
    application = typer.main.get_command(pytest.importorskip("weft.cli", exc_type=ImportError).app)
    for words in commands:
        check_command(application, words)


@pytest.fixture(scope="module")
def conformance_runs(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, subprocess.Popen[str]]]:
    """The conformance tests of all guides, running side by side."""
    runs = {page.stem: start_conformance(page, tmp_path_factory.mktemp(page.stem)) for page in GUIDES}
    yield runs
    for run in runs.values():
        run.kill()
        run.communicate()


def start_conformance(page: Path, folder: Path) -> subprocess.Popen[str]:
    for block in blocks_of(page):
        if block.file is not None:
            write(folder, block)
    path = os.pathsep.join([str(folder), str(folder / "src"), *filter(None, [os.environ.get("PYTHONPATH")])])
    environment = {name: value for name, value in os.environ.items() if not name.startswith("WEFT_")}
    return subprocess.Popen(
        [sys.executable, "-m", "pytest", "-q", "-W", "error", "-p", "no:cacheprovider", "tests"],
        cwd=folder,
        env={**environment, "PYTHONPATH": path},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


@pytest.mark.skipif(find_spec("pytest_weft") is None, reason="the conformance kit is not installed")
@pytest.mark.parametrize("guide", [page.stem for page in GUIDES])
def test_plugins_of_the_guides_pass_the_conformance_kit(
    guide: str, conformance_runs: dict[str, subprocess.Popen[str]]
) -> None:
    run = conformance_runs[guide]
    report, _ = run.communicate(timeout=120)
    assert run.returncode == 0, report


def reason_not_to_run(block: Block) -> str:
    """Return the reason that the block gives for not being run, or nothing."""
    return block.info.partition("no-run because ")[2].strip()


def write(folder: Path, block: Block) -> None:
    """Write a block that is a file; a pyproject.toml also installs its project, as far as metadata goes."""
    path = folder / str(block.file)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(block.text, encoding="utf-8")
    if path.suffix == ".py" and "src" in path.parts:
        (path.parent / "py.typed").touch()
    if path.name == "pyproject.toml":
        install(folder, tomllib.loads(block.text)["project"])
    refresh()


def install(folder: Path, project: dict[str, Any]) -> None:
    """Write a project's metadata where importlib finds it."""
    info = folder / f"{project['name'].replace('-', '_')}-{project['version']}.dist-info"
    info.mkdir()
    required = "".join(f"Requires-Dist: {line}\n" for line in project["dependencies"])
    head = f"Metadata-Version: 2.1\nName: {project['name']}\nVersion: {project['version']}\n"
    (info / "METADATA").write_text(head + required, encoding="utf-8")
    lines = [
        line
        for group, entries in project.get("entry-points", {}).items()
        for line in (f"[{group}]", *(f"{name} = {value}" for name, value in entries.items()))
    ]
    (info / "entry_points.txt").write_text("\n".join(lines) + "\n", encoding="utf-8")


def joined(block: Block) -> list[str]:
    """Return the commands of a console block, with lines that end in a backslash joined."""
    return [line for line in block.text.replace("\\\n", " ").splitlines() if line.strip()]


def words_of(line: str) -> list[str]:
    """Return a command's words, without a prompt and without variables set for it alone."""
    words = shlex.split(line.removeprefix("$ "), comments=True)
    return list(dropwhile(lambda word: re.match(r"[A-Z_]+=", word) is not None, words))


def check_command(group: Any, words: list[str]) -> None:
    """Fail unless every subcommand and option in `words` exists."""
    shown = shlex.join(["weft", *words])
    options: set[str] = {name for parameter in group.params for name in parameter.opts}
    for word in words:
        if word.startswith("-"):
            name = word.partition("=")[0]
            assert name in options | {"--help"}, f"{shown}: there is no option {name}"
        elif hasattr(group, "commands"):
            assert word in group.commands, f"{shown}: there is no command {word!r}"
            group = group.commands[word]
            options = {name for parameter in group.params for name in (*parameter.opts, *parameter.secondary_opts)}
