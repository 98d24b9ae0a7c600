"""A folder on sys.path with real distributions in it, written by hand; and contracts for plugins to keep."""

from __future__ import annotations

import importlib
import sys
from dataclasses import dataclass
from textwrap import dedent
from types import ModuleType
from typing import TYPE_CHECKING, Any, ClassVar

import pytest

from weft.registry import Contract, refresh
from weft.registry.load import forget_everything

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

LM_MODULE = """
    from toys import AcmeLM
    from weft.registry import hookimpl

    @hookimpl
    def weft_make_lm(ref, options):
        return AcmeLM(ref.name, **options)
"""


class LM(Contract):
    kind: ClassVar[str] = "lm"
    required: ClassVar[tuple[str, ...]] = ()


class RM(Contract):
    kind: ClassVar[str] = "rm"
    required: ClassVar[tuple[str, ...]] = ()


class Adapter(Contract):
    kind: ClassVar[str] = "adapter"
    required: ClassVar[tuple[str, ...]] = ()


class Optimizer(Contract):
    kind: ClassVar[str] = "optimizer"
    required: ClassVar[tuple[str, ...]] = ()


class AcmeLM(LM):
    def __init__(self, name: str = "", *, temperature: float = 1.0) -> None:
        self.name = name
        self.temperature = temperature


class AcmeAdapter(Adapter):
    def __init__(self, *, strict: bool = False) -> None:
        self.strict = strict


@dataclass
class Site:
    """A folder of distributions, as `pip install` leaves them."""

    folder: Path

    def module(self, name: str, source: str = LM_MODULE) -> None:
        (self.folder / f"{name}.py").write_text(dedent(source), encoding="utf-8")

    def distribution(self, name: str, entries: Mapping[str, Mapping[str, str]], version: str = "1.0") -> Path:
        """Write metadata; `entries` maps groups to names to values."""
        info = self.folder / f"{name.replace('-', '_')}-{version}.dist-info"
        info.mkdir()
        (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n", encoding="utf-8")
        lines = (
            line
            for group, points in entries.items()
            for line in (f"[{group}]", *(f"{point} = {value}" for point, value in points.items()), "")
        )
        (info / "entry_points.txt").write_text("\n".join(lines), encoding="utf-8")
        refresh()
        return info

    def lm(self, entry: str, source: str = LM_MODULE, *, version: str = "1.0") -> None:
        """Install weft-<entry>, an LM plugin in the module toy_<entry>."""
        self.module(f"toy_{entry}", source)
        self.distribution(f"weft-{entry}", {"weft.v1.lm": {entry: f"toy_{entry}"}}, version)

    def imported(self) -> set[str]:
        """Return the plugin modules that were imported."""
        return {name for name in sys.modules if name.startswith("toy_")}


@pytest.fixture(autouse=True)
def toys(monkeypatch: pytest.MonkeyPatch) -> Any:
    """The contracts and classes above, which plugins import as the module ``toys``."""
    module: Any = ModuleType("toys")
    for cls in (LM, RM, Adapter, Optimizer, AcmeLM, AcmeAdapter):
        setattr(module, cls.__name__, cls)
    module.log = []
    monkeypatch.setitem(sys.modules, "toys", module)
    return module


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Site]:
    monkeypatch.syspath_prepend(str(tmp_path))
    importlib.invalidate_caches()
    found = Site(tmp_path)
    yield found
    for name in found.imported():
        del sys.modules[name]
    forget_everything()
    refresh()
