"""Providers that an application or a test registers itself, without a distribution. They win over everything."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, cast

from ..errors import InvalidRef, PluginContractError, PluginNotFound
from ..spelling import hint
from .contract import ContractMeta
from .index import discovery_off
from .kinds import kind_named
from .providers import Provider
from .refs import is_legal_name

if TYPE_CHECKING:
    from collections.abc import Generator, Mapping

    from .contract import Contract
    from .providers import Make
    from .refs import Ref

# Swapped as a whole, never changed in place, so that readers need no lock.
_providers: Mapping[tuple[str, str], Provider] = {}


def register(kind: str, name: str, factory: Make | type) -> None:
    """Let `name` be resolved by `factory` in this process, whatever is installed; a later registration replaces it.

    Args:
        kind: ``lm``, ``rm``, ``adapter``, ``optimizer``, ``interpreter``, ``toolset`` or ``cache``.
        name: what users write before the slash: lowercase letters, digits and ``_ . -``.
        factory: called as ``factory(ref, options)``; or a class of the contract, called as
            ``cls(ref.name, **options)`` for LMs, RMs and stores and as ``cls(**options)`` for the others.

    Raises:
        OptionError: there is no such kind.
        InvalidRef: the name has other characters.
        PluginContractError: the factory cannot be called, or is a class of another kind.

    Example:
        >>> import weft
        >>> register("lm", "mine", lambda ref, options: weft.LM("scripted/mine", answers=[ref.name], **options))
        >>> weft.LM("mine/hello")("Hi").text
        'hello'
        >>> unregister("lm", "mine")
    """
    global _providers
    noun = kind_named(kind).noun
    if not is_legal_name(name):
        raise InvalidRef(f"{name!r} cannot name the {noun}. Use lowercase letters, digits and '_', '.', '-'.")
    provider = Provider(
        owner=f"The {noun} {name!r} registered in this process",
        remedy="Correct the factory given to weft.registry.register.",
        make=_from_class(kind, factory) if isinstance(factory, type) else factory,
    )
    if not callable(factory):
        raise PluginContractError(f"{provider.owner} has a factory that cannot be called: {factory!r}.")
    _providers = {**_providers, (kind, name): provider}


def unregister(kind: str, name: str) -> None:
    """Undo `register`.

    Raises:
        OptionError: there is no such kind.
        PluginNotFound: nothing is registered in this process by that name.
    """
    global _providers
    noun = kind_named(kind).noun
    if (kind, name) not in _providers:
        raise PluginNotFound(f"No {noun} {name!r} is registered in this process.{hint(name, registered_names(kind))}")
    _providers = {key: provider for key, provider in _providers.items() if key != (kind, name)}


def registered(kind: str, name: str) -> Provider | None:
    """Return what `register` was last given for the name."""
    return _providers.get((kind, name))


def registered_names(kind: str) -> set[str]:
    """Return the names of a kind that are registered in this process."""
    return {name for known_kind, name in _providers if known_kind == kind}


@contextmanager
def isolated_registry() -> Generator[None, None, None]:
    """Resolve only built-ins and what the block itself registers; afterwards everything is as before.

    For tests. It holds for the whole process, worker threads included.

    Example:
        >>> import weft
        >>> with isolated_registry():
        ...     register("lm", "mine", lambda ref, options: weft.LM("scripted/mine", answers=["Hi."]))
        ...     weft.LM("mine").ref
        'scripted/mine'
    """
    global _providers
    before, _providers = _providers, {}
    try:
        with discovery_off():
            yield
    finally:
        _providers = before


def _from_class(kind: str, cls: type[Any]) -> Make:
    what = kind_named(kind)
    if not isinstance(cls, ContractMeta) or cast("type[Contract]", cls).kind != kind:
        raise PluginContractError(f"{cls.__name__} is no class of weft.{what.contract}, so it is no {what.noun}.")

    def make(ref: Ref, options: Mapping[str, Any]) -> object:
        return cls(ref.name, **options) if what.takes_name else cls(**options)

    return make
