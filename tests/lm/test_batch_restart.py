"""A run in batches that is killed, interrupted or left, and then started again, pays for nothing twice."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import threading
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from bureau import Bureau, Steps

import weft
from weft.errors import JournalError, LMError, LMTransportError
from weft.lm.cache import CACHE

if TYPE_CHECKING:
    from collections.abc import Iterator

SCRIPT = Path(__file__).parent / "batch_run.py"
ROWS = 20
CALLS = 3 * ROWS


@pytest.fixture(autouse=True)
def _empty_cache() -> Iterator[None]:
    CACHE.clear_memory()
    yield
    CACHE.clear_memory()


class Runs:
    """Runs the script, as often as it takes."""

    def __init__(self, folder: Path, **order: Any) -> None:
        self.folder = folder
        self.order: dict[str, Any] = {
            "folder": str(folder), "journal": str(folder / "run"), "rows": ROWS, "concurrency": ROWS,
            "cache": "off", "finds": True, **order,
        }  # fmt: skip

    def run(self, **order: Any) -> dict[str, Any] | None:
        """Return what the run printed; None if it was killed."""
        places = os.pathsep.join([str(SCRIPT.parent), *filter(None, sys.path)])
        environment = {**os.environ, "PYTHONPATH": places, "WEFT_CACHE_DIR": str(self.folder / "cache")}
        done = subprocess.run(
            [sys.executable, str(SCRIPT), json.dumps({**self.order, **order})],
            env=environment, capture_output=True, text=True, timeout=120,
        )  # fmt: skip
        assert done.returncode in (0, -signal.SIGKILL, -signal.SIGALRM), done.stderr
        assert done.stderr == ""
        return json.loads(done.stdout) if done.returncode == 0 else None

    @property
    def bureau(self) -> Bureau:
        return Bureau(folder=self.folder)


def live_outs(folder: Path) -> list[str]:
    folder.mkdir()
    with weft.context(lm=Bureau(folder=folder, cache="off")):
        return [result.out for result in Steps().batch([{"text": f"row {number}"} for number in range(ROWS)])]


@pytest.mark.parametrize("cache", ["off", "on"])
def test_a_run_that_is_killed_20_times_ends_as_if_it_had_not_been_and_pays_nothing_twice(
    tmp_path: Path, cache: str
) -> None:
    (tmp_path / "undisturbed").mkdir()
    (tmp_path / "killed").mkdir()
    undisturbed = Runs(tmp_path / "undisturbed", cache=cache).run()
    assert undisturbed is not None
    assert undisturbed["outs"] == live_outs(tmp_path / "live")
    runs = Runs(tmp_path / "killed", cache=cache)
    dice = random.Random(cache)
    kills = 0
    for _ in range(20):
        kills += runs.run(kill_at_step=dice.randrange(1, undisturbed["steps"] // 2)) is None
    done = runs.run()
    assert kills >= 10
    assert done is not None
    assert done["outs"] == undisturbed["outs"]
    assert set(runs.bureau.bills().values()) == {1}
    assert len(runs.bureau.bills()) == CALLS


def test_a_run_that_is_killed_at_any_instant_pays_nothing_twice(tmp_path: Path) -> None:
    """By a timer, so also in the middle of what the interpreter or a write is doing."""
    runs = Runs(tmp_path)
    dice = random.Random(7)
    killed = [runs.run(kill_after=dice.uniform(0.001, 0.2)) is None for _ in range(20)]
    done = runs.run()
    assert any(killed)
    assert done is not None
    assert done["outs"] == live_outs(tmp_path / "live")
    assert set(runs.bureau.bills().values()) == {1}


@pytest.mark.parametrize("kill_at", ["submitting", "submitted", "reading"])
def test_the_moment_around_handing_a_batch_in_is_closed(tmp_path: Path, kill_at: str) -> None:
    runs = Runs(tmp_path)
    for _ in range(4):
        assert runs.run(kill_at=kill_at) is None
    assert runs.run() is not None
    assert set(runs.bureau.bills().values()) == {1}


def test_where_batches_cannot_be_found_only_the_one_without_an_id_is_paid_for_again(tmp_path: Path) -> None:
    runs = Runs(tmp_path, finds=False, concurrency=7)
    assert runs.run(kill_at="submitted") is None
    assert runs.run() is not None
    bills = sorted(runs.bureau.bills().values())
    assert bills == [1] * (CALLS - 7) + [2] * 7


def test_the_ledgers_of_all_runs_together_are_the_bill(tmp_path: Path) -> None:
    """What an earlier run has read is on the ledger of that run, which is lost with it, and on no other."""
    runs = Runs(tmp_path)
    first = runs.run()
    again = runs.run()
    assert first is not None
    assert again is not None
    assert first["calls"] == CALLS
    assert first["cost"] == pytest.approx(CALLS * 0.5 * (100 * 10 + 10 * 20) / 1e6)
    assert again["outs"] == first["outs"]
    assert again["calls"] == again["cost"] == 0


def test_a_batch_that_a_killed_run_handed_in_is_on_the_ledger_of_the_run_that_reads_it(tmp_path: Path) -> None:
    runs = Runs(tmp_path, concurrency=7)
    assert runs.run(kill_at="reading") is None
    done = runs.run()
    assert done is not None
    assert done["calls"] == sum(runs.bureau.bills().values()) == CALLS


class TestWithoutNamingAJournal:
    def test_a_killed_run_is_taken_over_from_the_caches_folder(self, tmp_path: Path) -> None:
        runs = Runs(tmp_path, journal="auto")
        assert runs.run(kill_at_step=90) is None
        assert runs.run(kill_at="reading") is None
        assert len(list((tmp_path / "cache" / "batches").iterdir())) == 1
        assert runs.run() is not None
        assert set(runs.bureau.bills().values()) == {1}

    def test_a_run_that_ends_well_leaves_nothing_and_the_next_one_asks_anew(self, tmp_path: Path) -> None:
        runs = Runs(tmp_path, journal="auto")
        assert runs.run() is not None
        assert list((tmp_path / "cache" / "batches").iterdir()) == []
        assert runs.run() is not None
        assert set(runs.bureau.bills().values()) == {2}  # the cache is off

    def test_a_model_that_other_processes_cannot_know_leaves_no_notes(self, tmp_path: Path) -> None:
        class Local(Bureau):
            pass

        lm = Local(folder=tmp_path, habit=lambda text, before: "invalid")
        with weft.context(cache_dir=tmp_path / "cache"), pytest.raises(LMError), block(lm, "auto"):
            lm("Hi")
        assert not (tmp_path / "cache" / "batches").exists()

    def test_damaged_notes_are_left_alone_and_a_folder_that_cannot_be_written_is_said(
        self, tmp_path: Path, caplog: pytest.LogCaptureFixture
    ) -> None:
        place = tmp_path / "cache" / "batches"
        place.mkdir(parents=True)
        (place / "old.jsonl").write_text("no journal\nat all\n")
        lm = Bureau(folder=tmp_path)
        with weft.context(cache_dir=tmp_path / "cache"), block(lm, "auto"):
            lm("Hi")
        assert "cannot be read, and is left alone" in caplog.text
        (tmp_path / "file").write_text("")
        with weft.context(cache_dir=tmp_path / "file"), block(lm, "auto"):
            lm("Ho")
        assert "will not survive a restart" in caplog.text
        assert set(lm.bills().values()) == {1}


@contextmanager
def block(lm: weft.LM, journal: Any, **options: Any) -> Iterator[list[weft.Event]]:
    events: list[weft.Event] = []
    with weft.listening(events.append), weft.batch(lm, journal=journal, linger=0.01, poll=0.001, **options):
        yield events


def rows(count: int = 3) -> list[dict[str, str]]:
    return [{"text": f"row {number}"} for number in range(count)]


class TestLeaving:
    """The block ends early, and the process goes on, as in a notebook."""

    @pytest.mark.parametrize(("on_interrupt", "status"), [("leave", "running"), ("cancel", "cancelled")])
    def test_an_interrupt_leaves_the_batch_or_cancels_it_and_either_way_it_is_gone_on_with(
        self, tmp_path: Path, on_interrupt: Any, status: str
    ) -> None:
        lm = Bureau(folder=tmp_path, looks=10**9, cache="off")

        ask = weft.Predict("text -> out", lm=lm)
        with interrupted_once_submitted(), block(lm, tmp_path / "run", on_interrupt=on_interrupt):
            ask.batch(rows())
        assert lm.statuses() == [status]
        again = Bureau(folder=tmp_path, cache="off")
        if status == "running":
            again.set_status(None, "done")
        with weft.context(lm=again), block(again, tmp_path / "run") as events:
            results = weft.Predict("text -> out").batch(rows())
        assert len({result.out for result in results}) == 3
        assert "batch.resumed" in [event.kind for event in events]
        assert again.batch_sizes() == ([3] if status == "running" else [3, 3])

    def test_what_is_in_use_by_another_run_is_left_to_it(self, tmp_path: Path) -> None:
        lm = Bureau(folder=tmp_path, cache="off")
        with block(lm, tmp_path / "run"):
            lm("Hi")
            with block(lm, tmp_path / "run"):
                lm("Hi")
        assert lm.batch_sizes() == [1, 1]

    def test_errors_are_not_kept_and_are_asked_anew(self, tmp_path: Path) -> None:
        lm = Bureau(folder=tmp_path, cache="off", habit=lambda text, before: "answer" if before else "invalid")
        with block(lm, tmp_path / "run"), pytest.raises(LMError):
            lm("Hi")
        with block(lm, tmp_path / "run"):
            assert lm("Hi").text
        assert lm.batch_sizes() == [1, 1]

    def test_equal_calls_get_an_answer_each(self, tmp_path: Path) -> None:
        lm = Bureau(folder=tmp_path, cache="off")
        same = [{"text": "the same"}] * 3
        ask = weft.Predict("text -> out", lm=lm)
        with block(lm, tmp_path / "run"):
            ask.batch(same)
        with block(lm, tmp_path / "run"):
            ask.batch([*same, *same])
        assert lm.batch_sizes() == [3, 3]

    def test_samples_are_told_apart(self, tmp_path: Path) -> None:
        lm = Bureau(folder=tmp_path, cache="off")
        with block(lm, tmp_path / "run"):
            lm("Hi", rollout_id=1)
        with block(lm, tmp_path / "run"):
            lm("Hi", rollout_id=1)
            lm("Hi", rollout_id=2)
        assert lm.batch_sizes() == [1, 1]

    def test_a_batch_that_the_provider_no_longer_has_says_what_to_do(self, tmp_path: Path) -> None:
        lm = Bureau(folder=tmp_path, cache="off", looks=10**9)

        with interrupted_once_submitted(), block(lm, tmp_path / "run"):
            lm("Hi")
        (tmp_path / "bureau.sqlite").unlink()
        lm = Bureau(folder=tmp_path, cache="off")
        with block(lm, tmp_path / "run"), pytest.raises(LMError, match=r"cannot be read.*To pay for its calls anew"):
            lm("Hi")

    @pytest.mark.usefixtures("short_waits")
    def test_a_batch_that_may_have_arrived_is_looked_for_by_the_next_run(self, tmp_path: Path) -> None:
        class Cut(Bureau):
            """The connection is cut once the first batch has arrived."""

            is_cut = False

            async def submit_batch(self, requests: Any) -> str:
                await super().submit_batch(requests)
                self.is_cut = True
                raise LMTransportError("cut")

            async def find_batch(self, keys: Any) -> str | None:
                if self.is_cut:
                    raise LMTransportError("cut")
                return await super().find_batch(keys)

        lm = Cut(folder=tmp_path, cache="off", retries=2)
        with block(lm, tmp_path / "run"), pytest.raises(LMTransportError):
            lm("Hi")
        lm.is_cut = False
        with block(lm, tmp_path / "run"):
            assert lm("Hi").text
        assert lm.batch_sizes() == [1]

    def test_a_journal_that_the_user_names_must_be_usable(self, tmp_path: Path) -> None:
        (tmp_path / "file").write_text("")
        lm = Bureau(folder=tmp_path)
        with block(lm, tmp_path / "file"), pytest.raises(JournalError, match="cannot be used"):
            lm("Hi")
        assert lm.batch_sizes() == []
        (tmp_path / "run").mkdir()
        (tmp_path / "run" / "x.jsonl").write_text("no journal\nat all\n")
        with pytest.raises(JournalError, match="is no journal of batches"), block(lm, tmp_path / "run"):
            pass

    def test_no_prompt_and_no_key_is_in_the_journal(self, tmp_path: Path) -> None:
        secret = weft.Secret("sk-canary-1234567890")

        class Keyed(Bureau):
            async def submit_batch(self, requests: Any) -> str:
                raise weft.errors.LMAuthError(f"The key {secret.reveal()} is refused.")

        lm = Keyed(folder=tmp_path)
        with block(lm, tmp_path / "run"), pytest.raises(LMError):
            lm("A prompt that nobody should read")
        (journal,) = (tmp_path / "run").iterdir()
        written = journal.read_text()
        assert "bureau/desk" in written
        assert "canary" not in written
        assert "prompt" not in written
        assert journal.stat().st_mode & 0o077 == 0


@contextmanager
def interrupted_once_submitted() -> Iterator[None]:
    """Interrupt the block when its batch is handed in; also in a shell's background, where interrupts are ignored."""

    def interrupt(event: weft.Event) -> None:
        if event.kind == "batch.submitted":
            signal.pthread_kill(threading.main_thread().ident or 0, signal.SIGINT)

    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        with weft.listening(interrupt), pytest.raises(KeyboardInterrupt):
            yield
    finally:
        signal.signal(signal.SIGINT, before)
