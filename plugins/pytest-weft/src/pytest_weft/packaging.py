"""Checks of the distribution that offers the plugin: metadata, and what importing its entry module does."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from functools import lru_cache
from importlib import metadata, util
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

import weft
from weft.registry import check, rows

from .levels import advisory
from .plugin import ENVIRONMENT

if TYPE_CHECKING:
    from collections.abc import Mapping

    from weft.registry import Row

_GROUP = re.compile(r"weft\.v\d+\.(lm|rm|adapter|optimizer|interpreter|toolset|embedder|cache)")
_PROBE = Path(__file__).with_name("probe.py")


class PackagingChecks:
    """Checks of packaging; those that ask for a distribution are skipped where `ref` comes from none.

    Attributes:
        heavy: modules that must not be imported before the plugin is used, such as the vendor's SDK.
    """

    kind: ClassVar[str]
    ref: ClassVar[str] = ""
    heavy: ClassVar[tuple[str, ...]] = ()

    def test_entry_point_resolves(self) -> None:
        """The entry point loads, fits the hooks of this weft and implements the factory of its kind."""
        found = check(self._installed())
        assert found.error is None, found.error

    def test_groups_and_names_are_legal(self) -> None:
        """Every entry of the distribution in a group of weft's can be asked for by its name."""
        row = self._installed()
        groups = {point.group for point in _distribution(row).entry_points if point.group.startswith("weft.")}
        strange = sorted(group for group in groups if not _GROUP.fullmatch(group))
        assert not strange, f"there are no such entry-point groups: {strange}; they are named weft.v1.<kind>"
        illegal = [other.name for other in _of_distribution(row) if other.status == "illegal name"]
        assert not illegal, f"names must be lowercase letters, digits and '_', '.', '-': {illegal}"

    def test_requires_weft_without_a_cap(self) -> None:
        """The distribution depends on weft and allows every later minor version of it."""
        required = [Requirement(line) for line in _distribution(self._installed()).requires or ()]
        ours = [requirement for requirement in required if canonicalize_name(requirement.name) == "weft"]
        assert ours, "the distribution must depend on weft"
        later = f"{weft.__version__.partition('.')[0]}.9999"
        for requirement in ours:
            assert requirement.specifier.contains(later, prereleases=True), (
                f"{requirement} keeps later minor versions of weft out; give a floor such as weft>=0.1 and no cap"
            )

    def test_import_package_is_flat(self) -> None:
        """The import package is a regular one of its own: no namespace package and nothing inside weft."""
        top = self._top_module()
        spec = util.find_spec(top)
        assert spec is not None, f"the package {top!r} cannot be found"
        assert spec.origin is not None, f"{top!r} is a namespace package; give it an __init__.py"
        assert top != "weft", "a plugin must not put modules into the kernel's package"

    @advisory
    def test_import_package_is_named_after_weft(self) -> None:
        """By custom the import package is called weft_<thing>."""
        top = self._top_module()
        assert top.startswith("weft_"), f"the package {top!r} would by custom be called weft_{top}"

    def test_ships_py_typed(self) -> None:
        """The package has a py.typed, so that users' type checkers read its annotations."""
        top = self._top_module()
        spec = util.find_spec(top)
        folders = list(spec.submodule_search_locations or ()) if spec is not None else []
        assert any((Path(folder) / "py.typed").is_file() for folder in folders), f"{top!r} has no py.typed"

    def test_import_leaves_heavy_modules_alone(self) -> None:
        """Importing the entry module imports no SDK; that waits for the factory or the first call."""
        loaded = self._imported()["modules"]
        early = [name for name in self.heavy if name in loaded]
        assert not early, f"importing the entry module imports {early}"

    def test_import_opens_no_socket(self) -> None:
        """Importing the entry module opens no socket."""
        assert self._imported()["sockets"] == 0, "importing the entry module opens a socket"

    def test_import_starts_no_thread(self) -> None:
        """Importing the entry module starts no thread."""
        assert self._imported()["threads"] == 0, "importing the entry module starts a thread"

    def test_import_sets_no_environment(self) -> None:
        """Importing the entry module leaves the environment as it is."""
        changed = self._imported()["environment"]
        assert not changed, f"importing the entry module changes the environment variables {changed}"

    def test_import_leaves_logging_alone(self) -> None:
        """Importing the entry module leaves the root logger as it is."""
        assert not self._imported()["logging"], "importing the entry module changes the root logger"

    def _entry(self) -> Row:
        """Return the entry that `ref` names; skips where a distribution lists none."""
        provider = self.ref.partition("/")[0]
        found = [row for row in rows() if (row.kind, row.name) == (self.kind, provider)]
        if not found:
            pytest.skip("the plugin under check comes from no installed distribution")
        return found[0]

    def _installed(self) -> Row:
        row = self._entry()
        if row.status == "built-in":
            pytest.skip("the kernel's own plugins have no distribution of their own")
        return row

    def _top_module(self) -> str:
        return _module(self._installed()).partition(".")[0]

    def _imported(self) -> Mapping[str, Any]:
        return _probed(_module(self._entry()), tuple(sys.path))


def _module(row: Row) -> str:
    return row.value.partition("[")[0].partition(":")[0].strip()


def _distribution(row: Row) -> metadata.Distribution:
    return metadata.distribution(row.distribution)


def _of_distribution(row: Row) -> list[Row]:
    return [other for other in rows() if other.distribution == row.distribution]


@lru_cache(maxsize=64)
def _probed(module: str, path: tuple[str, ...]) -> Mapping[str, Any]:
    """Return what importing a module does in a process of its own."""
    environment = {**ENVIRONMENT, "PYTHONPATH": os.pathsep.join(filter(None, path))}
    done = subprocess.run(  # noqa: S603 - this very Python, with a file of this package
        [sys.executable, "-P", str(_PROBE), module],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.returncode == 0, f"importing {module!r} in a new process fails:\n{done.stderr}"
    return json.loads(done.stdout.splitlines()[-1])
