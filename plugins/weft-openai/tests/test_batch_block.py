"""Programs in a `weft.batch` block, over files and batches of OpenAI's API, on real sockets."""

from __future__ import annotations

import asyncio
import json
import os
import random
import subprocess
import sys
import threading
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from batch_run import Steps
from conftest import lm_of

import weft
from pytest_weft.server import Answer, ModelServer, Usage
from weft.errors import LMInvalidRequestError, OptionError

if TYPE_CHECKING:
    from pytest_weft.server import Received

PRICES = {"input": 1.0, "output": 2.0, "batch_factor": 0.5}
ROWS = [{"text": f"row {number}"} for number in range(20)]


class Model:
    """Answers with what follows from the question, and counts how often each was asked."""

    def __init__(self) -> None:
        self.asked: Counter[str] = Counter()

    def __call__(self, received: Received) -> Answer:
        question = received.messages[-1][1]
        self.asked[question] += 1
        out = f"({question.split(']]')[1].split('[[')[0].split('Respond')[0].strip()[-40:]})"
        return Answer(f"[[ ## out ## ]]\n{out}\n\n[[ ## completed ## ]]", usage=Usage(prompt=100, completion=10))


@pytest.mark.parametrize("api", ["chat", "responses"])
def test_a_program_in_batches_gives_what_it_gives_live_at_half_the_price(server: ModelServer, api: str) -> None:
    server.change(answer=Model(), job_steps=2)
    lm = lm_of(server, api=api, prices=PRICES)
    with weft.context(lm=lm):
        with weft.track_usage() as live:
            expected = Steps().batch(ROWS)
        with weft.batch(lm, journal=None, poll=0.001), weft.track_usage() as batched:
            assert Steps().batch(ROWS) == expected
    assert live.total.cost is not None
    assert batched.total.cost == pytest.approx(live.total.cost / 2)
    assert batched.total.calls == live.total.calls == 60
    assert server.tally.counts["/v1/batches", 200] == 3


def test_a_batch_that_expires_is_gone_on_with_in_the_next(server: ModelServer) -> None:
    model = Model()
    server.change(answer=model, job_steps=1, batches_expire=True)
    lm = lm_of(server, retries=10)
    with weft.batch(lm, journal=None, poll=0.001), weft.track_usage() as ledger:
        results = weft.Predict("text -> out", lm=lm).batch([*ROWS[:8]], on_error="return")
    finished = [result for result in results if not isinstance(result, weft.Err)]
    assert len(finished) >= 7  # of one request alone, the server answers half: none
    assert ledger.total.calls == len(finished) == sum(model.asked.values())


def test_a_run_that_is_killed_again_and_again_pays_for_nothing_twice(server: ModelServer, tmp_path: Path) -> None:
    model = Model()
    server.change(answer=model, job_steps=2)
    with weft.context(lm=lm_of(server)):
        expected = Steps().batch(ROWS)
    model.asked.clear()
    dice = random.Random(3)
    ends = [run(server, tmp_path, dice.randrange(1, 45)) for _ in range(8)]
    assert None in ends
    assert run(server, tmp_path, 0) == expected
    assert set(model.asked.values()) == {1}
    assert len(model.asked) == 60


def run(server: ModelServer, folder: Path, kill_at: int) -> Any:
    """Run the script; None if it was killed."""
    tests = str(Path(__file__).parent)
    done = subprocess.run(
        [sys.executable, f"{tests}/batch_run.py", server.base_url(), str(folder / "run"), str(kill_at)],
        env={**os.environ, "PYTHONPATH": os.pathsep.join([tests, *filter(None, sys.path)])},
        capture_output=True, text=True, timeout=120,
    )  # fmt: skip
    assert done.stderr == ""
    assert "sk-canary" not in "".join(path.read_text() for path in (folder / "run").glob("*"))
    return json.loads(done.stdout) if done.returncode == 0 else None


def test_a_batch_is_found_by_its_keys(server: ModelServer) -> None:
    lm = lm_of(server)

    async def find() -> tuple[str, list[str | None]]:
        batches = [
            await lm.submit_batch({f"w{n}-{item}": weft.Request((weft.Message.of("user", "Hi"),)) for item in range(2)})
            for n in range(3)
        ]
        return batches[1], [await lm.find_batch(["w1-0", "w1-1"]), await lm.find_batch(["w9-0"])]

    batch, found = asyncio.run(find())
    assert found == [batch, None]


def test_only_presets_that_take_batches_are_batched(server: ModelServer) -> None:
    assert lm_of(server).batches
    ollama = lm_of(server, "ollama/x")
    assert not ollama.batches
    with pytest.raises(OptionError, match="ollama/x takes no batches"), weft.batch(ollama):
        pass


def test_a_batch_that_the_server_refuses_is_each_calls_error(server: ModelServer) -> None:
    lm = lm_of(server)
    told = threading.Event()

    def unread(event: weft.Event) -> None:
        if event.kind == "batch.submitted":
            server.reset()  # it forgets all batches
            told.set()

    with weft.listening(unread), weft.batch(lm, journal=None, poll=0.001):
        results = weft.Predict("text -> out", lm=lm).batch(ROWS[:2], on_error="return")
    assert told.is_set()
    assert all("cannot be read" in str(result.error) for result in results)
    assert isinstance(results[0].error.__cause__.__cause__, LMInvalidRequestError)
