"""What the contracts share: the class itself resolves names, and options are never ignored.

``weft.LM("openai/gpt-5-mini", temperature=0.7)`` returns the installed provider's LM; ``AcmeLM("tiny")`` builds
that very class; an instance passes through.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any, ClassVar, TypeVar, cast

from ..errors import PluginContractError
from ..spelling import check_keywords, keyword_names, parameter_names

if TYPE_CHECKING:
    from collections.abc import Mapping

T = TypeVar("T")


def _is_contract(cls: type) -> bool:
    return "required" in vars(cls)


class ContractMeta(type):
    """Metaclass of the contracts."""

    def __call__(cls: type[T], *args: Any, **options: Any) -> T:
        if _is_contract(cls):
            return _resolved(cls, args, options)
        _check_written(cls)
        known = _keywords(cls)
        if known is not None and not known.issuperset(options):
            check_keywords(cls.__name__, options, known)
        return type.__call__(cls, *args, **options)


class Contract(metaclass=ContractMeta):
    """Base of the contracts; `kind` is the middle of the entry-point group, `required` what a plugin writes."""

    kind: ClassVar[str] = ""
    required: ClassVar[tuple[str, ...]] = ()

    @classmethod
    def adapted(cls, value: object, options: Mapping[str, Any]) -> Any:
        """Return an object of the contract made out of something that is none, or None where names must say what."""
        return None


@lru_cache(maxsize=512)
def _keywords(cls: type) -> frozenset[str] | None:
    """Return the keywords that the class takes, those it passes on to its bases included; None: any."""
    known: frozenset[str] = frozenset()
    takes_any = False
    for base in cls.__mro__:
        code = getattr(vars(base).get("__init__"), "__code__", None)
        if code is not None:
            own = parameter_names(code)
            known |= own
            if keyword_names(code) is not None:
                return known
            takes_any = True
    return None if takes_any else known


def _check_written(cls: type) -> None:
    """Refuse to build a class that leaves out a method its contract requires."""
    for method in getattr(cls, "required", ()):
        owner = next(base for base in cls.__mro__ if method in vars(base))
        if _is_contract(owner):
            raise PluginContractError(f"{cls.__name__} must define {method!r}, which every {owner.__name__} has.")


def _resolved(contract: type[T], args: tuple[Any, ...], options: dict[str, Any]) -> T:
    from .resolve import resolve

    if len(args) != 1:
        kind = contract.__name__
        raise PluginContractError(f"{kind}(…) takes one name, such as {kind}('provider/name'), and keyword options.")
    if isinstance(args[0], contract) and not options:
        return args[0]
    if not isinstance(args[0], contract):
        adapted = cast("type[Contract]", contract).adapted(args[0], options)
        if adapted is not None:
            return adapted
    return resolve(contract, args[0], options)
