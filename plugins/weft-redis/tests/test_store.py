"""What the store keeps and where, and what it says when it cannot."""

from __future__ import annotations

import subprocess
import sys
import threading
import traceback
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import pytest
import redis
from conftest import PASSWORD

import weft
from weft.errors import OptionError
from weft_redis import RedisStore

if TYPE_CHECKING:
    from collections.abc import Iterator

    from conftest import Server, Start

KEY = "0a" * 32


@pytest.fixture
def client(server: Server) -> Iterator[Any]:
    """Redis as others see it, empty."""
    with redis.Redis.from_url(server.url) as client:
        client.flushdb()
        yield client


def test_a_value_is_one_key_under_the_prefix(server: Server, client: Any) -> None:
    weft.CacheStore(f"redis/{server.place}", prefix="mine:").put(KEY, b"\x00\xff")
    assert client.keys() == [f"mine:{KEY}".encode()]
    assert client.get(f"mine:{KEY}") == b"\x00\xff"
    assert client.ttl(f"mine:{KEY}") == -1, "without a ttl, a value has no end"


def test_ttl_is_the_servers_business(server: Server, client: Any) -> None:
    store = weft.CacheStore("redis", url=server.url, prefix="mine:", ttl=100)
    store.put("single", b"value")
    store.put_many([("among-many", b"value")])
    assert all(99_000 < client.pttl(key) <= 100_000 for key in ("mine:single", "mine:among-many"))


@pytest.mark.parametrize("prefix", ["mine:", "m[i]ne*?\\^:"])
def test_clear_leaves_what_others_keep(server: Server, client: Any, prefix: str) -> None:
    foreign = {"mine": b"1", "min": b"2", "other:mine:x": b"3", "mi:x": b"4", "mineral": b"5"}
    client.mset(foreign)
    store = weft.CacheStore("redis", url=server.url, prefix=prefix)
    store.put_many([(f"{number:064x}", b"value") for number in range(2500)])
    assert client.dbsize() == 2500 + len(foreign)
    store.clear()
    assert {key.decode(): client.get(key) for key in client.scan_iter()} == foreign


def test_address_comes_from_the_environment(server: Server, client: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REDIS_URL", f"{server.url[:-2]}/3")
    weft.CacheStore("redis").put(KEY, b"value")
    with redis.Redis.from_url(f"{server.url[:-2]}/3") as third:
        assert third.keys() == [f"weft:answers:{KEY}".encode()]
    assert client.dbsize() == 0


def test_server_that_comes_back_is_used_again(start: Start) -> None:
    server = start()
    store = weft.CacheStore(f"redis/{server.place}")
    store.put(KEY, b"before")
    server.kill()
    with pytest.raises(redis.ConnectionError):
        store.get(KEY)
    start(port=server.port)
    assert store.get(KEY) is None  # nothing was on disk
    store.put(KEY, b"after")
    assert store.get(KEY) == b"after"


def test_server_that_restarts_between_calls_is_not_noticed(start: Start) -> None:
    server = start()
    store = weft.CacheStore(f"redis/{server.place}")
    store.put(KEY, b"before")
    server.kill()
    start(port=server.port)
    store.put_many([(KEY, b"after")])
    assert store.get(KEY) == b"after"


def test_full_server_says_so_without_repeating_the_value(start: Start) -> None:
    server = start()
    with redis.Redis.from_url(server.url) as client:
        client.config_set("maxmemory", 1)
    store = weft.CacheStore("redis", url=server.url)
    with pytest.raises(redis.ResponseError, match="maxmemory") as caught:
        store.put_many([(KEY, b"a private answer")])
    assert "private" not in str(caught.value)


def test_many_threads_share_few_connections(server: Server, client: Any) -> None:
    store = weft.CacheStore("redis", url=server.url)
    others = client.info("clients")["connected_clients"]
    start = threading.Barrier(100)

    def work(number: int) -> bool:
        start.wait()
        store.put(f"{number}", b"%d" % number)
        return store.get(f"{number}") == b"%d" % number

    with ThreadPoolExecutor(100) as pool:
        assert all(pool.map(work, range(100)))
    assert client.info("clients")["connected_clients"] - others <= 32
    store.close()


FORKING = """
import os, sys, weft
store = weft.CacheStore("redis", url=sys.argv[1], prefix="fork:")
store.put("parent", b"1")
child = os.fork()
for number in range(200):
    name = f"{child == 0}-{number}"
    store.put(name, name.encode())
    assert store.get(name) == name.encode(), name
if child == 0:
    os._exit(0)
assert os.waitpid(child, 0)[1] == 0
print(store.get("True-199").decode(), store.get("parent").decode())
"""


def test_forked_child_has_connections_of_its_own(server: Server) -> None:
    command = [sys.executable, "-W", "error", "-c", FORKING, server.url]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.stdout.strip(), done.stderr) == ("True-199 1", "")


def test_password_opens_the_server(start: Start) -> None:
    server = start(password=PASSWORD)
    for options in ({"url": server.url}, {"url": f"redis://{server.place}", "password": PASSWORD}):
        store = weft.CacheStore("redis", **options)
        store.put(KEY, b"value")
        assert store.get(KEY) == b"value"
        assert repr(store) == f"RedisStore('redis://{server.place}', prefix='weft:answers:')"


def test_wrong_password_is_told_without_the_password(start: Start) -> None:
    server = start(password="another")
    store = weft.CacheStore("redis", url=f"redis://:{PASSWORD}@{server.place}")
    with pytest.raises(redis.AuthenticationError) as caught:
        store.get(KEY)
    assert PASSWORD not in "".join(traceback.format_exception(caught.value))


def test_unreachable_server_is_told_without_the_password(nobody: str) -> None:
    store = weft.CacheStore("redis", url=nobody, password=PASSWORD)
    for action in (lambda: store.get(KEY), lambda: store.put(KEY, b""), store.clear):
        with pytest.raises(redis.ConnectionError) as caught:
            action()
        assert PASSWORD not in "".join(traceback.format_exception(caught.value))


@pytest.mark.parametrize(
    "url",
    [
        f"http://:{PASSWORD}@localhost",
        f"redis://:{PASSWORD}/x@localhost:6379",
        f"redis://:{PASSWORD}[@localhost",
        f"redis://:{PASSWORD}@localhost:{PASSWORD}",
        PASSWORD,
        f"redis://:{PASSWORD}@localhost?socket_timeout={PASSWORD}",
    ],
)
def test_url_that_is_none_is_refused_without_being_repeated(url: str) -> None:
    with pytest.raises(OptionError, match="URL of the Redis server cannot be read") as caught:
        weft.CacheStore("redis", url=url)
    assert PASSWORD not in "".join(traceback.format_exception(caught.value))


def test_password_in_a_name_is_refused() -> None:
    with pytest.raises(OptionError, match="takes no user and no password") as caught:
        weft.CacheStore(f"redis/:{PASSWORD}@localhost")
    assert PASSWORD not in "".join(traceback.format_exception(caught.value))


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"prefix": ""}, "prefix must not be empty"),
        ({"ttl": 0}, "ttl for weft-redis must be a number of seconds above 0, not 0."),
        ({"timeout": "2"}, "timeout for weft-redis must be a number of seconds above 0, not '2'."),
        ({"url": "redis://localhost"}, "not both"),
    ],
)
def test_senseless_options_are_refused(options: dict[str, Any], message: str) -> None:
    with pytest.raises(OptionError, match=message):
        weft.CacheStore("redis/localhost", **options)


def test_name_resolves_to_the_class_of_the_package() -> None:
    assert isinstance(weft.CacheStore("redis"), RedisStore)
