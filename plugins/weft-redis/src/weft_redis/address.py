"""Where the server is, and what of that may be shown."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any, cast
from urllib.parse import SplitResult, urlsplit

from redis.connection import parse_url  # pyright: ignore[reportUnknownVariableType]

from weft.errors import OptionError

if TYPE_CHECKING:
    from collections.abc import Mapping

_NEARBY = "redis://localhost:6379/0"
_SCHEMES = ("redis", "rediss", "unix")
_HOW = "Write it like 'redis://user:password@host:6379/0', with '%40' for '@' and '%2F' for '/' in a password."


def url_of(place: str, url: str | None) -> str:
    """Return the server's URL: the option's, or that of the name, of ``REDIS_URL``, or of this machine.

    Args:
        place: what stands after ``redis/``, such as ``host:6379/0``.
        url: the option.

    Raises:
        OptionError: both are given, or a name has a password in it, which messages and settings would show.
    """
    if place and url is not None:
        raise OptionError("Name the Redis server either after 'redis/' or with url=, not both.")
    if "@" in place:
        raise OptionError(
            "What stands after 'redis/' is shown in settings and messages, so it takes no user and no password. "
            "Give the whole address with url=, or in the environment variable REDIS_URL."
        )
    return url or (f"redis://{place}" if place else os.environ.get("REDIS_URL") or _NEARBY)


def connection_options(url: str) -> Mapping[str, Any]:
    """Return a URL as the keywords of redis-py's connections.

    Raises:
        OptionError: it is none; the message does not repeat it, since there may be a password in it.
    """
    try:
        if urlsplit(url).scheme in _SCHEMES:
            return cast("dict[str, Any]", parse_url(url))
    except ValueError:
        pass  # raised below without this cause, which may hold a part of the password
    raise OptionError(f"The URL of the Redis server cannot be read. {_HOW}")


def shown(url: str) -> str:
    """Return a URL without user, password and options."""
    parts = urlsplit(url)
    return SplitResult(parts.scheme, parts.netloc.rpartition("@")[2], parts.path, "", "").geturl()
