"""What weft costs a retriever: CPU time of a search, and the rate of adding, beside the bare client in the same run.

Both search the same collection with the same precomputed vectors. Their rounds take turns at being first, so that what
else the machine does hits both alike; a search costs the median of what a round of weft takes above the bare client's
beside it. Passages are added to two collections of the same kind, by chunks in turn, in the retriever's batches; bare
they are added as each client does it best: Chroma by ``upsert``, Weaviate by ``insert_many``, psycopg by binary COPY
into a temporary table and an upsert from there. The clock's rate is judged; the CPU beside it is that of this process,
in which Chroma does all its work, and the others the client's small part.

What misses its plugin or its server is left out, and its line says why.

Run: ``nox -s retrieval -- retrieval_overhead``; options: ``--passages 20000``, ``--searches 500``, ``--stores chroma``.
"""

from __future__ import annotations

import argparse
import asyncio
import statistics
import subprocess
import sys
import time
from contextlib import closing
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

import _bare_stores
import _stores
from _bare_stores import K
from _made_rows import Precomputed, Rows, made

import weft
from weft.errors import PluginNotFound

if TYPE_CHECKING:
    from collections.abc import Callable

SEARCHED = 1_000
"""Passages that there are when searches are measured."""
ROUND, CHUNK = 20, 5_000
MOST_MS, LEAST_SHARE = 0.15, 0.85


class Pair:
    """A retriever, and the bare client of its store with a collection of the same kind; both hold the same."""

    def __init__(self, store: str, place: dict[str, Any]) -> None:
        self.embedder = Precomputed()
        options = {"embedder": self.embedder, **place} if place else {}
        named = [f"{store}/{name}" if place else store for name in (_bare_stores.OWN, _bare_stores.BARE)]
        self.rm, self._bare_rm = (weft.RM(ref, **options) for ref in named)
        rows = made(0, SEARCHED)
        self.embedder.learn(rows)
        for rm in (self.rm, self._bare_rm):
            rm.index(rows.passages())
        self.bare = _bare_stores.CLIENTS[store](place, rows.texts)

    def add(self, rows: Rows) -> None:
        self.rm.index(rows.passages())

    def add_bare(self, rows: Rows) -> None:
        for part in rows.parts(self.rm.batch_size):
            self.bare.add(part)

    def sizes(self) -> tuple[int, int]:
        return self.rm.size(), self._bare_rm.size()

    def close(self) -> None:
        self.bare.close()


def bare_seconds(pair: Pair, asked: Rows) -> float:
    """Return the CPU seconds of searches by the bare client."""
    began = time.process_time()
    for text, vector in zip(asked.texts, asked.vectors, strict=True):
        pair.bare.search(text, vector)
    return time.process_time() - began


def blocking_seconds(pair: Pair, asked: Rows) -> float:
    """Return those of calls of weft."""
    began = time.process_time()
    for text in asked.texts:
        pair.rm(text, K)
    return time.process_time() - began


def awaited_seconds(pair: Pair, asked: Rows) -> float:
    """Return those of calls that are awaited, without the start of the loop and of its first thread."""

    async def awaited() -> float:
        await pair.rm.acall(asked.texts[0], K)
        began = time.process_time()
        for text in asked.texts:
            await pair.rm.acall(text, K)
        return time.process_time() - began

    return asyncio.run(awaited())


WAYS = (bare_seconds, blocking_seconds, awaited_seconds)


def round_ms(pair: Pair, asked: Rows, first: int) -> list[float]:
    """Return the CPU milliseconds of a search in each of `WAYS`, of which another is first each time."""
    order = [*WAYS[first:], *WAYS[:first]]
    spent = {way: way(pair, asked) / len(asked.ids) * 1e3 for way in order}
    return [spent[way] for way in WAYS]


def measure_searches(pair: Pair, searches: int) -> bool:
    """Print what searches cost, and return whether that is little enough."""
    asked = made(10**9, searches, words=5)
    pair.embedder.learn(asked)
    round_ms(pair, next(asked.parts(ROUND)), first=0)
    rounds = [round_ms(pair, part, number % len(WAYS)) for number, part in enumerate(asked.parts(ROUND))]
    bare = statistics.median(row[0] for row in rounds)
    blocking, in_async = (statistics.median(row[at] - row[0] for row in rounds) for at in (1, 2))
    met = blocking <= MOST_MS
    hop = "" if in_async <= MOST_MS else ", above that: the hop to a thread, without which the loop would wait"
    print(f"  a search, CPU: {bare:.3f} ms bare; weft {blocking:+.3f} ms ({MOST_MS} wanted{'' if met else ', MISSED'})")
    print(f"  awaited: {in_async:+.3f} ms{hop}", flush=True)
    return met


def seconds_of(add: Callable[[Rows], None], rows: Rows) -> tuple[float, float]:
    """Return the seconds by the clock, and of CPU."""
    clock, cpu = time.perf_counter(), time.process_time()
    add(rows)
    return time.perf_counter() - clock, time.process_time() - cpu


def measure_adding(pair: Pair, count: int) -> bool:
    """Print the rates of adding, and return whether weft's is high enough."""
    spent: dict[Any, list[tuple[float, float]]] = {pair.add: [], pair.add_bare: []}
    for number, start in enumerate(range(0, count, CHUNK)):
        rows = made(SEARCHED + start, min(CHUNK, count - start))
        pair.embedder.learn(rows)
        for add in sorted(spent, key=[pair.add, pair.add_bare].index, reverse=bool(number % 2)):
            spent[add].append(seconds_of(add, rows))
    assert pair.sizes() == (SEARCHED + count, SEARCHED + count)
    own, bare = ([sum(column) for column in zip(*spent[add], strict=True)] for add in (pair.add, pair.add_bare))
    share = bare[0] / own[0]
    met = share >= LEAST_SHARE
    print(
        f"  adding {count:,}: weft {count / own[0]:,.0f}/s, bare {count / bare[0]:,.0f}/s, which is {share:.0%} ",
        end="",
    )
    print(f"({LEAST_SHARE:.0%} wanted{'' if met else ', MISSED'}); by CPU {bare[1] / own[1]:.0%}", flush=True)
    return met


def measure(store: str, searches: int, count: int) -> bool:
    """Print what a store costs through weft, and return whether all is as wanted."""
    print(store, flush=True)
    try:
        with _stores.place(store) as place, closing(Pair(store, place)) as pair:
            met = measure_searches(pair, searches)
            return (not pair.bare.adds or measure_adding(pair, count)) and met
    except (ImportError, PluginNotFound, _stores.NoServerError) as error:
        print(f"  left out: {error}", flush=True)
        return True


def main() -> int:
    parser = argparse.ArgumentParser(description="What weft costs retrievers, beside the bare clients.")
    parser.add_argument("--passages", type=int, default=100_000)
    parser.add_argument("--searches", type=int, default=1_000)
    parser.add_argument("--stores", nargs="+", choices=_bare_stores.CLIENTS, default=list(_bare_stores.CLIENTS))
    options = parser.parse_args()
    if find_spec("numpy") is None:
        print("No store is installed: nox -s retrieval -- retrieval_overhead.")
        return 0
    if len(options.stores) == 1:
        return 0 if measure(options.stores[0], options.searches, options.passages) else 1
    # Each in a process of its own: threads that one store leaves would count as CPU of the next.
    command = [sys.executable, __file__, f"--passages={options.passages}", f"--searches={options.searches}", "--stores"]
    return max([subprocess.run([*command, store]).returncode for store in options.stores])


if __name__ == "__main__":
    raise SystemExit(main())
