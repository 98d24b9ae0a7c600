"""Which of the installed entries is meant: the allow-list, the block-list, and exactly one distribution."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..errors import PluginBlocked, PluginConflict, PluginIncompatible
from ..runtime.settings import settings
from .hints import not_found
from .index import CONTRACT_MAJOR, Entry, canonical, installed
from .kinds import KINDS

if TYPE_CHECKING:
    from collections.abc import Sequence, Set

    from .refs import Ref


def choose(kind: str, ref: Ref, known: Set[str]) -> Entry:
    """Return the one installed entry that provides `ref`; `known` are the other names an error may suggest.

    Raises:
        PluginBlocked: the settings forbid every distribution that provides it.
        PluginConflict: several distributions provide it, and no setting prefers one.
        PluginIncompatible: it is provided for another major version of the contract only.
        PluginNotFound: nothing provides it.
    """
    index = installed()
    found = index.find(kind, ref.provider)
    permitted = [entry for entry in found if is_permitted(entry)]
    if len(permitted) == 1:
        return permitted[0]
    if permitted:
        chosen = preferred(permitted)
        if chosen is None:
            raise conflict(permitted)
        return chosen
    if found:
        raise blocked(found[0])
    others = index.find_other_majors(kind, ref.provider)
    raise incompatible(others[-1]) if others else not_found(kind, ref, known | index.names(kind))


def is_permitted(entry: Entry) -> bool:
    """Tell whether ``plugins.allow`` and ``plugins.block`` let the entry be loaded."""
    return _forbidding_setting(entry) is None


def preferred(entries: Sequence[Entry]) -> Entry | None:
    """Return the entry of the distribution that the setting ``prefer`` names, if it names one of these."""
    choice = settings.get("prefer").get(f"{entries[0].kind}.{entries[0].name}")
    chosen = [entry for entry in entries if choice is not None and canonical(entry.dist) == canonical(choice)]
    return chosen[0] if len(chosen) == 1 else None


def blocked(entry: Entry) -> PluginBlocked:
    """Return the error for an entry that the settings forbid."""
    key = _forbidding_setting(entry) or "plugins.allow"
    remedy = "Remove it from" if key == "plugins.block" else "Add it to"
    return PluginBlocked(
        f"{entry.owner} provides the {KINDS[entry.kind].noun} {entry.name!r}, but the setting {key!r} "
        f"(in {_source(key)}) forbids loading it. {remedy} {key!r} to use it."
    )


def conflict(entries: Sequence[Entry]) -> PluginConflict:
    """Return the error for several entries of one name."""
    first = entries[0]
    key, noun = f"{first.kind}.{first.name}", KINDS[first.kind].noun
    if len({canonical(entry.dist) for entry in entries}) == 1:
        values = " and ".join(repr(entry.value) for entry in entries)
        return PluginConflict(
            f"{first.owner} lists the {noun} {first.name!r} {len(entries)} times: {values}. "
            f"Update it (pip install --upgrade {first.dist}) or report this to its authors."
        )
    owners = " and ".join(dict.fromkeys(entry.owner for entry in entries))
    return PluginConflict(
        f"{len(entries)} installed distributions provide the {noun} {first.name!r}: {owners}.{_wrong_preference(key)} "
        f"Choose one with weft.configure(prefer={{{key!r}: {first.dist!r}}}), or uninstall the other."
    )


def incompatible(entry: Entry) -> PluginIncompatible:
    """Return the error for an entry of another contract major."""
    outdated = "weft" if entry.major > CONTRACT_MAJOR else entry.dist
    return PluginIncompatible(
        f"{entry.owner} provides the {KINDS[entry.kind].noun} {entry.name!r} for version {entry.major} of the contract "
        f"(entry-point group {entry.group!r}), and this weft speaks version {CONTRACT_MAJOR}. "
        f"Update {outdated}: pip install --upgrade {outdated}"
    )


def _forbidding_setting(entry: Entry) -> str | None:
    name = canonical(entry.dist)
    allow = settings.get("plugins.allow")
    if allow is not None and name not in map(canonical, allow):
        return "plugins.allow"
    return "plugins.block" if name in map(canonical, settings.get("plugins.block")) else None


def _wrong_preference(key: str) -> str:
    choice = settings.get("prefer").get(key)
    return (
        "" if choice is None else f" The setting 'prefer' (in {_source('prefer')}) names {choice!r}, which is not one."
    )


def _source(key: str) -> str:
    return settings.explain(key)[0][0]
