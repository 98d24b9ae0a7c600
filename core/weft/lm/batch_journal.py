"""What runs note of their batches: a journal a run, in a folder that later runs look through.

A run that was killed leaves its journal. A later run that makes the same calls takes the journal over, with the batches
that were under way and the answers that had come. Calls are told apart by their cache keys; among equal calls it does
not matter who gets which answer, as long as each gets one of its own.
"""

from __future__ import annotations

import secrets
import time
from collections import defaultdict, deque
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from ..errors import JournalError
from ..runtime.events import complain
from ..runtime.journal import Journal, read_journal

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

_FORM: Mapping[str, Any] = {"kind": "batches", "version": 1}
_FORGOTTEN_AFTER_SECONDS = 40 * 86_400  # providers keep results for about 30 days


@dataclass(slots=True)
class WaveNotes:
    """What is known of one batch.

    Attributes:
        wave: the name that weft gave it.
        keys: the calls in it, in order.
        batch: the provider's id, once it is known.
        answers: those that came, as the cache would write them, by position.
        closed: positions that have no answer to offer and will have none.
        is_cancelled: whether the run itself has cancelled it.
        is_void: whether it was never handed in.
    """

    wave: str
    keys: list[str]
    batch: str | None = None
    answers: dict[int, str] = field(default_factory=dict[int, str])
    closed: set[int] = field(default_factory=set[int])
    is_cancelled: bool = False
    is_void: bool = False

    def dismiss(self, position: int) -> None:
        """Hold an answer no more: a caller has it."""
        self.answers.pop(position, None)
        self.closed.add(position)

    def offers(self, position: int) -> bool:
        """Whether the call at a position has an answer, or may get one."""
        return not self.is_void and position not in self.closed


class RunNotes:
    """The notes of one run: in a file, or in memory only where there is no path."""

    def __init__(self, path: Path | None) -> None:
        self.path = path
        self.waves: dict[str, WaveNotes] = {}
        self._journal: Journal | None = None
        self._is_lost = False

    @property
    def is_open(self) -> bool:
        """Whether the file is this process's to write."""
        return self._journal is not None

    def read(self) -> None:
        """Learn what the file says.

        Raises:
            JournalError: it is no journal of batches.
        """
        assert self.path is not None
        self.waves.clear()
        for record in read_journal(self.path, **_FORM):
            self._learn(record)

    def take(self) -> bool:
        """Become the one who writes; False where another process does, or the file is gone."""
        if self._journal is not None or self.path is None:
            return True
        if self._is_lost or not self.path.exists():
            return False
        try:
            self._journal = Journal(self.path, **_FORM)
            self.read()  # another run may have gone on with it since
        except JournalError:
            self._is_lost = True
        return not self._is_lost

    def begin(self) -> None:
        """Make the file of a new run.

        Raises:
            JournalError: it cannot be made.
        """
        if self.path is not None and self._journal is None:
            self._journal = Journal(self.path, **_FORM)

    def new_wave(self, name: str, keys: list[str]) -> WaveNotes:
        """Return the notes of a batch that is not written down yet."""
        notes = self.waves[name] = WaveNotes(name, keys)
        return notes

    def note(self, records: Iterable[Mapping[str, Any]]) -> None:
        """Write records down, and then know them.

        Raises:
            JournalError: they cannot be written.
        """
        records = list(records)
        if self._journal is not None:
            self._journal.append(records)
        for record in records:
            self._learn(record)

    def _learn(self, record: Mapping[str, Any]) -> None:
        notes = self.waves.get(record["wave"]) or self.new_wave(record["wave"], record["keys"])
        if "batch" in record:
            notes.batch = record["batch"]
        if "answer" in record:
            notes.answers[record["item"]] = record["answer"]
        elif "item" in record:
            notes.closed.add(record["item"])
        notes.is_void = notes.is_void or "void" in record
        notes.is_cancelled = notes.is_cancelled or "cancelled" in record

    def close(self, *, is_done_with: bool) -> None:
        """Let other runs take the notes over; remove them where they are done with."""
        if self._journal is None or self.path is None:
            return
        self._journal.close()
        self._journal = None
        if is_done_with:
            with suppress(OSError):  # on Windows, where another run has just opened it
                self.path.unlink()


Place = tuple[RunNotes, str, int]
"""Where a call stands: the run, the wave, the position."""


class Offers:
    """The answers that are there, or on their way, for calls that are yet to be made again.

    Args:
        folder: where runs keep their journals; None: nothing is kept.
        keeps: whether the journals stay when a run has come to its end.

    Raises:
        JournalError: `keeps` is set, and a journal in the folder is damaged or of another version.
    """

    def __init__(self, folder: Path | None, *, keeps: bool) -> None:
        self._folder, self.keeps = folder, keeps
        self._by_key: defaultdict[str, deque[Place]] = defaultdict(deque)
        self._runs: list[RunNotes] = [] if folder is None else self._found(folder)
        self._own: RunNotes | None = None

    def _found(self, folder: Path) -> list[RunNotes]:
        runs: list[RunNotes] = []
        for path in sorted(folder.glob("*.jsonl")):
            if self.keeps or not _is_forgotten(path):
                runs.append(RunNotes(path))
                self._index(runs[-1])
        return runs

    def _index(self, run: RunNotes) -> None:
        try:
            run.read()
        except JournalError:
            if self.keeps:
                raise  # the user named the folder
            complain("The journal %r of a run that ended early cannot be read, and is left alone.", str(run.path))
        for wave in run.waves.values():
            for position, key in enumerate(wave.keys):
                if wave.offers(position):
                    self._by_key[key].append((run, wave.wave, position))
        run.waves.clear()  # it is read again when it is taken over, and that may be never

    def claim(self, key: str) -> Place | None:
        """Return the place of a call that nobody waits for, taking its run over where that is yet to be done."""
        places = self._by_key.get(key, ())
        while places:
            run, wave, position = places.popleft()
            if run.take() and run.waves[wave].offers(position):
                return run, wave, position
        return None

    def give_back(self, key: str, place: Place) -> None:
        """Offer what a caller waits for no more."""
        self._by_key[key].append(place)

    def own(self) -> RunNotes:
        """Return the notes that new batches go into: those of the first run taken over, or new ones.

        Raises:
            JournalError: they cannot be written.
        """
        if self._own is None:
            self._own = next((run for run in self._runs if run.is_open), None) or self._begun()
        return self._own

    def _begun(self) -> RunNotes:
        if self._folder is None:
            return RunNotes(None)
        run = RunNotes(self._folder / f"{time.strftime('%Y%m%d-%H%M%S')}-{secrets.token_hex(4)}.jsonl")
        try:
            run.begin()
        except JournalError:
            if self.keeps:
                raise  # the user named the folder
            complain("Batches cannot be noted in %r; they will not survive a restart.", str(self._folder))
            return RunNotes(None)
        self._runs.append(run)
        return run

    def close(self, *, is_over: bool) -> None:
        """Let other runs take over what is left; what nobody can need any more is removed.

        Args:
            is_over: whether the run has come to its end.
        """
        left = {id(run) for places in self._by_key.values() for run, _, _ in places}
        for run in self._runs:
            run.close(is_done_with=is_over and not self.keeps and id(run) not in left)


def _is_forgotten(path: Path) -> bool:
    """Whether a journal is so old that no provider knows its batches; then it is removed."""
    try:
        is_old = time.time() - path.stat().st_mtime > _FORGOTTEN_AFTER_SECONDS
        if is_old:
            path.unlink()
    except OSError:
        return True
    return is_old
