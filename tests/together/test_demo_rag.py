"""The RAG program over the standard library's docstrings, which `nox -s demo-rag` runs."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

DEMO = Path(__file__).parents[2] / "benchmarks" / "stdlib_rag"


def test_optimizing_gains_what_the_demo_stands_for() -> None:
    done = subprocess.run([sys.executable, str(DEMO)], capture_output=True, text=True, encoding="utf-8", check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert "search alone, no model" in done.stdout
    assert done.stdout.index("program, unoptimized") < done.stdout.index("program, optimized")
    assert "answer: shutil.rmtree" in done.stdout
