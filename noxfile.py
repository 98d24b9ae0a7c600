"""One session per job; `nox -l` lists them. Plugins are found by globbing: a new folder needs no change here."""

from __future__ import annotations

import os
import re
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING, Any

import nox

if TYPE_CHECKING:
    from collections.abc import Iterable

nox.needs_version = ">=2024.10.9"
nox.options.default_venv_backend = "uv|virtualenv"
nox.options.sessions = ["tests"]
nox.options.error_on_missing_interpreters = False

ROOT = Path(__file__).parent
KERNEL = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
PLUGINS = sorted(path.parent.name for path in ROOT.glob("plugins/*/pyproject.toml"))
KIT = "pytest-weft"
FEWSHOT = "weft-fewshot"
OPENAI = "weft-openai"
SANDBOX = "weft-sandbox"
PGVECTOR = "weft-pgvector"
RETRIEVERS = ("weft-bm25", "weft-chroma", PGVECTOR, "weft-weaviate")
MINILM = "weft-minilm"
LLAMACPP, LLAMACPP_ENGINE = "weft-llamacpp", "llama-cpp-python"
CACHE = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "weft-ci"
REAL_LM_PLUGINS = (KIT, FEWSHOT, LLAMACPP, OPENAI)
WHEELS = sorted(CACHE.glob("llama/*/llama_cpp_python-*.whl"))


def dependencies(group: str) -> list[str]:
    return list(nox.project.dependency_groups(KERNEL, group))


def project_of(plugin: str) -> dict[str, Any]:
    return tomllib.loads((ROOT / "plugins" / plugin / "pyproject.toml").read_text(encoding="utf-8"))


def own_dependencies(plugin: str) -> list[str]:
    """Return what the plugin's tests need, in so far as it need not be compiled here."""
    wanted = nox.project.dependency_groups(project_of(plugin), "test")
    return [requirement for requirement in wanted if WHEELS or not requirement.startswith(LLAMACPP_ENGINE)]


def install(session: nox.Session, plugins: Iterable[str], *others: str) -> None:
    """Install the kernel, plugins with those that they depend on, and other requirements.

    llama-cpp-python is compiled for minutes, so here it comes only as the wheel that `.ci/llama` has built. Without one
    its plugin is installed alone, and the tests that need it are skipped.
    """
    wanted = with_needed(plugins)
    complete = [plugin for plugin in wanted if WHEELS or plugin != LLAMACPP]
    session.install(*wheels_only(), *editable(*complete), *others)
    if complete != wanted:
        session.warn(f"{LLAMACPP_ENGINE} has no wheel: .ci/llama builds it. What needs it is skipped.")
        session.install("--no-deps", "-e", str(ROOT / "plugins" / LLAMACPP))


def with_needed(plugins: Iterable[str]) -> list[str]:
    """Return plugins, each after those of this repository that it depends on."""
    found: dict[str, None] = {}
    for plugin in plugins:
        required = project_of(plugin)["project"].get("dependencies", ())
        names = (re.split(r"[^\w-]", requirement, maxsplit=1)[0] for requirement in required)
        found |= dict.fromkeys([*with_needed(name for name in names if name in PLUGINS), plugin])
    return list(found)


def wheels_only() -> list[str]:
    """Return installer arguments that keep llama-cpp-python from being compiled."""
    folder = ["--find-links", str(WHEELS[-1].parent)] if WHEELS else []
    return ["--only-binary", LLAMACPP_ENGINE, *folder]


def editable(*plugins: str) -> list[str]:
    """Return installer arguments for the kernel and plugins, distributions nested in a plugin's folder included."""
    folders = [ROOT]
    for plugin in plugins:
        folder = ROOT / "plugins" / plugin
        folders += [folder, *sorted(path.parent for path in folder.glob("*/pyproject.toml"))]
    return [argument for folder in folders for argument in ("-e", str(folder))]


def is_private(plugin: str) -> bool:
    classifiers = project_of(plugin)["project"].get("classifiers", ())
    return any(classifier.startswith("Private ::") for classifier in classifiers)


WITH_MODEL = ("-e", f"{ROOT / 'plugins' / MINILM}[model]")
PUBLISHED = [plugin for plugin in PLUGINS if not is_private(plugin)]


@nox.session
def demo(session: nox.Session) -> None:
    """Optimize a program on data made on the spot; downloads nothing but the packages."""
    session.install(str(ROOT), str(ROOT / "plugins" / FEWSHOT))
    session.run("weft", "demo", *session.posargs)


@nox.session(name="demo-rag")
def demo_rag(session: nox.Session) -> None:
    """Optimize a RAG program over the docstrings of Python's standard library; downloads nothing but the packages."""
    session.install(str(ROOT), str(ROOT / "plugins" / FEWSHOT))
    session.run("python", str(ROOT / "benchmarks" / "stdlib_rag"))


@nox.session
def tests(session: nox.Session) -> None:
    """Everything: the kernel's tests here, then every plugin's, the lint and the types in sessions of their own."""
    for job in (*(f"plugin({plugin!r})" for plugin in PLUGINS), "together", "real-lm", "lint", "typing"):
        session.notify(job)
    session.install(*editable(KIT, FEWSHOT), "hatchling", "editables", *dependencies("test"))
    session.run("pytest", "tests", "--ignore=tests/together", "--doctest-modules", "core/weft", *session.posargs)


