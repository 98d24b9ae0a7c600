"""What `import weft` and the first LM cost over bare Python, in fresh processes, and which modules they load.

Run: ``nox -s bench -- imports``.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import time

RUNS = 15
# As an installed package runs: compiled once, then read from bytecode.
ENVIRONMENT = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
HEAVY = ("pydantic", "pluggy", "importlib_metadata", "asyncio", "rich")
CASES = {
    "bare": "pass",
    "import weft": "import weft",
    "weft.LM('embedded/incontext')": "import weft; weft.LM('embedded/incontext')",
}
LIMITS = {"import weft": 30.0, "weft.LM('embedded/incontext')": 150.0}


def milliseconds(code: str) -> float:
    started = time.perf_counter()
    subprocess.run([sys.executable, "-c", code], check=True, env=ENVIRONMENT)
    return (time.perf_counter() - started) * 1e3


def main() -> int:
    for code in CASES.values():
        milliseconds(code)  # compiles what is not compiled yet
    rounds = [{name: milliseconds(code) for name, code in CASES.items()} for _ in range(RUNS)]
    missed = False
    for name, limit in LIMITS.items():
        over = statistics.median(taken[name] - taken["bare"] for taken in rounds)
        missed |= over > limit
        print(f"{name}: {over:.1f} ms over bare Python (at most {limit:.0f} wanted; median of {RUNS} pairs)")
    probe = f"import sys, weft; print([name for name in {HEAVY!r} if name in sys.modules])"
    loaded = subprocess.run([sys.executable, "-c", probe], check=True, capture_output=True, text=True).stdout.strip()
    print(f"of {', '.join(HEAVY)}, import weft loads: {loaded}")
    return 1 if missed or loaded != "[]" else 0


if __name__ == "__main__":
    raise SystemExit(main())
