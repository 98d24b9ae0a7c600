"""Answers in Redis: one key an answer, under a prefix of their own."""

from __future__ import annotations

import re
from itertools import islice
from typing import TYPE_CHECKING, Any, TypeVar

from redis import Redis
from redis.backoff import NoBackoff
from redis.connection import BlockingConnectionPool
from redis.exceptions import ConnectionError as ConnectionFailed
from redis.retry import Retry

import weft
from weft.errors import OptionError

from .address import connection_options, shown, url_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

T = TypeVar("T")

_AT_ONCE = 500  # keys a command or a pipeline: a large one would hold up everybody else's
_CONNECTIONS = 32  # the threads of a thousand calls share them
_MAGIC = re.compile(r"([*?\[\]\\^])")


class RedisStore(weft.CacheStore):
    """Keeps values in a Redis server, connected to at the first use.

    Values stay until Redis drops them. How many those are is the server's business: set ``maxmemory`` and
    ``maxmemory-policy allkeys-lru`` there, or give a `ttl` here. One store serves all threads, and forked children;
    a server that comes back is used again.

    Args:
        place: the server as a name has it, such as ``host:6379/0``; empty: the environment variable ``REDIS_URL``, or
            else ``localhost:6379/0``.
        url: the server as a URL, ``redis://``, ``rediss://`` or ``unix://``, with redis-py's options as its query.
        username, password: in place of those in the URL.
        prefix: what all keys begin with. `clear` forgets precisely the keys that do.
        ttl: seconds after which Redis drops a value; None: it does not.
        timeout: seconds to wait for a connection, or for an answer, before the store counts as failed.

    Raises:
        OptionError: an option is no such thing.
        redis.RedisError: from the methods, where the server cannot be used.
    """

    waits = True

    def __init__(
        self,
        place: str = "",
        /,
        *,
        url: str | None = None,
        username: str | None = None,
        password: str | None = None,
        prefix: str = "weft:answers:",
        ttl: float | None = None,
        timeout: float = 2.0,
    ) -> None:
        if not prefix:
            raise OptionError("prefix must not be empty: clearing the store would delete every key of the server.")
        self._prefix = prefix
        self._milliseconds = None if ttl is None else max(1, round(_positive("ttl", ttl) * 1000))
        address = url_of(place, url)
        options = dict(connection_options(address))
        options |= {"username": username} if username is not None else {}
        options |= {"password": password} if password is not None else {}
        self._pool = _pool(options, _positive("timeout", timeout))
        self._client: Any = Redis(connection_pool=self._pool)  # redis-py's types mix the two clients it has
        self._shown = shown(address)

    def get(self, key: str) -> bytes | None:
        """Return what was put last for `key`, or None."""
        return self._client.get(self._prefix + key)

    def put(self, key: str, value: bytes) -> None:
        """Keep `value` for `key`."""
        self._client.set(self._prefix + key, value, px=self._milliseconds)

    def put_many(self, items: Sequence[tuple[str, bytes]]) -> None:
        """Keep several values, with one trip to the server for hundreds of them."""
        for some in _chunks(items):
            pipeline = self._client.pipeline(transaction=False)
            for key, value in some:
                pipeline.set(self._prefix + key, value, px=self._milliseconds)
            _raise_first(pipeline.execute(raise_on_error=False))

    def clear(self) -> None:
        """Forget the keys that begin with the prefix, and no other, for everybody who uses the server."""
        literal = _MAGIC.sub(r"\\\1", self._prefix)
        for keys in _chunks(self._client.scan_iter(match=f"{literal}*", count=_AT_ONCE)):
            self._client.unlink(*keys)

    def close(self) -> None:
        """Close the connections; the next use opens new ones."""
        self._pool.disconnect()

    def __repr__(self) -> str:
        return f"RedisStore({self._shown!r}, prefix={self._prefix!r})"


def _pool(options: Mapping[str, Any], timeout: float) -> BlockingConnectionPool:
    """Return a pool that gives up after `timeout` seconds, and tries a connection that broke once more.

    Once is enough: a server that was started anew refuses old connections and takes the next. All other attempts are
    the caller's, who leaves a store that failed alone for a while.
    """
    defaults: dict[str, Any] = {
        "max_connections": _CONNECTIONS,
        "timeout": timeout,
        "socket_timeout": timeout,
        "socket_connect_timeout": timeout,
        "retry": Retry(NoBackoff(), 1, (ConnectionFailed,)),
    }
    return BlockingConnectionPool(**{**defaults, **options})


def _positive(name: str, value: Any) -> float:
    if isinstance(value, int | float) and not isinstance(value, bool) and value > 0:
        return value
    raise OptionError(f"{name} for weft-redis must be a number of seconds above 0, not {value!r}.")


def _chunks(items: Iterable[T]) -> Iterator[list[T]]:
    """Yield the items some at a time."""
    rest = iter(items)
    while chunk := list(islice(rest, _AT_ONCE)):
        yield chunk


def _raise_first(results: Sequence[object]) -> None:
    """Raise what a pipeline gave in place of a result; redis-py's own way repeats the value in the message."""
    for result in results:
        if isinstance(result, Exception):
            raise result