@nox.session
@nox.parametrize("plugin", PLUGINS, ids=[repr(plugin) for plugin in PLUGINS])
def plugin(session: nox.Session, plugin: str) -> None:
    """One plugin's tests and its conformance kit, in an environment that holds nothing else."""
    install(session, (KIT, plugin), *dependencies("test"), *own_dependencies(plugin))
    session.chdir(ROOT / "plugins" / plugin)
    session.run("pytest", *session.posargs)


@nox.session
def together(session: nox.Session) -> None:
    """All published plugins in one environment: they resolve, load, do not fight over names, and keep secrets."""
    install(session, PUBLISHED, *dependencies("test"))
    session.run("weft", "doctor")
    session.run("pytest", "tests/together", "tests/modules/test_agent_tasks.py", *session.posargs)


@nox.session(name="real-lm")
def real_lm(session: nox.Session) -> None:
    """Optimizers improve a tiny model that was trained from scratch; `nox -s real-lm -- --train` trains it again."""
    arguments = [argument for argument in session.posargs if argument != "--train"]
    install(session, REAL_LM_PLUGINS, *dependencies("test"), *own_dependencies(LLAMACPP))
    if "--train" in session.posargs:
        session.install("jax>=0.4.30", "jinja2>=3.1", "tokenizers>=0.19")
        session.run("python", str(ROOT / "benchmarks" / "real_lm" / "train.py"))
    session.run("pytest", "benchmarks/real_lm", *arguments)


@nox.session
def lowest(session: nox.Session) -> None:
    """The kernel's tests with the oldest dependencies it claims to work with; needs uv."""
    session.install(*editable(KIT, FEWSHOT), *dependencies("test"), "--resolution", "lowest-direct")
    session.install("hatchling", "editables")
    session.run("pytest", "tests", "--ignore=tests/together", *session.posargs)


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
    needed = [requirement for plugin in PUBLISHED for requirement in own_dependencies(plugin)]
    install(session, PUBLISHED, "nox", *dependencies("test"), *needed, *dependencies("typing"))
    session.run("pyright")


@nox.session
def bench(session: nox.Session) -> None:
    """The measurements of benchmarks/, or those named: `nox -s bench -- overhead`."""
    install(session, (KIT, FEWSHOT, OPENAI, SANDBOX))
    names = session.posargs or sorted(path.stem for path in (ROOT / "benchmarks").glob("[!_]*.py"))
    for name in names:
        session.run("python", str(ROOT / "benchmarks" / f"{name}.py"))


@nox.session
def minilm(session: nox.Session) -> None:
    """The tests of weft-minilm with its model, which takes torch and gigabytes; `tests` runs them without."""
    install(session, (KIT,), *WITH_MODEL, *dependencies("test"))
    session.chdir(ROOT / "plugins" / MINILM)
    session.run("pytest", *session.posargs)


@nox.session
def retrieval(session: nox.Session) -> None:
    """How well retrievers find, on Cranfield; `-- minilm` with the vectors of a model, which takes torch.

    `-- retrieval_overhead` measures what weft costs them; its options may follow, as in `--passages 20000`.
    """
    with_model = WITH_MODEL if "minilm" in session.posargs else ()
    install(session, RETRIEVERS, "ir-measures>=0.3", *own_dependencies(PGVECTOR), *with_model)
    measures_cost = session.posargs[:1] == ["retrieval_overhead"]
    name, *options = session.posargs if measures_cost else ["retrieval"]
    session.run("python", str(ROOT / "benchmarks" / f"{name}.py"), *options)


@nox.session
def throughput(session: nox.Session) -> None:
    """Calls a second, beside those of other packages, which get environments of their own."""
    install(session, (KIT, OPENAI))
    interpreters: dict[str, str | None] = {}
    for variable, package in (("DSPY_PYTHON", "dspy==3.4.1"), ("OPENAI_PYTHON", "openai")):
        folder = Path(session.create_tmp()).resolve() / package.partition("=")[0]
        session.run("uv", "venv", "--clear", str(folder), external=True, silent=True)
        interpreters[variable] = str(folder / "bin" / "python")
        session.run("uv", "pip", "install", "--python", str(folder), package, external=True, silent=True)
    session.run("python", str(ROOT / "benchmarks" / "throughput.py"), env=interpreters)


@nox.session
def build(session: nox.Session) -> None:
    """Build every published distribution, check its metadata, and import the kernel's wheel in a clean environment."""
    session.install("build", "hatchling", "twine")
    out = Path(session.create_tmp()).resolve() / "dist"
    for folder in (ROOT, *(ROOT / "plugins" / plugin for plugin in PUBLISHED)):
        session.run("python", "-m", "build", "--no-isolation", "--outdir", str(out), str(folder), silent=True)
    session.run("twine", "check", "--strict", *map(str, sorted(out.iterdir())))
    session.install(
        *wheels_only(), *(str(wheel) for wheel in sorted(out.glob("*.whl")) if WHEELS or "llamacpp" not in wheel.name)
    )
    session.run("python", "-c", "import weft; weft.LM('embedded/incontext')", env={"PYTHONPATH": ""})
