"""Calls whose answers are kept in Redis, in processes of their own."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
from conftest import PASSWORD

if TYPE_CHECKING:
    from pathlib import Path

    from conftest import Server, Start

MODEL = """
import weft

class Paid(weft.LM):
    async def generate(self, request):
        return weft.Response.of(request.messages[-1].text.upper())
"""
ASK = """
import sys, weft, paid
lm = paid.Paid("x", provider="paid")
with weft.track_usage() as ledger:
    answers = [lm(question).text for question in sys.argv[1:]]
print(*answers, ledger.total.calls)
"""
ASK_WHILE_IT_DIES = """
import os, signal, weft, paid
events = []
lm = paid.Paid("x", provider="paid")
with weft.listening(events.append):
    print(lm("a").text, end=" ")
    os.kill({pid}, signal.SIGKILL)
    print(*(lm(question).text for question in "bcd"))
print(*(event.kind for event in events if event.kind.startswith("cache")))
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "paid.py").write_text(MODEL, encoding="utf-8")
    return tmp_path


def run(folder: Path, url: str, code: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "WEFT_CACHE": "on", "WEFT_CACHE_STORE": "redis", "REDIS_URL": url}
    command = [sys.executable, "-W", "error", "-c", code, *arguments]
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=True)


def test_two_processes_share_answers(server: Server, folder: Path) -> None:
    first = run(folder, server.url, ASK, "why", "who")
    second = run(folder, server.url, ASK, "who", "why", "when")
    assert first.stdout.split() == ["WHY", "WHO", "2"]
    assert second.stdout.split() == ["WHO", "WHY", "WHEN", "1"]
    assert first.stderr == second.stderr == ""


def test_server_killed_in_the_middle_costs_no_call_and_one_warning(start: Start, folder: Path) -> None:
    server = start()
    done = run(folder, server.url, ASK_WHILE_IT_DIES.format(pid=server.process.pid))
    assert done.stdout.splitlines() == ["A B C D", "cache.unavailable"]
    assert done.stderr.count("The answer cache RedisStore cannot be used") == 1
    assert len(done.stderr.splitlines()) == 1


def test_unreachable_server_costs_no_call_and_one_warning(folder: Path, nobody: str) -> None:
    done = run(folder, nobody.replace("//", f"//:{PASSWORD}@"), ASK, "why", "who")
    assert done.stdout.split() == ["WHY", "WHO", "2"]
    assert len(done.stderr.splitlines()) == 1
    assert PASSWORD not in done.stderr


def test_wrong_password_costs_no_call_and_one_warning(start: Start, folder: Path) -> None:
    server = start(password="another")
    done = run(folder, f"redis://:{PASSWORD}@{server.place}", ASK, "why", "who")
    assert done.stdout.split() == ["WHY", "WHO", "2"]
    assert len(done.stderr.splitlines()) == 1
    assert PASSWORD not in done.stderr
