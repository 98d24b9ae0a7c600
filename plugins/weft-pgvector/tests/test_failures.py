"""Servers that are away, come back, refuse, or lack the extension; and many who write at once."""

from __future__ import annotations

import socket
import subprocess
import sys
import threading
import time
import traceback
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import psycopg
import pytest
from postgres import PASSWORD

import weft
from weft.errors import IndexingError, OptionError, RMError, RMTransportError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from conftest import Make, Start
    from postgres import Postgres

TEXTS = [f"Cats number {number} purr." for number in range(500)]
_PATIENCE_SECONDS = 60.0


@pytest.fixture(scope="module")
def server(start: Start) -> Postgres:
    """A server that tests of this module may stop and start."""
    return start()


@pytest.fixture
def nobody() -> str:
    """A connection string for a port at which nobody listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return f"postgresql://postgres:{PASSWORD}@127.0.0.1:{probe.getsockname()[1]}/app"


def test_server_killed_in_the_middle_of_a_batch(server: Postgres) -> None:
    rm = weft.RM("pgvector/killed", dsn=server.dsn())
    rm.index(TEXTS[:100])
    with psycopg.connect(server.dsn()) as other, ThreadPoolExecutor(1) as pool:

        def passages() -> Iterator[str]:
            yield from TEXTS[:200]
            other.execute("LOCK TABLE killed IN EXCLUSIVE MODE")  # the third batch waits for it
            yield from TEXTS[200:]

        indexing = pool.submit(lambda: rm.index(passages(), batch_size=100))
        _until_somebody_waits(server)
        server.kill()
        with pytest.raises(IndexingError, match="200 passages are written for certain") as caught:
            indexing.result()
        with pytest.raises(RMTransportError, match="cannot be reached"):
            rm("cats")
        other.pgconn.finish()
    server.start()
    assert rm.size() == len(caught.value.written) == 200
    assert len(rm.index(TEXTS, batch_size=100)) == rm.size() == 500


def test_restart_between_calls_is_not_noticed(server: Postgres) -> None:
    rm = weft.RM("pgvector/restarted", dsn=server.dsn(), create=True)
    rm.index(TEXTS[:10])
    for use in (lambda: rm("cats", k=99), lambda: rm.index(TEXTS[:20]), lambda: rm.batch(["cats", "dogs"])):
        server.kill()
        server.start()
        use()
    assert rm.size() == 20


def test_dead_server_is_told_fast(nobody: str) -> None:
    rm = weft.RM("pgvector/docs", dsn=nobody)
    for use in (lambda: rm("cats"), rm.size, lambda: rm.remove(["x"])):
        with pytest.raises(
            RMTransportError, match=r"^PostgreSQL at '127.0.0.1:\d+', database 'app' cannot be reached: "
        ) as caught:
            use()
        assert "\n" not in str(caught.value)
    with pytest.raises(IndexingError, match="cannot be reached"):
        rm.index(TEXTS)


def test_refused_connections_say_why(server: Postgres) -> None:
    for dsn, why in (
        (server.dsn(password="wrong-canary"), "password authentication failed"),
        (server.dsn(database="nowhere"), 'database "nowhere" does not exist'),
        (f"host=127.0.0.1 port={server.port} user=postgres", "wants a password"),
    ):
        rm = weft.RM("pgvector/docs", dsn=dsn)
        with pytest.raises(RMError, match=why) as caught:
            rm("cats")
        told = "".join(traceback.format_exception(caught.value)) + repr(rm) + repr(vars(rm))
        assert "canary" not in told, "the password is shown"
        assert "\n" not in str(caught.value)


@pytest.mark.parametrize("dsn", ["postgresql://u:canary@[", "canary", "host=x passwort=canary", "host='canary"])
def test_unreadable_address_is_not_repeated(dsn: str) -> None:
    with pytest.raises(OptionError, match="cannot be read") as caught:
        weft.RM("pgvector", dsn=dsn)
    assert "canary" not in "".join(traceback.format_exception(caught.value))


def test_address_comes_from_libpqs_variables(server: Postgres, monkeypatch: pytest.MonkeyPatch) -> None:
    variables = {"PGHOST": "127.0.0.1", "PGPORT": server.port, "PGUSER": "postgres", "PGPASSWORD": PASSWORD}
    for name, value in variables.items():
        monkeypatch.setenv(name, str(value))
    with pytest.raises(RMError, match=f"'127.0.0.1:{server.port}' has no collection 'weft'"):
        weft.RM("pgvector").size()


def test_database_without_the_extension(server: Postgres) -> None:
    server.execute("CREATE DATABASE bare")
    rm = weft.RM("pgvector/docs", dsn=server.dsn(database="bare"))
    with pytest.raises(
        RMError, match=r"^The database 'bare' has no vector extension: run CREATE EXTENSION vector in it\.$"
    ):
        rm.index(TEXTS)


def test_server_without_the_extension(start: Start) -> None:
    rm = weft.RM("pgvector/docs", dsn=start(with_vector=False).dsn())
    with pytest.raises(RMError, match=r"install pgvector there \(Debian's package is postgresql-\d+-pgvector\)"):
        rm("cats")


def test_writers_at_once_lose_nothing(make: Make) -> None:
    """Each has a connection of its own, they begin with no table, and their passages overlap."""
    make(collection="weft_writers")
    begin = threading.Barrier(8)

    def write(number: int) -> None:
        rm = make(collection="weft_writers")
        begin.wait()
        for _ in range(3):
            rm.index(TEXTS[number * 30 : number * 30 + 100][:: 1 if number % 2 else -1], batch_size=50)
            rm.remove(["nobody"])

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(write, range(8)))
    rm = make(collection="weft_writers")
    assert rm.size() == 7 * 30 + 100
    assert sorted(one.text for one in rm("cats", k=999)) == sorted(TEXTS[:310])


def test_many_threads_share_few_connections(make: Make, dsn: str, sql: psycopg.Connection[Any]) -> None:
    separator = "&" if "?" in dsn else "?"
    rm = make(dsn=f"{dsn}{separator}application_name=few", connections=3)
    rm.index(TEXTS)
    begin = threading.Barrier(30)

    def search(number: int) -> str:
        begin.wait()
        return rm(TEXTS[number], k=1)[0].text

    with ThreadPoolExecutor(30) as pool:
        assert list(pool.map(search, range(30))) == TEXTS[:30]
    asked = "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'few'"
    (count,) = sql.execute(asked).fetchone() or (0,)
    assert 1 <= count <= 3


FORKING = """
import os, sys, weft
rm = weft.RM("pgvector/forked", dsn=sys.argv[1])
rm.index(["Cats purr."])
child = os.fork()
if child == 0:
    print(rm("cats")[0].text, flush=True)
    os._exit(0)
os.waitpid(child, 0)
print(rm("cats")[0].text)
"""


def test_forked_child_has_connections_of_its_own(server: Postgres) -> None:
    command = [sys.executable, "-W", "ignore::DeprecationWarning", "-c", FORKING, server.dsn()]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.stdout.split("\n"), done.stderr) == (["Cats purr.", "Cats purr.", ""], "")


def _until_somebody_waits(server: Postgres) -> None:
    deadline = time.monotonic() + _PATIENCE_SECONDS
    while not server.execute("SELECT 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock'"):
        assert time.monotonic() < deadline, "nobody waits for the table"
