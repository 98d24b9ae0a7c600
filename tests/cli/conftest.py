"""Running commands: in this process for the many small cases, in a process of their own where that is the point."""

from __future__ import annotations

import io
import os
import subprocess
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest

from weft import Optimizer, Plan
from weft.cli import app
from weft.optimize.plan import plan_row
from weft.registry import isolated_registry, register

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from weft import Run, State, Task

ROWS = [("my card is lost", "card"), ("the card has not come", "card"), ("which rate do I get", "rate")]
ROWS += [("exchange rate of today", "rate"), ("card is broken", "card"), ("rate for euros", "rate")]


@dataclass(frozen=True)
class Done:
    """How a command ended."""

    code: int
    out: str
    err: str

    def refused(self) -> str:
        """Return the one sentence with which the command refused, or fail."""
        assert self.code == 2, self
        assert "Traceback" not in self.err, self.err
        assert len(self.err.strip().splitlines()) == 1, self.err
        return self.err.strip()


class Memorize(Optimizer):
    """Shows the train rows most like the input: a small stand-in for a plugin's optimizer."""

    def __init__(self, *, k: int = 2, **options: Any) -> None:
        super().__init__(**options)
        self.k = k

    async def search(self, task: Task, run: Run) -> State:
        state = task.state
        for path in state:
            state = state.set(f"{path}.demos", task.trainset).set(f"{path}.neighbours", self.k)
        return state

    def plan(self, task: Task) -> Plan:
        return Plan((plan_row(task, "memorize", "task", (0, 0, 0)),))


class TryTwice(Memorize):
    """Compares the program as it is with the memorized one on the val set."""

    needs_valset = True

    async def search(self, task: Task, run: Run) -> State:
        found = await super().search(task, run)
        compared = await run.compare({"as it is": task.state, "memorized": found}, task.valset)
        return max(compared, key=lambda candidate: candidate.score).state

    def plan(self, task: Task) -> Plan:
        runs = 2 * len(task.valset)
        return Plan((plan_row(task, "compare", "task", (runs, runs, runs), demos=self.k),))


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder that commands run in."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def weft(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Callable[..., Done]:
    """Run a command in this process."""

    def run(*words: str, stdin: str = "") -> Done:
        monkeypatch.setattr(sys, "stdin", io.StringIO(stdin))
        capsys.readouterr()
        with pytest.raises(SystemExit) as ended:
            app(list(words), prog_name="weft")
        captured = capsys.readouterr()
        return Done(ended.value.code if isinstance(ended.value.code, int) else 0, captured.out, captured.err)

    return run


@pytest.fixture
def process() -> Callable[..., Done]:
    """Run ``python -m weft`` in a process of its own, from any folder."""
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path)), "PYTHONIOENCODING": "utf-8"}

    def run(*words: str, stdin: str = "") -> Done:
        command = [sys.executable, "-m", "weft", *words]
        done = subprocess.run(
            command, input=stdin, env=environment, capture_output=True, text=True, encoding="utf-8", check=False
        )
        return Done(done.returncode, done.stdout, done.stderr)

    return run


@pytest.fixture
def optimizers() -> Iterator[None]:
    """Register two optimizers, apart from whatever is installed."""
    with isolated_registry():
        register("optimizer", "memorize", Memorize)
        register("optimizer", "try-twice", TryTwice)
        yield


@pytest.fixture
def train(here: Path) -> Path:
    """A train file with two labels."""
    return write_csv(here / "train.csv", ROWS)


@pytest.fixture
def test(here: Path) -> Path:
    """A test file with the same labels."""
    return write_csv(here / "test.csv", [("where is the card", "card"), ("what rate", "rate")])


def write_csv(path: Path, rows: list[tuple[str, ...]], header: str = "text,category") -> Path:
    """Write rows that need no quotes."""
    path.write_text("\n".join([header, *(",".join(row) for row in rows)]) + "\n", encoding="utf-8")
    return path
