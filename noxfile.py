"""One session per job; `nox -l` lists them. Plugins are found by globbing: a new folder needs no change here."""

from __future__ import annotations

import tomllib
from pathlib import Path

import nox

nox.needs_version = ">=2024.10.9"
nox.options.default_venv_backend = "uv|virtualenv"
nox.options.sessions = ["tests"]
nox.options.error_on_missing_interpreters = False

ROOT = Path(__file__).parent
KERNEL = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
PLUGINS = sorted(path.parent.name for path in ROOT.glob("plugins/*/pyproject.toml"))
KIT = "pytest-weft"
FEWSHOT = "weft-fewshot"


def dependencies(group: str) -> list[str]:
    return list(nox.project.dependency_groups(KERNEL, group))


def editable(*plugins: str) -> list[str]:
    """Return installer arguments for the kernel and plugins, distributions nested in a plugin's folder included."""
    folders = [ROOT]
    for plugin in plugins:
        folder = ROOT / "plugins" / plugin
        folders += [folder, *sorted(path.parent for path in folder.glob("*/pyproject.toml"))]
    return [argument for folder in folders for argument in ("-e", str(folder))]


def is_private(plugin: str) -> bool:
    project = tomllib.loads((ROOT / "plugins" / plugin / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    return any(classifier.startswith("Private ::") for classifier in project.get("classifiers", ()))


@nox.session
def demo(session: nox.Session) -> None:
    """Optimize a program on data made on the spot; downloads nothing but the packages."""
    session.install(str(ROOT), str(ROOT / "plugins" / FEWSHOT))
    session.run("weft", "demo", *session.posargs)


@nox.session
def tests(session: nox.Session) -> None:
    """Everything: the kernel's tests here, then every plugin's, the lint and the types in sessions of their own."""
    for job in (*(f"plugin({plugin!r})" for plugin in PLUGINS), "together", "lint", "typing"):
        session.notify(job)
    session.install(*editable(KIT, FEWSHOT), "hatchling", "editables", *dependencies("test"))
    session.run("pytest", "tests", "--doctest-modules", "core/weft", *session.posargs)


@nox.session
@nox.parametrize("plugin", PLUGINS, ids=[repr(plugin) for plugin in PLUGINS])
def plugin(session: nox.Session, plugin: str) -> None:
    """One plugin's tests and its conformance kit, in an environment that holds nothing else."""
    session.install(*editable(*dict.fromkeys((KIT, plugin))), *dependencies("test"))
    session.chdir(ROOT / "plugins" / plugin)
    session.run("pytest", *session.posargs)


@nox.session
def together(session: nox.Session) -> None:
    """All published plugins in one environment: they resolve, load and do not fight over names."""
    session.install(*editable(*(plugin for plugin in PLUGINS if not is_private(plugin))))
    session.run("weft", "doctor")


@nox.session
def lowest(session: nox.Session) -> None:
    """The kernel's tests with the oldest dependencies it claims to work with; needs uv."""
    session.install(*editable(KIT, FEWSHOT), *dependencies("test"), "--resolution", "lowest-direct")
    session.install("hatchling", "editables")
    session.run("pytest", "tests", *session.posargs)


@nox.session
def lint(session: nox.Session) -> None:
    """Style, formatting, and the order of the kernel's layers."""
    session.install("-e", str(ROOT), *dependencies("lint"))
    session.run("ruff", "check", ".")
    session.run("ruff", "format", "--check", ".")
    session.run("lint-imports")


@nox.session
def typing(session: nox.Session) -> None:
    """pyright in strict mode over the kernel, the plugins and the type tests."""
    session.install(*editable(KIT, FEWSHOT), "nox", *dependencies("test"), *dependencies("typing"))
    session.run("pyright")


@nox.session
def bench(session: nox.Session) -> None:
    """The measurements of benchmarks/, or those named: `nox -s bench -- overhead`."""
    session.install(str(ROOT), str(ROOT / "plugins" / FEWSHOT))
    names = session.posargs or sorted(path.stem for path in (ROOT / "benchmarks").glob("[!_]*.py"))
    for name in names:
        session.run("python", str(ROOT / "benchmarks" / f"{name}.py"))


@nox.session
def build(session: nox.Session) -> None:
    """Build every published distribution, check its metadata, and import the kernel's wheel in a clean environment."""
    session.install("build", "hatchling", "twine")
    out = Path(session.create_tmp()).resolve() / "dist"
    for folder in (ROOT, *(ROOT / "plugins" / plugin for plugin in PLUGINS if not is_private(plugin))):
        session.run("python", "-m", "build", "--no-isolation", "--outdir", str(out), str(folder), silent=True)
    session.run("twine", "check", "--strict", *map(str, sorted(out.iterdir())))
    session.install(*map(str, sorted(out.glob("*.whl"))))
    session.run("python", "-c", "import weft; weft.LM('embedded/incontext')", env={"PYTHONPATH": ""})
