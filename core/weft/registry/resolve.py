"""From a name to an object: instance, this process, built-in, installed.

The order is the whole policy. Nothing is imported but the one plugin that is meant, and a plugin that is broken,
slow or in conflict is met only by those who ask for it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar, cast

from ..errors import OptionError
from . import index
from .builtin import BUILTIN
from .choose import choose
from .inprocess import registered, registered_names
from .load import forget_failures, provider
from .providers import Provider, made
from .refs import Ref

if TYPE_CHECKING:
    from collections.abc import Mapping

    from .contract import Contract

T = TypeVar("T")


def resolve(contract: type[T], ref: object, options: Mapping[str, Any]) -> T:
    """Return the object of the contract that `ref` asks for; an instance passes through.

    Args:
        contract: LM, RM, Adapter, Optimizer, Interpreter, Toolset or CacheStore.
        ref: a reference such as ``openai/gpt-5-mini`` or ``json``, or an instance of `contract`.
        options: keyword options for the provider's factory.

    Raises:
        InvalidRef: the reference cannot be read.
        OptionError: options for an instance, or an option that the provider's class does not have.
        PluginError: there is no such plugin, or not exactly one, or it cannot be loaded or trusted.
    """
    if isinstance(ref, contract):
        return _untouched(contract, ref, options)
    kind = cast("type[Contract]", contract).kind
    parsed = Ref.parse(ref, kind=kind)
    return cast("T", made(_provider(kind, parsed), contract, kind, parsed, options))


def provides(kind: str, ref: str) -> bool:
    """Whether anything here or installed has the name of a reference, whatever comes of it."""
    parsed = Ref.parse(ref, kind=kind)
    return parsed.provider in registered_names(kind) | BUILTIN[kind].keys() | index.installed().names(kind)


def refresh() -> None:
    """Look at what is installed anew, and try again what failed to load; for use after a `pip install`."""
    forget_failures()
    index.refresh()


def _provider(kind: str, ref: Ref) -> Provider:
    found = registered(kind, ref.provider)
    if found is not None:
        return found
    entry = index.builtin_entry(kind, ref.provider)
    return provider(entry or choose(kind, ref, registered_names(kind) | BUILTIN[kind].keys()))


def _untouched(contract: type[T], instance: T, options: Mapping[str, Any]) -> T:
    if options:
        given = ", ".join(map(repr, options))
        raise OptionError(
            f"{contract.__name__}(…) was given an instance, {type(instance).__name__}, together with {given}. "
            f"Give options where the instance is made."
        )
    return instance
