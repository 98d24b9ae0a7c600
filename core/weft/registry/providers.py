"""What resolving a name ends at: something that makes objects, and whom to name when it fails."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ..errors import PluginContractError, PluginLoadError, PluginNotFound, WeftError
from .kinds import KINDS

if TYPE_CHECKING:
    from .refs import Ref

Make = Callable[["Ref", Mapping[str, Any]], object]


@dataclass(frozen=True, slots=True)
class Provider:
    """A factory with its owner.

    Attributes:
        owner: who is responsible, such as ``weft-acme 1.2.0``; begins a sentence.
        remedy: what the user can do when it fails, as a sentence.
        make: the factory.
    """

    owner: str
    remedy: str
    make: Make


def made(provider: Provider, contract: type, kind: str, ref: Ref, options: Mapping[str, Any]) -> object:
    """Return what the provider makes of `ref`, an instance of `contract`.

    Raises:
        PluginNotFound: the factory returned None.
        PluginContractError: the factory returned something else.
        PluginLoadError: the factory raised; weft's own errors pass through.
    """
    wanted = f"the {KINDS[kind].contract} {str(ref)!r}"
    try:
        result = provider.make(ref, options)
    except WeftError:
        raise
    except (Exception, SystemExit) as error:  # a stranger's code; say whose it is
        raise PluginLoadError(
            f"{provider.owner} failed to make {wanted}: {in_words(error)}. {provider.remedy}"
        ) from error
    if result is None:
        raise PluginNotFound(
            f"{provider.owner} makes nothing of {str(ref)!r}. Check what stands after the slash. {provider.remedy}"
        )
    if not isinstance(result, contract):
        raise PluginContractError(
            f"{provider.owner} made {type(result).__name__} {result!r:.60} for {wanted}, which is no "
            f"weft.{KINDS[kind].contract}. {provider.remedy}"
        )
    return result


def remedy_for(distribution: str) -> str:
    """Return what a user can do about a distribution that fails."""
    return f"Update it (pip install --upgrade {distribution}) or report this to its authors."


def in_words(error: BaseException) -> str:
    """Return an exception as part of one line: its type and its message."""
    return f"{type(error).__name__}: {' '.join(str(error).split())}".rstrip(".: ")
