"""What is installed, from metadata alone: no plugin is imported to find out what it offers.

This is the only module that imports importlib_metadata, and it does so at the first look-up.
"""

from __future__ import annotations

import importlib
import re
import threading
from collections import defaultdict
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

from ..runtime.events import complain
from .builtin import BUILTIN
from .kinds import KINDS
from .refs import is_legal_name

if TYPE_CHECKING:
    from collections.abc import Generator, Iterable, Iterator
    from typing import Protocol

    class _EntryPoint(Protocol):
        group: str
        name: str
        value: str

    class _Distribution(Protocol):
        """The part of a distribution used here; the library leaves some of it untyped."""

        @property
        def name(self) -> str: ...
        @property
        def version(self) -> str: ...
        @property
        def entry_points(self) -> Iterable[_EntryPoint]: ...
        def read_text(self, filename: str, /) -> str | None: ...


CONTRACT_MAJOR = 1
KERNEL = "weft"

_GROUP = re.compile(rf"weft\.v(\d+)\.({'|'.join(KINDS)})")


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry point, as metadata has it.

    Attributes:
        kind: one of `KINDS`.
        name: the entry's name, which is what users write.
        value: where the hookimpls are: ``module`` or ``module:attribute``.
        dist: the distribution that lists it.
        version: that distribution's version; empty for the kernel's own.
        major: the contract's major version.
    """

    kind: str
    name: str
    value: str
    dist: str
    version: str
    major: int = CONTRACT_MAJOR

    @property
    def owner(self) -> str:
        """The distribution with its version, for messages."""
        return f"{self.dist} {self.version}".rstrip()

    @property
    def group(self) -> str:
        """The entry-point group."""
        return f"weft.v{self.major}.{self.kind}"


class Index:
    """Entries by kind and name. Immutable; made anew by a `refresh`."""

    __slots__ = ("_other_majors", "_usable", "entries")

    def __init__(self, entries: Iterable[Entry] = ()) -> None:
        self.entries = tuple(sorted(set(entries), key=lambda entry: (entry.kind, entry.name, entry.dist, entry.value)))
        self._usable: defaultdict[tuple[str, str], list[Entry]] = defaultdict(list)
        self._other_majors: defaultdict[tuple[str, str], list[Entry]] = defaultdict(list)
        for entry in self.entries:
            if is_legal_name(entry.name):
                found = self._usable if entry.major == CONTRACT_MAJOR else self._other_majors
                found[entry.kind, entry.name].append(entry)

    def find(self, kind: str, name: str) -> list[Entry]:
        """Return the entries that this kernel can use."""
        return self._usable.get((kind, name), [])

    def find_other_majors(self, kind: str, name: str) -> list[Entry]:
        """Return the entries written for another major version of the contract."""
        return self._other_majors.get((kind, name), [])

    def names(self, kind: str) -> set[str]:
        """Return the names of a kind that this kernel can use."""
        return {name for known_kind, name in self._usable if known_kind == kind}


_EMPTY = Index()
_lock = threading.Lock()
_index: Index | None = None
_discovery_offs = 0


def installed() -> Index:
    """Return the index of what is installed, built at the first call and kept until `refresh`."""
    global _index
    if _discovery_offs:
        return _EMPTY
    found = _index
    if found is None:
        with _lock:
            found = _index = _index or Index(_scan())
    return found


def refresh() -> None:
    """Look at the installed distributions again at the next use, as after an installation in a running notebook."""
    global _index
    importlib.invalidate_caches()
    with _lock:
        _index = None


@contextmanager
def discovery_off() -> Generator[None, None, None]:
    """Find nothing that is installed while the block runs, in the whole process."""
    global _discovery_offs
    with _lock:
        _discovery_offs += 1
    try:
        yield
    finally:
        with _lock:
            _discovery_offs -= 1


def builtin_entry(kind: str, name: str) -> Entry | None:
    """Return the kernel's own provider of that name."""
    value = BUILTIN[kind].get(name)
    return None if value is None else Entry(kind, name, value, KERNEL, "")


def canonical(distribution: str) -> str:
    """Return a distribution's name as package indexes compare it: ``Weft_Acme`` is ``weft-acme``."""
    return re.sub(r"[-_.]+", "-", distribution).lower()


def kernel_version() -> str:
    """Return the installed kernel's version, or nothing where it runs from a folder that was not installed."""
    from importlib_metadata import PackageNotFoundError, version

    try:
        return version(KERNEL)
    except PackageNotFoundError:
        return ""


def _scan() -> Iterator[Entry]:
    """Yield the entries of every distribution that lists one; an unreadable distribution is logged and left out."""
    import importlib_metadata

    seen: set[str] = set()
    for candidate in cast("Iterable[_Distribution]", importlib_metadata.distributions()):  # pyright: ignore[reportUnknownMemberType]
        if not _may_offer(candidate):
            continue
        try:
            name = canonical(candidate.name)
            if name not in seen:
                seen.add(name)
                # Asked by name again: of two copies on sys.path only the first is imported, with or without entries.
                yield from list(_entries(importlib_metadata.distribution(name)))
        except Exception:  # noqa: BLE001 - metadata is other people's text, and one broken file must not hide the rest
            complain("The metadata of %s cannot be read; its plugins are left out.", candidate)


def _may_offer(candidate: _Distribution) -> bool:
    """Tell, without parsing, whether a distribution may list plugins."""
    try:
        return "weft.v" in (candidate.read_text("entry_points.txt") or "")
    except Exception:  # noqa: BLE001 - unreadable, and nothing says that it is a plugin
        return False


def _entries(found: _Distribution) -> Iterator[Entry]:
    for point in found.entry_points:
        group = _GROUP.fullmatch(point.group)
        if group is not None:
            yield Entry(group[2], point.name, point.value.strip(), found.name, found.version, int(group[1]))
