"""Calls a second of several clients against one loopback server with a canned answer, 64 in flight, no cache.

Each client runs in a process of its own, in turn, `ROUNDS` times; printed are medians, and ratios of medians. The other
packages run from environments of their own: ``DSPY_PYTHON`` names the interpreter of one with ``dspy==3.4.1`` (which
brings litellm), ``OPENAI_PYTHON`` of one with ``openai``. Where there are two cores, the server has one and the client
the other. Run: ``nox -s throughput``, which makes the environments.
"""

from __future__ import annotations

import json
import os
import shutil
import statistics
import subprocess
import sys
from pathlib import Path

from pytest_weft.server import ModelServer

CALLS, CONCURRENCY, ROUNDS = 2_000, 64, 5
ANSWER = "[[ ## answer ## ]]\nParis\n\n[[ ## completed ## ]]"
CLIENT = Path(__file__).with_name("_throughput_client.py")
ENVIRONMENTS = {"DSPy": "DSPY_PYTHON", "litellm": "DSPY_PYTHON", "openai": "OPENAI_PYTHON"}
SLOW = {"litellm", "DSPy on litellm"}
NAMES = (
    "raw aiohttp",
    "weft acall",
    "weft Evaluate",
    "weft threads",
    "openai SDK",
    "litellm",
    "DSPy acall",
    "DSPy Evaluate",
    "DSPy threads",
    "DSPy on litellm",
)
WANTED = (
    ("weft acall / raw aiohttp", "weft acall", ("raw aiohttp",), 0.40),
    ("weft acall / DSPy's best", "weft acall", ("DSPy acall", "DSPy Evaluate", "DSPy threads"), 3.0),
    ("weft acall / DSPy on litellm", "weft acall", ("DSPy on litellm",), 12.0),
    ("weft Evaluate / DSPy's best", "weft Evaluate", ("DSPy acall", "DSPy Evaluate", "DSPy threads"), 3.0),
    ("weft threads / DSPy's best", "weft threads", ("DSPy acall", "DSPy Evaluate", "DSPy threads"), 2.0),
)
MOST_CPU_MS, MOST_RSS_MB = 0.40, 70.0


def interpreter(name: str) -> str | None:
    variable = next((variable for start, variable in ENVIRONMENTS.items() if name.startswith(start)), None)
    return sys.executable if variable is None else os.environ.get(variable)


def pinned(core: int) -> list[str]:
    enough = len(os.sched_getaffinity(0)) > 1 if hasattr(os, "sched_getaffinity") else False
    return ["taskset", "-c", str(core)] if enough and shutil.which("taskset") else []


def measure(name: str, python: str, url: str) -> dict[str, float]:
    calls = CALLS // 4 if name in SLOW else CALLS
    command = [*pinned(1), python, str(CLIENT), name, url, str(calls), str(CONCURRENCY)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"{name} failed:\n{done.stderr}")
    return json.loads(done.stdout.strip().splitlines()[-1])


def main() -> int:
    rows: dict[str, list[dict[str, float]]] = {name: [] for name in NAMES}
    with ModelServer.start_process(answer=ANSWER) as server:
        if pinned(0):
            os.sched_setaffinity(server.process.pid, {0})
        for _ in range(ROUNDS):
            for name in NAMES:
                if python := interpreter(name):
                    rows[name].append(measure(name, python, server.base_url("openai")))
    medians = {
        name: {key: statistics.median(row[key] for row in found) for key in found[0]}
        for name, found in rows.items()
        if found
    }
    for name, row in medians.items():
        per_second = [each["per_second"] for each in rows[name]]
        print(
            f"{name:16} {row['per_second']:7.0f} calls/s ({min(per_second):.0f}-{max(per_second):.0f})"
            f"  {row['cpu_ms']:6.3f} ms CPU a call  {row['rss_mb']:4.0f} MB"
        )
    return report(medians)


def report(medians: dict[str, dict[str, float]]) -> int:
    """Print each figure beside what is wanted; return 1 if one is missed."""
    missed = 0
    for title, ours, theirs, least in WANTED:
        others = [medians[name]["per_second"] for name in theirs if name in medians]
        if not others:
            print(f"{title}: not measured; see this file's docstring")
            continue
        ratio = medians[ours]["per_second"] / max(others)
        missed += ratio < least
        print(f"{title}: {ratio:.2f} (at least {least:g})")
    row = medians["weft acall"]
    missed += row["cpu_ms"] > MOST_CPU_MS or row["rss_mb"] > MOST_RSS_MB
    print(f"weft acall: {row['cpu_ms']:.3f} ms CPU (at most {MOST_CPU_MS})")
    print(f"weft acall: {row['rss_mb']:.0f} MB (at most {MOST_RSS_MB:g})")
    return 1 if missed else 0


if __name__ == "__main__":
    raise SystemExit(main())
