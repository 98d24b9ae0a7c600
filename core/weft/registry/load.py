"""Loading one plugin: the guarded import, its registration with pluggy, and what is remembered of both.

Each plugin has a PluginManager to itself. A factory must be asked of exactly one plugin, and one observer's error
must not keep an event from the next; a manager shared by all can promise neither while threads load plugins.
"""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass
from functools import partial, reduce
from importlib import import_module
from typing import TYPE_CHECKING, Any

from ..errors import PluginContractError, PluginError, PluginIncompatible, PluginLoadError, WeftError
from ..runtime.events import emit
from ..runtime.settings import settings
from .kinds import KINDS
from .observers import observers
from .providers import Provider, in_words, remedy_for

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pluggy import PluginManager

    from .index import Entry
    from .refs import Ref


@dataclass(frozen=True, slots=True)
class Plugin:
    """A loaded plugin; one for every entry value, however many names and kinds it serves."""

    manager: PluginManager
    milliseconds: float

    def hooks(self) -> tuple[str, ...]:
        """Return the names of the hooks it implements."""
        relay: Mapping[str, Any] = vars(self.manager.hook)
        return tuple(sorted(name for name, caller in relay.items() if name[0] != "_" and caller.get_hookimpls()))


@dataclass(frozen=True, slots=True)
class _Failure:
    """A remembered failure. Raised as a new exception each time: a shared one would gather tracebacks."""

    kind: type[PluginError]
    message: str
    cause: BaseException | None

    def error(self) -> PluginError:
        error = self.kind(self.message)
        error.__cause__ = self.cause
        return error


class _Slot:
    """What became of one entry value. The lock is its own, so a slow import delays only those who wait for it."""

    __slots__ = ("failure", "lock", "plugin")

    def __init__(self) -> None:
        self.lock = threading.RLock()  # reentrant: a plugin may ask for itself while it is imported
        self.plugin: Plugin | None = None
        self.failure: _Failure | None = None


_slots: dict[str, _Slot] = {}  # one for every entry value that was asked for


def provider(entry: Entry) -> Provider:
    """Load an entry and return what makes its objects.

    Raises:
        PluginLoadError: its code raised.
        PluginContractError: it is not usable as a plugin, or lacks the factory of this kind.
        PluginIncompatible: it implements hooks or takes arguments that this weft does not have.
    """
    plugin = load(entry)
    factory = getattr(plugin.manager.hook, f"weft_make_{entry.kind}")
    if not factory.get_hookimpls():
        raise PluginContractError(
            f"{entry.owner} lists the {KINDS[entry.kind].noun} {entry.name!r}, but {entry.value!r} implements no "
            f"weft_make_{entry.kind}. {remedy_for(entry.dist)}"
        )
    return Provider(entry.owner, remedy_for(entry.dist), partial(_make, factory))


def _make(factory: Any, ref: Ref, options: Mapping[str, Any]) -> object:
    return factory(ref=ref, options=options)  # hooks take keywords only


def load(entry: Entry) -> Plugin:
    """Return the entry's plugin, imported once in the process; a failure is remembered until `forget_failures`.

    Raises:
        PluginError: as `provider` does.
    """
    slot = _slots.get(entry.value) or _slots.setdefault(entry.value, _Slot())
    if slot.plugin is not None:
        return slot.plugin
    with slot.lock:
        if slot.failure is not None:
            raise slot.failure.error()
        if slot.plugin is None:
            slot.plugin = _attempted(entry, slot)
            _announce(entry, slot.plugin)
    return slot.plugin


def forget_failures() -> None:
    """Try again to load what failed, when it is next asked for."""
    for slot in list(_slots.values()):
        slot.failure = None


def forget_everything() -> None:
    """Forget all loaded plugins and silence them, so that tests start afresh; modules stay imported."""
    observers.remove_all()
    _slots.clear()


def _attempted(entry: Entry, slot: _Slot) -> Plugin:
    circle = f"{entry.owner} asks for its own {entry.name!r} while it is being loaded. {remedy_for(entry.dist)}"
    slot.failure = _Failure(PluginLoadError, circle, None)
    started = time.perf_counter()
    failure = None
    try:
        manager = _registered(_imported(entry), entry)
    except PluginError as error:
        failure = _Failure(type(error), str(error), error.__cause__)
        raise
    finally:
        slot.failure = failure
    return Plugin(manager, (time.perf_counter() - started) * 1000)


def _announce(entry: Entry, plugin: Plugin) -> None:
    observers.add(entry.owner, plugin.manager)
    emit(
        "plugin.loaded",
        kind=entry.kind,
        name=entry.name,
        dist=entry.dist,
        version=entry.version,
        ms=plugin.milliseconds,
    )


def _imported(entry: Entry) -> object:
    """Import what the entry names: ``module``, ``module:attribute``, each perhaps followed by ``[extras]``."""
    module, _, path = entry.value.partition("[")[0].strip().partition(":")
    try:
        return reduce(getattr, filter(None, path.strip().split(".")), import_module(module.strip()))
    except (Exception, SystemExit) as error:  # a stranger's code; KeyboardInterrupt and the like pass through
        raise _load_error(entry, error) from error


def _registered(plugin: object, entry: Entry) -> PluginManager:
    """Register a plugin with pluggy, which checks its hooks and replays ``weft_configure``."""
    from pluggy import PluginManager, PluginValidationError

    from . import specs

    manager = PluginManager("weft")
    manager.add_hookspecs(specs)
    manager.hook.weft_configure.call_historic(kwargs={"settings": settings})
    try:
        manager.register(plugin, name=entry.value)
        manager.check_pending()
    except PluginValidationError as error:
        raise PluginIncompatible(
            f"{entry.owner} does not fit the hooks of this weft: {str(error).splitlines()[-1]}. "
            f"Update weft and the plugin together: pip install --upgrade weft {entry.dist}"
        ) from error
    except WeftError:  # from weft_configure: it speaks to the user, who may correct a setting and try again
        raise
    except Exception as error:  # the plugin's own hooks ran and may raise anything
        raise _load_error(entry, error) from error
    return manager


def _load_error(entry: Entry, error: BaseException) -> PluginLoadError:
    if isinstance(error, ImportError):
        remedy = f"Install it again with what it needs: pip install --upgrade --force-reinstall {entry.dist}"
    else:
        remedy = remedy_for(entry.dist)
    return PluginLoadError(f"{entry.owner} could not be loaded from {entry.value!r}: {in_words(error)}. {remedy}")
