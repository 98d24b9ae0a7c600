"""The file of answers: shared by processes, bounded, and never broken for long."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest

from weft.lm.cache_sqlite import SQLiteStore

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

WRITER = """
import sys
from weft.lm.cache_sqlite import SQLiteStore
store, name, count = SQLiteStore(sys.argv[1]), sys.argv[2], int(sys.argv[3])
number = 0
while number != count:
    store.put_many([(f"{name}-{number}-{part}", b"value" * 200) for part in range(5)])
    number += 1
    print(number, flush=True)
"""


@pytest.fixture
def store(tmp_path: Path) -> Iterator[SQLiteStore]:
    store = SQLiteStore(tmp_path)
    yield store
    store.close()


def writer(folder: Path, name: str, count: int) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", WRITER, str(folder), name, str(count)], stdout=subprocess.PIPE, text=True
    )


def test_values_are_there_for_the_next_one(store: SQLiteStore, tmp_path: Path) -> None:
    assert store.get("a") is None
    store.put("a", b"1")
    store.put("a", b"2")
    other = SQLiteStore(tmp_path)
    assert other.get("a") == b"2"
    other.clear()
    other.close()
    assert store.get("a") is None
    store.close()
    assert store.get("a") is None


def test_processes_share_the_file_while_they_write(store: SQLiteStore, tmp_path: Path) -> None:
    writers = [writer(tmp_path, name, 60) for name in "abc"]
    for number in range(60):
        store.put(f"mine-{number}", b"mine")
    for process in writers:
        process.communicate()
        assert process.returncode == 0
    for name in "abc":
        assert all(store.get(f"{name}-{number}-{part}") == b"value" * 200 for number in range(60) for part in range(5))
    assert all(store.get(f"mine-{number}") == b"mine" for number in range(60))


def test_threads_share_a_store(store: SQLiteStore) -> None:
    def work(number: int) -> bytes | None:
        store.put(f"{number}", f"{number}".encode())
        return store.get(f"{number}")

    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(work, range(200))) == [f"{number}".encode() for number in range(200)]


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="there is no SIGKILL here")
def test_a_process_killed_while_it_writes_leaves_the_file_usable(store: SQLiteStore, tmp_path: Path) -> None:
    for round_ in range(5):
        process = writer(tmp_path, f"{round_}", -1)
        assert process.stdout is not None
        written = [int(process.stdout.readline()) for _ in range(3 + round_ * 7)]
        os.kill(process.pid, signal.SIGKILL)
        process.communicate()
        assert process.returncode == -signal.SIGKILL
        for number in range(written[-1]):
            assert store.get(f"{round_}-{number}-4") == b"value" * 200
        store.put(f"after-{round_}", b"good")
        assert store.get(f"after-{round_}") == b"good"
    store.close()
    connection = sqlite3.connect(store.path)
    assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    connection.close()


def test_the_least_used_make_room(tmp_path: Path) -> None:
    now = [0.0]
    store = SQLiteStore(tmp_path, limit_mb=0.5, clock=lambda: now[0])
    for number in range(200):
        now[0] += 1
        assert number == 0 or store.get("0") is not None
        store.put(f"{number}", b"x" * 10_000)
    assert store.get("199") is not None
    assert store.get("0") is not None, "it was read all the time"
    assert store.get("1") is None
    kept = sum(store.get(f"{number}") is not None for number in range(200))
    assert 20 < kept <= 50
    store.close()
    assert store.path.stat().st_size <= 600_000


def test_a_lower_limit_makes_the_file_smaller(tmp_path: Path) -> None:
    store = SQLiteStore(tmp_path)
    store.put_many([(f"{number}", b"x" * 10_000) for number in range(200)])
    store.close()
    assert store.path.stat().st_size > 2_000_000
    store = SQLiteStore(tmp_path, limit_mb=1)
    store.put("new", b"x")
    assert store.get("new") == b"x"
    store.close()
    assert store.path.stat().st_size < 1_100_000


def test_a_file_that_is_no_database_is_put_aside(store: SQLiteStore) -> None:
    store.path.write_bytes(b"this is no database, and it is long enough to be looked at\n" * 100)
    assert store.get("a") is None
    store.put("a", b"1")
    assert store.get("a") == b"1"
    aside = store.path.with_name(f"{store.path.name}.damaged")
    assert aside.read_bytes().startswith(b"this is no database")


def test_a_file_that_is_damaged_in_use_is_put_aside(store: SQLiteStore) -> None:
    store.put_many([(f"{number}", b"x" * 3000) for number in range(300)])
    store.close()
    size = store.path.stat().st_size
    with store.path.open("r+b") as file:
        file.seek(4096)
        file.write(os.urandom(size - 4096))
    for number in range(300):
        store.get(f"{number}")
        store.put(f"new-{number}", b"1")
    assert store.get("new-299") == b"1"
    assert store.path.with_name(f"{store.path.name}.damaged").exists()


def test_a_file_that_another_process_replaced_is_not_put_aside_again(store: SQLiteStore, tmp_path: Path) -> None:
    store.path.write_bytes(b"no database " * 1000)
    other = SQLiteStore(tmp_path)
    other.put("theirs", b"1")
    assert store.get("theirs") == b"1"
    store.put("mine", b"2")
    assert other.get("mine") == b"2"
    other.close()


def test_a_folder_that_vanished_is_an_error_that_the_next_use_gets_over(store: SQLiteStore, tmp_path: Path) -> None:
    store.put("a", b"1")
    store.close()
    store.path.unlink()
    assert store.get("a") is None
    store.put("a", b"2")
    assert store.get("a") == b"2"
