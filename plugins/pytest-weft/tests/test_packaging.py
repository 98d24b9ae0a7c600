"""The kit's checks of packaging, on distributions written into a folder, each with one fault."""

from __future__ import annotations

import importlib
from textwrap import dedent
from typing import TYPE_CHECKING

import pytest
from kit_on_mutants import failures, run_inline

from pytest_weft.packaging import PackagingChecks
from weft.registry import refresh
from weft.registry.load import forget_everything

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

pytest_plugins = ["pytester"]

ENTRY = """
from weft.registry import hookimpl

@hookimpl
def weft_make_adapter(ref, options):
    from weft import ChatAdapter
    return ChatAdapter(**options)
"""

# mutation → (what is different, the check that must fail)
FAULTS: dict[str, tuple[dict[str, str], str]] = {
    "raises": ({"code": "raise RuntimeError('no')"}, "test_entry_point_resolves"),
    "strange-group": ({"entries": "[weft.v1.llm]\nx = weft_strange_group"}, "test_groups_and_names_are_legal"),
    "strange-name": ({"entries": "Strange-Name = weft_strange_name"}, "test_groups_and_names_are_legal"),
    "capped": ({"requires": "weft>=0.1,<0.2"}, "test_requires_weft_without_a_cap"),
    "pinned": ({"requires": "weft==0.1.0"}, "test_requires_weft_without_a_cap"),
    "no-requirement": ({"requires": "requests"}, "test_requires_weft_without_a_cap"),
    "namespace": ({"init": "no"}, "test_import_package_is_flat"),
    "odd": ({"package": "odd_package"}, "test_import_package_is_named_after_weft"),
    "untyped": ({"typed": "no"}, "test_ships_py_typed"),
    "heavy": ({"code": "import wave"}, "test_import_leaves_heavy_modules_alone"),
    "socket": ({"code": "import socket; socket.socket().close()"}, "test_import_opens_no_socket"),
    "thread": ({"code": "import threading; threading.Thread(target=int).start()"}, "test_import_starts_no_thread"),
    "environment": ({"code": "import os; os.environ['ACME'] = '1'"}, "test_import_sets_no_environment"),
    "logging": ({"code": "import logging; logging.basicConfig()"}, "test_import_leaves_logging_alone"),
}


IMPORTING = {FAULTS[name][1] for name in ("heavy", "socket", "thread", "environment", "logging")}


@pytest.fixture
def site(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder on the path, for distributions."""
    folder = tmp_path_factory.mktemp("site")
    monkeypatch.syspath_prepend(str(folder))  # pyright: ignore[reportUnknownMemberType]
    yield folder
    forget_everything()
    refresh()


def install(site: Path, name: str, fault: dict[str, str]) -> None:
    """Write weft-<name>, an adapter plugin, as an installer leaves it."""
    module = fault.get("package", f"weft_{name.replace('-', '_')}")
    package = site / module
    package.mkdir()
    entry = module
    if fault.get("init") == "no":
        (package / "entry.py").write_text(ENTRY)
        entry = f"{module}.entry"
    else:
        (package / "__init__.py").write_text(f"{ENTRY}\n{fault.get('code', '')}\n")
    if fault.get("typed") != "no":
        (package / "py.typed").touch()
    info = site / f"weft_{name.replace('-', '_')}-1.0.dist-info"
    info.mkdir()
    requires = fault.get("requires", "weft>=0.1,<2")
    (info / "METADATA").write_text(
        f"Metadata-Version: 2.1\nName: weft-{name}\nVersion: 1.0\nRequires-Dist: {requires}\n"
    )
    entries = f"[weft.v1.adapter]\n{name} = {entry}\n{fault.get('entries', '')}\n"
    (info / "entry_points.txt").write_text(entries)


def test_each_fault_fails_its_check_and_no_other(site: Path, pytester: pytest.Pytester) -> None:
    lines = ["from pytest_weft.conformance import Conformance"]
    for name, (fault, _) in {"correct": ({}, ""), **FAULTS}.items():
        install(site, name, dict(fault))
        cls = "Test" + name.replace("-", "_")
        lines += [f"class {cls}(Conformance):", f"    kind, ref, heavy = 'adapter', {name!r}, ('wave',)"]
    importlib.invalidate_caches()
    refresh()
    pytester.makepyfile(dedent("\n".join(lines)))
    run = run_inline(pytester, "not unknown")
    found = dict(failures(run))
    raising = found.pop("raises")
    assert found == {name.replace("-", "_"): {check} for name, (_, check) in FAULTS.items() if name != "raises"}
    assert raising == {"test_entry_point_resolves", *IMPORTING}  # what cannot be imported fails all that import it


def test_each_check_has_a_fault() -> None:
    checks = {name for name in dir(PackagingChecks) if name.startswith("test_")}
    assert {check for _, check in FAULTS.values()} == checks
