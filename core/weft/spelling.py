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
    from typing import Any, TypeVar

    F = TypeVar("F", bound=Callable[..., Any])
    T = TypeVar("T")

_VARIADIC_KEYWORDS = 0x08  # inspect.CO_VARKEYWORDS, without importing inspect


def closest(name: str, known: Iterable[str]) -> str | None:
    """Return the known name most like `name`, or None where nothing is near.

    A name that one slip of the finger away explains wins over one that merely shares more letters.
    """
    from difflib import get_close_matches  # only mistakes pay for it

    is_upper = name[:1].isupper()
    by_folded = {
        candidate.casefold(): candidate  # of two that differ in case, the one that begins as `name` does
        for candidate in sorted(known, key=lambda candidate: (candidate[:1].isupper() == is_upper, candidate))
    }
    meant = name.casefold()
    slips = [candidate for candidate in by_folded if len(candidate) > 1 and _one_slip_apart(meant, candidate)]
    found = get_close_matches(meant, slips or by_folded, n=1, cutoff=0.0 if slips else 0.6)
    return by_folded[found[0]] if found else None


def _one_slip_apart(one: str, other: str) -> bool:
    """Whether a character dropped, added, replaced or swapped with its neighbour makes one the other."""
    if abs(len(one) - len(other)) > 1:
        return False
    start = 0
    while start < min(len(one), len(other)) and one[start] == other[start]:
        start += 1
    rest, other_rest = one[start:], other[start:]
    return (
        rest[1:] == other_rest[1:]
        or rest[1:] == other_rest
        or rest == other_rest[1:]
        or (rest[:2] == other_rest[:2][::-1] and rest[2:] == other_rest[2:])
    )


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
    return None if code.co_flags & _VARIADIC_KEYWORDS else parameter_names(code)


def parameter_names(code: CodeType) -> frozenset[str]:
    """Return the names of the parameters a function declares and takes by keyword."""
    first = code.co_posonlyargcount
    names = code.co_varnames[first : code.co_argcount + code.co_kwonlyargcount]
    return frozenset(names) - {"self", "cls"}


def check_keywords(owner: str, given: Iterable[str], known: frozenset[str]) -> None:
    """Raise OptionError for the first name in `given` that is not in `known`."""
    for name in given:
        if name not in known:
            raise OptionError(f"{owner} has no option {name!r}.{hint(name, known)}")


def spelled(function: F) -> F:
    """Make a public function or method refuse unknown keywords with a suggestion.

    Raises:
        OptionError: a keyword is not one of the function's parameters.
    """
    from functools import wraps

    code: CodeType = getattr(function, "__wrapped__", function).__code__  # a context manager wraps its generator
    known = keyword_names(code)
    owner: str = function.__qualname__.removesuffix(".__init__").removesuffix(".__call__")
    if known is None:
        return function

    @wraps(function)
    def checked(*args: Any, **kwargs: Any) -> Any:
        if not known.issuperset(kwargs):
            check_keywords(owner, kwargs, known)
        return function(*args, **kwargs)

    return checked  # type: ignore[return-value] # it has the function's own signature
