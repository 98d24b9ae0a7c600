"""What is given about a server: checks of values, and what of them may be shown.

Every check takes the class and the option that a value is for, and raises OptionError where the value cannot be.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any, cast
from urllib.parse import urlsplit, urlunsplit

from weft import Secret
from weft.errors import OptionError

_SECRET_WORDS = ("auth", "authorization", "cookie", "key", "password", "secret", "token")


def revealed(value: str | Secret) -> str:
    """Return the text that a value is, to be sent and never to be shown."""
    return value.reveal() if isinstance(value, Secret) else value


def shown(value: str | Secret) -> str:
    """Return the text that a value is, unless it is secret."""
    return "***" if isinstance(value, Secret) else value


def address_of(url: str | Secret) -> str:
    """Return a URL without what may be secret in it: who asks, and the query."""
    if isinstance(url, Secret):
        return "***"
    parts = urlsplit(url)
    return urlunsplit((parts.scheme, parts.netloc.rpartition("@")[2], parts.path, "", ""))


def hidden_parts(url: str | Secret) -> str | Secret:
    """Return a URL, as a secret where it says who asks, or has a query."""
    if isinstance(url, Secret) or address_of(url) == url:
        return url
    parts = urlsplit(url)
    for part in (parts.password, parts.query):
        Secret(part or "")
    return Secret(url)


def is_url(value: str) -> bool:
    """Whether a text is the address of something that speaks HTTP."""
    try:
        return urlsplit(value).scheme in ("http", "https") and bool(urlsplit(value).hostname)
    except ValueError:  # brackets that are no address of IPv6
        return False


def text(kind: str, option: str, value: Any) -> str:
    """Return a text."""
    if not isinstance(value, str):
        raise OptionError(f"{option} of {kind} must be a text, not {value!r}.")
    return value


def text_or_secret(kind: str, option: str, value: Any) -> str | Secret:
    """Return a text or a secret."""
    return value if isinstance(value, Secret) else text(kind, option, value)


def pairs(kind: str, option: str, value: Any) -> dict[str, str | Secret]:
    """Return environment variables or headers; what seems to be a key is a secret from now on."""
    if value is not None and not isinstance(value, Mapping):
        raise OptionError(f"{option} of {kind} must be a mapping of texts, not a {type(value).__name__}.")
    found: dict[str, str | Secret] = {}
    for name, given in cast("Mapping[str, Any]", value or {}).items():
        if not isinstance(given, str | Secret):
            raise OptionError(f"{option}[{name!r}] of {kind} must be a text, not a {type(given).__name__}.")
        found[name] = _hidden(given) if _names_secret(name) else given
    return found


def _names_secret(name: str) -> bool:
    """Whether a name such as ``ACME_APIKEY`` or ``X-Auth-Token`` speaks of a secret; ``GIT_AUTHOR`` does not."""
    return any(word.endswith(_SECRET_WORDS) for word in re.split("[^a-z]+", name.casefold()))


def _hidden(value: str | Secret) -> Secret:
    """Return a secret; of one such as ``Bearer k-1``, what follows the scheme is one by itself too."""
    Secret(revealed(value).rpartition(" ")[2])
    return Secret(value)


def header_lines(kind: str, option: str, value: Any) -> dict[str, str | Secret]:
    """Return headers, none of which would break a request in two."""
    found = pairs(kind, option, value)
    for name, given in found.items():
        if not revealed(given).isprintable() or not name.isprintable():
            raise OptionError(f"{option}[{name!r}] of {kind} has a line break or another character that no header has.")
    return found


def names(kind: str, option: str, value: Any) -> tuple[str, ...]:
    """Return names of tools."""
    if isinstance(value, str) or not isinstance(value, Iterable):
        raise OptionError(f"{option} of {kind} must be a list of names of tools, not {value!r}.")
    return tuple(text(kind, option, name) for name in cast("Iterable[Any]", value))


def seconds(kind: str, option: str, value: Any) -> float | None:
    """Return a duration, or None where none is given."""
    if value is not None and (isinstance(value, bool) or not isinstance(value, int | float) or not value > 0):
        raise OptionError(f"{option} of {kind} must be a number of seconds above 0, not {value!r}.")
    return value


def count(kind: str, option: str, value: Any) -> int:
    """Return a number of times."""
    if isinstance(value, bool) or not isinstance(value, int) or value < 0:
        raise OptionError(f"{option} of {kind} must be a number from 0, not {value!r}.")
    return value
