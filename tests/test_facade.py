"""`import weft` is light, and offers exactly what `__all__` says."""

from __future__ import annotations

import importlib
import re
import subprocess
import sys

import pytest

import weft

HEAVY = {"pydantic", "pydantic_core", "pluggy", "importlib_metadata", "asyncio", "rich", "typer", "typing_extensions"}


def imported_by(code: str) -> set[str]:
    program = f"{code}\nimport sys\nprint('\\n'.join(sys.modules))"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    return set(done.stdout.split())


def test_all_is_sorted_unique_and_complete() -> None:
    assert list(weft.__all__) == sorted(set(weft.__all__))
    assert set(weft.__all__) <= set(dir(weft))


@pytest.mark.parametrize("name", weft.__all__)
def test_every_name_can_be_used_and_has_a_docstring(name: str) -> None:
    value = getattr(weft, name)
    assert value is getattr(weft, name)
    assert value.__doc__


def test_the_static_names_are_the_real_ones() -> None:
    """What a type checker sees (the imports under TYPE_CHECKING) is what there is at run time."""
    import ast
    from pathlib import Path

    tree = ast.parse(Path(str(weft.__file__)).read_text(encoding="utf-8"))
    static = {
        alias.asname: (f"weft.{node.module}", alias.name)
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and node.level == 1
        for alias in node.names
        if alias.asname
    }
    static.pop("errors", None)  # a module, not a name in one
    assert set(static) == set(weft.__all__) - {"errors"}
    for name, (module, attribute) in static.items():
        assert getattr(importlib.import_module(module), attribute) is getattr(weft, name)


def test_importing_weft_imports_nothing_heavy() -> None:
    loaded = imported_by("import weft; weft.__version__; weft.errors.WeftError")
    assert not HEAVY & loaded
    assert not {name for name in loaded if name.startswith("weft.")} - {"weft.errors", "weft.secrets"}


def test_settings_need_neither_pydantic_nor_a_loop() -> None:
    assert not {"pydantic", "pluggy", "importlib_metadata", "asyncio", "rich"} & imported_by(
        "import weft; weft.configure(concurrency=2); weft.settings.concurrency"
    )


def test_an_unknown_name_is_corrected() -> None:
    with pytest.raises(AttributeError, match=r"weft has no 'Predct'. Did you mean 'Predict'"):
        _ = weft.Predct  # type: ignore[attr-defined]
    with pytest.raises(ImportError, match="cannot import name 'Predct'"):
        from weft import Predct  # type: ignore[attr-defined] # noqa: F401
    assert not hasattr(weft, "no_such_name_at_all")


def test_a_star_import_brings_what_all_says() -> None:
    names: dict[str, object] = {}
    exec("from weft import *", names)
    assert set(weft.__all__) <= set(names)


def test_every_exception_is_in_the_tree_that_the_docstring_draws() -> None:
    drawn: dict[str, tuple[str, ...]] = {}
    above: list[str] = []
    for line in (weft.errors.__doc__ or "").splitlines()[2:]:
        found = re.match(r"(?P<branches>[│├└─ ]*)(?P<name>\w+)(?: \((?P<builtin>\w+)\))?", line)
        assert found
        above[len(found["branches"]) // 4 :] = [found["name"]]
        drawn[found["name"]] = tuple(filter(None, (above[-2] if len(above) > 1 else "Exception", found["builtin"])))
    classes = {name: value for name, value in vars(weft.errors).items() if isinstance(value, type)}
    assert drawn == {name: tuple(base.__name__ for base in cls.__bases__) for name, cls in classes.items()}
