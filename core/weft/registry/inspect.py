"""What is installed and what of it works: the rows of ``weft plugins``, the checks of ``weft doctor``."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from ..errors import WeftError
from . import choose
from .builtin import BUILTIN
from .index import CONTRACT_MAJOR, KERNEL, Entry, installed, kernel_version
from .kinds import KINDS
from .load import load, provider
from .refs import is_legal_name

if TYPE_CHECKING:
    from collections.abc import Iterator

Status = Literal["built-in", "ok", "blocked", "conflict", "incompatible", "illegal name"]


@dataclass(frozen=True, slots=True)
class Row:
    """One entry and whether it would be used; known from metadata alone."""

    kind: str
    name: str
    distribution: str
    version: str
    value: str
    status: Status


@dataclass(frozen=True, slots=True)
class Check:
    """What loading one entry showed.

    Attributes:
        row: the entry.
        status: the row's, or ``failed`` where loading it failed.
        milliseconds: how long it took to import; None where it was not or could not be loaded.
        hooks: the names of the hooks it implements.
        error: what is wrong, in a sentence or two; None if nothing is.
    """

    row: Row
    status: Status | Literal["failed"]
    milliseconds: float | None = None
    hooks: tuple[str, ...] = ()
    error: str | None = None


def rows() -> list[Row]:
    """Return every built-in and every installed entry, sorted by kind and name; imports none of them."""
    found = [*_builtin_rows(), *(_row(entry) for entry in _relevant_entries())]
    order = list(KINDS)
    return sorted(found, key=lambda row: (order.index(row.kind), row.name, row.distribution))


def check(row: Row) -> Check:
    """Load one entry, unless its status forbids it, and report; nothing it raises gets out."""
    if row.status not in ("ok", "built-in"):
        return Check(row, row.status, error=_objection(row))
    entry = Entry(row.kind, row.name, row.value, row.distribution, "" if row.status == "built-in" else row.version)
    try:
        provider(entry)
        plugin = load(entry)
    except WeftError as error:
        return Check(row, "failed", error=str(error))
    return Check(row, row.status, plugin.milliseconds, plugin.hooks())


def _builtin_rows() -> Iterator[Row]:
    version = kernel_version()
    for kind, names in BUILTIN.items():
        for name, value in names.items():
            yield Row(kind, name, KERNEL, version, value, "built-in")


def _relevant_entries() -> Iterator[Entry]:
    """Yield all entries, without those for other majors of what the same distribution offers for ours too."""
    entries = installed().entries
    ours: defaultdict[str, set[tuple[str, str]]] = defaultdict(set)
    for entry in entries:
        if entry.major == CONTRACT_MAJOR:
            ours[entry.dist].add((entry.kind, entry.name))
    for entry in entries:
        if entry.major == CONTRACT_MAJOR or (entry.kind, entry.name) not in ours[entry.dist]:
            yield entry


def _row(entry: Entry) -> Row:
    return Row(entry.kind, entry.name, entry.dist, entry.version, entry.value, _status(entry))


def _status(entry: Entry) -> Status:
    if not is_legal_name(entry.name):
        return "illegal name"
    if entry.major != CONTRACT_MAJOR:
        return "incompatible"
    if not choose.is_permitted(entry):
        return "blocked"
    return "conflict" if entry.name in BUILTIN[entry.kind] or not _wins(entry) else "ok"


def _wins(entry: Entry) -> bool:
    permitted = _permitted(entry.kind, entry.name)
    return permitted == [entry] or choose.preferred(permitted) == entry


def _permitted(kind: str, name: str) -> list[Entry]:
    return [entry for entry in installed().find(kind, name) if choose.is_permitted(entry)]


def _objection(row: Row) -> str:
    """Say why an entry is not loaded, in the words of the error that asking for it would raise."""
    entry = next((entry for entry in installed().entries if _row(entry) == row), None)
    if entry is None:
        return f"{row.distribution} {row.version} no longer lists {row.name!r}."
    if row.status == "illegal name":
        return (
            f"{entry.owner} lists the {KINDS[row.kind].noun} {row.name!r}, a name that can never be asked for. "
            f"Its authors must use lowercase letters, digits and '_', '.', '-'."
        )
    if row.status == "incompatible":
        return str(choose.incompatible(entry))
    if row.status == "blocked":
        return str(choose.blocked(entry))
    return _rivalry(entry)


def _rivalry(entry: Entry) -> str:
    if entry.name in BUILTIN[entry.kind]:
        return (
            f"{entry.owner} lists {entry.name!r}, which is the kernel's own {KINDS[entry.kind].noun} and always wins."
        )
    permitted = _permitted(entry.kind, entry.name)
    chosen = choose.preferred(permitted)
    if chosen is not None:
        return f"{entry.owner} gives way to {chosen.owner}, which the setting 'prefer' names."
    return str(choose.conflict(permitted))
