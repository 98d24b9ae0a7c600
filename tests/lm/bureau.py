"""A provider whose batches live in a file, so that they go on when the process that handed them in is killed."""

from __future__ import annotations

import hashlib
import json
import secrets
import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING, Any

import weft

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping
    from pathlib import Path

TABLES = """
CREATE TABLE IF NOT EXISTS batches (id TEXT PRIMARY KEY, looks INTEGER, status TEXT);
CREATE TABLE IF NOT EXISTS items (batch TEXT, key TEXT, asked TEXT, outcome TEXT);
CREATE TABLE IF NOT EXISTS bills (asked TEXT, way TEXT);
"""
ERRORS: dict[str, type[weft.errors.LMError]] = {
    "server": weft.errors.LMServerError,
    "invalid": weft.errors.LMInvalidRequestError,
}


def answers(text: str, before: int) -> str:
    """The habit of answering everything."""
    return "answer"


class Bureau(weft.LM):
    """Answers any one question with a hash of what it was asked, at once or by batches.

    Args:
        folder: where the file is that everyone shares.
        looks: how often a batch is looked at before it is over.
        habit: what is done with a request, by its last turn and how often it was seen before: ``answer``, ``leave``
            (not processed) or a kind of error.
        finds: whether batches can be found by their keys.
        tell: told at each step, for tests that kill the process there.
    """

    def __init__(
        self,
        model: str = "desk",
        /,
        *,
        folder: Path,
        looks: int = 0,
        habit: Callable[[str, int], str] = answers,
        finds: bool = True,
        tell: Callable[[str], None] = lambda step: None,
        limits: Mapping[str, int] | None = None,
        **options: Any,
    ) -> None:
        prices = weft.Prices(input=10.0, output=20.0, batch_factor=0.5)
        abilities = weft.Capabilities(prices=prices, **(limits or {}))
        super().__init__(model, provider="bureau", capabilities=abilities, **options)
        self.endpoint = str(folder)
        self._file = folder / "bureau.sqlite"
        self._looks, self._habit, self._finds, self._tell = looks, habit, finds, tell
        self.failures: list[Exception] = []
        with closing(self._open()) as file:
            file.executescript(TABLES)

    def _open(self) -> sqlite3.Connection:
        file = sqlite3.connect(self._file, timeout=30, isolation_level=None)
        file.execute("PRAGMA synchronous = OFF")  # what is written outlives the process, which is all that is killed
        return file

    async def generate(self, request: weft.Request) -> weft.Response:
        with closing(self._open()) as file:
            file.execute("INSERT INTO bills VALUES (?, 'live')", (asked(request),))
        return self._answer(request.messages[-1].text, request)

    def _answer(self, text: str, request: weft.Request | None = None) -> weft.Response:
        if "JSON" in text:
            answer = json.dumps({"out": digest(text)})
        else:
            answer = f"[[ ## out ## ]]\n{digest(text)}\n\n[[ ## completed ## ]]"
        return weft.Response.of(answer, usage=weft.Usage(100, 10), model=self.model)

    async def submit_batch(self, requests: Mapping[str, weft.Request]) -> str:
        self._tell("submitting")
        if self.failures:
            raise self.failures.pop(0)
        batch = f"batch-{secrets.token_hex(4)}"
        with closing(self._open()) as file:
            file.execute("BEGIN IMMEDIATE")
            file.execute("INSERT INTO batches VALUES (?, ?, 'running')", (batch, self._looks))
            for key, request in requests.items():
                name = asked(request)
                (before,) = file.execute("SELECT count(*) FROM items WHERE asked = ?", (name,)).fetchone()
                outcome = self._habit(request.messages[-1].text, before)
                written = request.messages[-1].text if outcome == "answer" else ""
                file.execute(
                    "INSERT INTO items VALUES (?, ?, ?, ?)", (batch, key, name, json.dumps([outcome, written]))
                )
                if outcome == "answer":
                    file.execute("INSERT INTO bills VALUES (?, 'batch')", (name,))
            file.execute("COMMIT")
        self._tell("submitted")
        return batch

    async def read_batch(self, batch: str) -> weft.BatchState:
        self._tell("reading")
        if self.failures:
            raise self.failures.pop(0)
        with closing(self._open()) as file:
            found = file.execute("SELECT looks, status FROM batches WHERE id = ?", (batch,)).fetchone()
            if found is None:
                raise weft.errors.LMInvalidRequestError(f"There is no batch {batch!r}.")
            looks, status = found
            items = file.execute("SELECT key, outcome FROM items WHERE batch = ?", (batch,)).fetchall()
            if looks and status == "running":
                file.execute("UPDATE batches SET looks = looks - 1 WHERE id = ?", (batch,))
                return weft.BatchState("running", len(items) // (looks + 1), len(items))
        results = {key: self._result(*json.loads(outcome)) for key, outcome in items}
        if status == "cancelled":
            return weft.BatchState("cancelled", 0, len(items))
        if status == "failed":
            return weft.BatchState("failed", 0, len(items), problem="the file is empty.")
        done = {key: result for key, result in results.items() if result is not None}
        return weft.BatchState("done", len(done), len(items), done)

    def _result(self, outcome: str, text: str) -> weft.Response | Exception | None:
        if outcome == "answer":
            return self._answer(text)
        return None if outcome == "leave" else ERRORS[outcome](f"An item failed: {outcome}.", model=self.model)

    async def find_batch(self, keys: Collection[str]) -> str | None:
        if not self._finds:
            return None
        with closing(self._open()) as file:
            found = file.execute("SELECT batch FROM items WHERE key = ?", (next(iter(keys)),)).fetchone()
        return None if found is None else found[0]

    async def cancel_batch(self, batch: str) -> None:
        self.set_status(batch, "cancelled")

    def set_status(self, batch: str | None, status: str) -> None:
        """Change the status of a batch, or of all."""
        with closing(self._open()) as file:
            file.execute("UPDATE batches SET status = ? WHERE id = coalesce(?, id)", (status, batch))

    def bills(self) -> dict[str, int]:
        """How often each request was paid for."""
        return dict(self._all("SELECT asked, count(*) FROM bills GROUP BY asked"))

    def batch_sizes(self) -> list[int]:
        """The number of requests in each batch, in the order in which they were handed in."""
        return [size for (size,) in self._all("SELECT count(*) FROM items GROUP BY batch ORDER BY min(rowid)")]

    def statuses(self) -> list[str]:
        """The status of each batch."""
        return [status for (status,) in self._all("SELECT status FROM batches ORDER BY rowid")]

    def _all(self, query: str) -> list[Any]:
        with closing(self._open()) as file:
            return file.execute(query).fetchall()


def digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:12]


def asked(request: weft.Request) -> str:
    """What tells two requests apart for a bill."""
    return digest("\0".join([*(message.text for message in request.messages), repr(request.rollout_id)]))


class Steps(weft.Module):
    """Three steps, each of which needs the answer of the one before."""

    def __init__(self) -> None:
        self.first = weft.Predict("text -> out")
        self.second = weft.Predict("text -> out")
        self.third = weft.Predict("text, hint -> out")

    async def aforward(self, text: str) -> weft.Prediction:
        one = await self.first.acall(text=text)
        two = await self.second.acall(text=one.out)
        return await self.third.acall(text=two.out, hint=text)
