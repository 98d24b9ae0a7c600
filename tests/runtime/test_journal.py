"""Journals: nothing that was appended is lost, whenever the process that writes is killed."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from weft.errors import JournalError
from weft.runtime.journal import Journal, read_journal

if TYPE_CHECKING:
    from pathlib import Path

FORM: dict[str, Any] = {"kind": "steps", "version": 1}


def steps(path: Path) -> list[Any]:
    return list(read_journal(path, **FORM))


def opened(path: Path, **changes: Any) -> Journal:
    return Journal(path, **{**FORM, **changes})


def python(code: str, *arguments: str, wait: bool = True) -> subprocess.Popen[str]:
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    child = subprocess.Popen(
        [sys.executable, "-c", f"from weft.runtime.journal import *\n{code}", *arguments],
        env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    if wait:
        child.wait(60)
    return child


def test_records_are_read_in_the_order_in_which_they_were_appended(tmp_path: Path) -> None:
    path = tmp_path / "new" / "folder" / "run.jsonl"
    with opened(path) as journal:
        journal.append([{"step": 1}, {"step": "zwei\n\u2028"}])
        journal.append([])
    with opened(path, fsync="close") as journal:
        journal.append([{"step": 3}])
        assert steps(path) == [{"step": 1}, {"step": "zwei\n\u2028"}, {"step": 3}]
    assert path.stat().st_mode & 0o077 == 0


@given(st.data())
def test_a_file_that_was_cut_anywhere_keeps_its_whole_records_and_takes_more(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    path = tmp_path_factory.mktemp("cut") / "run.jsonl"
    with opened(path) as journal:
        ends = [path.stat().st_size]
        for number in range(5):
            journal.append([{"step": number, "text": "…"}])
            ends.append(path.stat().st_size)
    cut = data.draw(st.integers(0, ends[-1]))
    os.truncate(path, cut)
    whole = sum(end <= cut for end in ends) - 1
    assert [record["step"] for record in steps(path)] == list(range(max(whole, 0)))
    with opened(path) as journal:
        journal.append([{"step": "more"}])
    assert [record["step"] for record in steps(path)] == [*range(max(whole, 0)), "more"]


def test_what_was_appended_survives_a_kill_at_any_moment(tmp_path: Path) -> None:
    """The child says each number once it is appended, and is killed by a timer."""
    path = tmp_path / "run.jsonl"
    code = (
        "import signal, sys\n"
        "journal = Journal(sys.argv[1], kind='steps', version=1)\n"
        "start = 1 + max([r['step'] for r in read_journal(sys.argv[1], kind='steps', version=1)], default=-1)\n"
        "signal.setitimer(signal.ITIMER_REAL, float(sys.argv[2]))\n"
        "for step in range(start, start + 10**9):\n"
        "    journal.append([{'step': step, 'text': 'x' * 5000}])\n"
        "    print(step, flush=True)\n"
    )
    for number in range(6):
        child = python(code, str(path), str(0.01 + number / 100), wait=False)
        said = [int(line) for line in child.communicate(timeout=60)[0].splitlines()]
        assert child.returncode < 0
        written = [record["step"] for record in steps(path)]
        assert written == list(range(len(written)))
        assert not said or said[-1] < len(written)


def test_one_process_writes_at_a_time_and_the_lock_is_free_once_it_is_gone(tmp_path: Path) -> None:
    path = tmp_path / "run.jsonl"
    child = python(
        "import sys\njournal = Journal(sys.argv[1], kind='steps', version=1)\n"
        "journal.append([{'step': 1}])\nprint('open', flush=True)\nsys.stdin.read()",
        str(path), wait=False,
    )  # fmt: skip
    assert child.stdout is not None
    assert child.stdout.readline() == "open\n"
    with pytest.raises(JournalError, match="is in use by another run"):
        opened(path)
    assert steps(path) == [{"step": 1}]  # reading needs no lock
    child.kill()
    child.communicate(timeout=60)
    with opened(path) as journal:
        with pytest.raises(JournalError, match="is in use by another run"):
            opened(path)
        journal.append([{"step": 2}])
    assert steps(path) == [{"step": 1}, {"step": 2}]


def test_threads_append_whole_records(tmp_path: Path) -> None:
    path = tmp_path / "run.jsonl"
    with opened(path, fsync="close") as journal:

        def work(number: int) -> None:
            for step in range(50):
                journal.append([{"thread": number, "step": step}, {"thread": number, "step": -step}])

        threads = [threading.Thread(target=work, args=(number,)) for number in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    for number in range(4):
        mine = [record["step"] for record in steps(path) if record["thread"] == number]
        assert mine == [sign * step for step in range(50) for sign in (1, -1)]


def test_a_file_that_is_something_else_is_refused_and_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "run.jsonl"
    with opened(path, kind="other"):
        pass
    with pytest.raises(JournalError, match="is no journal of steps"):
        opened(path)
    with pytest.raises(JournalError, match="another version"):
        opened(path, kind="other", version=2)
    path.write_text("Dear diary,\ntoday\n")
    with pytest.raises(JournalError, match="is no journal of steps, or it is damaged at byte 0"):
        opened(path)
    assert path.read_text() == "Dear diary,\ntoday\n"
    with pytest.raises(JournalError, match="cannot be used: No such file"):
        steps(tmp_path / "missing.jsonl")


def test_damage_in_the_middle_is_said(tmp_path: Path) -> None:
    path = tmp_path / "run.jsonl"
    with opened(path) as journal:
        journal.append([{"step": 1}, {"step": 2}])
    path.write_bytes(path.read_bytes().replace(b'"step":1', b'"step"\x00!'))
    with pytest.raises(JournalError, match="damaged at byte"):
        opened(path)


def test_a_closed_journal_takes_nothing(tmp_path: Path) -> None:
    journal = opened(tmp_path / "run.jsonl")
    journal.close()
    journal.close()
    with pytest.raises(JournalError, match="is closed"):
        journal.append([{"step": 1}])


def test_where_the_disk_is_full_all_or_nothing_is_appended(tmp_path: Path) -> None:
    path = tmp_path / "run.jsonl"
    child = python(
        "import resource, signal, sys\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (5000, 5000))\n"
        "journal = Journal(sys.argv[1], kind='steps', version=1)\n"
        "journal.append([{'step': 1}])\n"
        "try: journal.append([{'step': 2, 'text': 'x' * 10_000}])\n"
        "except JournalError as error: print(error)\n"
        "journal.append([{'step': 3}])\n",
        str(path),
    )  # fmt: skip
    assert "cannot be used: File too large" in child.communicate()[0]
    assert steps(path) == [{"step": 1}, {"step": 3}]
