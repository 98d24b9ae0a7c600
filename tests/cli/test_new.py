"""``weft new``: what it writes installs, and passes the conformance kit."""

from __future__ import annotations

import importlib.metadata
import os
import subprocess
import sys
import zipfile
from importlib.util import find_spec
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from .conftest import Done

KINDS = ("lm", "rm", "adapter", "optimizer")


def _kit_is_installed() -> bool:
    try:
        importlib.metadata.distribution("pytest-weft")
    except importlib.metadata.PackageNotFoundError:
        return False
    return True


@pytest.mark.skipif(find_spec("hatchling") is None, reason="hatchling, which builds the package, is not installed")
@pytest.mark.skipif(not _kit_is_installed(), reason="the kit, pytest-weft, is not installed")
@pytest.mark.parametrize("kind", KINDS)
def test_new_package_installs_and_passes_the_kit(weft: Callable[..., Done], here: Path, kind: str) -> None:
    done = weft("new", kind, "acme-cloud")
    assert done.code == 0, done
    package, site = here / "weft-acme-cloud", here / "site"
    _install(package, site)
    tested = _python(["-m", "pytest", "-q", "-W", "error", "-p", "no:cacheprovider", "tests"], package, site)
    assert tested.returncode == 0, tested.stdout + tested.stderr
    assert " passed" in tested.stdout
    found = _python(["-m", "weft", "doctor", "acme-cloud"], here, site)
    assert found.returncode == 0, found.stdout + found.stderr


def _install(package: Path, site: Path) -> None:
    """Build the wheel and unpack it, which is all that installing a wheel of pure Python is; needs no network."""
    built = _python(["-m", "hatchling", "build", "-t", "wheel", "-d", str(package / "dist")], package, site)
    assert built.returncode == 0, built.stdout + built.stderr
    (wheel,) = (package / "dist").glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(site)


def _python(words: list[str], folder: Path, site: Path) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(site), *filter(None, sys.path)])}
    return subprocess.run(
        [sys.executable, *words], cwd=folder, env=environment, capture_output=True, text=True, check=False
    )


def test_the_entry_module_holds_the_hook_alone(weft: Callable[..., Done], here: Path) -> None:
    weft("new", "optimizer", "hill-climb", "--out", "deep/er")
    package = here / "deep" / "er"
    entry = (package / "src" / "weft_hill_climb" / "__init__.py").read_text()
    assert entry.count("def ") == 1
    assert "    from ._optimizer import HillClimb\n" in entry
    assert 'hill-climb = "weft_hill_climb"' in (package / "pyproject.toml").read_text()
    assert '[project.entry-points."weft.v1.optimizer"]' in (package / "pyproject.toml").read_text()
    assert (package / "src" / "weft_hill_climb" / "py.typed").is_file()


@pytest.mark.parametrize(
    ("kind", "name", "sentence"),
    [
        ("lm", "", "'' cannot name the LM provider: use lowercase letters and digits, with '-' between words."),
        ("lm", "Acme Cloud", "with '-' between words. Did you mean 'acme-cloud'?"),
        ("rm", "../evil", "Did you mean 'evil'?"),
        ("rm", "-acme", "Did you mean 'acme'?"),
        ("adapter", "weft-yaml", "The package is called 'weft-yaml' anyway; name the adapter 'yaml'."),
        ("lm", "embedded", "'embedded' is the kernel's own LM provider, which always wins; choose another name."),
        ("lmm", "acme", "There is no kind of plugin named 'lmm'. Did you mean 'lm'?"),
    ],
)
def test_bad_names_are_refused(weft: Callable[..., Done], here: Path, kind: str, name: str, sentence: str) -> None:
    assert sentence in weft("new", kind, "--", name).refused()
    assert list(here.iterdir()) == []


def test_a_folder_in_use_is_left_alone(weft: Callable[..., Done], here: Path) -> None:
    (here / "weft-acme").mkdir()
    (here / "weft-acme" / "mine.txt").write_text("mine")
    assert weft("new", "lm", "acme").refused() == "'weft-acme' cannot be used: the folder is not empty."
    (here / "file").write_text("mine")
    assert "'file' cannot be used: file exists." in weft("new", "lm", "acme", "--out", "file").refused()
    assert [path.name for path in (here / "weft-acme").iterdir()] == ["mine.txt"]
