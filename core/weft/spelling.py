"""Names that were misspelt: the nearest right one, and a guard for keyword arguments.

Everything that takes names from users says what it did not understand and what was probably meant,
before anything is paid for. Python itself names the wrong keyword but (before 3.13) never the right one.
"""

from __future__ import annotations

from .errors import OptionError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from types import CodeType
    from typing import ParamSpec, TypeVar

    P = ParamSpec("P")
    R = TypeVar("R")

_VARIADIC_KEYWORDS = 0x08  # inspect.CO_VARKEYWORDS, without importing inspect


def closest(name: str, known: Iterable[str]) -> str | None:
    """Return the known name most like `name`, or None where nothing is near."""
    from difflib import get_close_matches  # only mistakes pay for it

    by_folded = {candidate.casefold(): candidate for candidate in sorted(known, reverse=True)}
    found = get_close_matches(name.casefold(), by_folded, n=1, cutoff=0.6)
    return by_folded[found[0]] if found else None


def hint(name: str, known: Iterable[str]) -> str:
    """Return `` Did you mean 'x'?``, else `` Known: 'a', 'b'.``, else nothing; begins with a space."""
    names = sorted(set(known))
    near = closest(name, names)
    if near is not None:
        return f" Did you mean {near!r}?"
    if not names:
        return ""
    shown = ", ".join(repr(known_name) for known_name in names[:12])
    return f" Known: {shown}{', …' if len(names) > 12 else ''}."


def keyword_names(code: CodeType) -> frozenset[str] | None:
    """Return the names a function takes by keyword, or None if it takes any."""
    if code.co_flags & _VARIADIC_KEYWORDS:
        return None
    first = code.co_posonlyargcount
    names = code.co_varnames[first : code.co_argcount + code.co_kwonlyargcount]
    return frozenset(names) - {"self", "cls"}


def check_keywords(owner: str, given: Iterable[str], known: frozenset[str]) -> None:
    """Raise OptionError for the first name in `given` that is not in `known`."""
    for name in given:
        if name not in known:
            raise OptionError(f"{owner} has no option {name!r}.{hint(name, known)}")


def spelled(function: Callable[P, R]) -> Callable[P, R]:
    """Make a public function or method refuse unknown keywords with a suggestion.

    Raises:
        OptionError: a keyword is not one of the function's parameters.
    """
    from functools import wraps

    known = keyword_names(function.__code__)
    owner = function.__qualname__.removesuffix(".__init__")
    if known is None:
        return function

    @wraps(function)
    def checked(*args: P.args, **kwargs: P.kwargs) -> R:
        if not known.issuperset(kwargs):
            check_keywords(owner, kwargs, known)
        return function(*args, **kwargs)

    return checked
