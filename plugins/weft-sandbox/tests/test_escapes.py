"""Every attempt to get out is contained by both engines, as seen from outside, and harms no later run."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from outside import CANARY, Outside

import weft
from weft.errors import InterpreterError

ATTEMPTS = sorted((Path(__file__).parent / "escapes").glob("*.py"))
_LIMITS = {"memory_mb": 128.0, "output_limit": 10_000}
_MAY_BE_STOPPED = (
    "deaf_to_signals",
    "flood_of_lines",
    "hostile_value",
    "output",
    "replace_process",
    "tampered_harness",
    "thread_bomb",
)
"""Those that may have to be stopped, with the ones that are called so; any other must come to its end."""
_SHORT, _LONG = 1.0, 60.0
_FAR_TOO_LONG = 120


@pytest.mark.parametrize("attempt", ATTEMPTS, ids=lambda path: path.stem)
def test_contained(attempt: Path, engine: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WEFT_TEST_CANARY", CANARY)
    seconds = _SHORT if attempt.stem.startswith(("endless", *_MAY_BE_STOPPED)) else _LONG
    interpreter = weft.Interpreter(engine, seconds=seconds, **_LIMITS)
    with Outside(tmp_path) as outside:
        code = attempt.read_text(encoding="utf-8")
        asyncio.run(asyncio.wait_for(_attempted(code, interpreter, outside), _FAR_TOO_LONG))
        outside.check_end()


async def _attempted(code: str, interpreter: weft.Interpreter, outside: Outside) -> None:
    try:
        async with interpreter.session(tools={"note": outside.note}) as session:
            run = await session.run(code, outside.variables())
            outside.check(run)
            assert interpreter.seconds == _SHORT or "TimeoutError" not in (run.error or ""), (
                "it was not tried to its end"
            )
            assert await _works(session) or await _works(session)
    except InterpreterError:  # the sandbox is dead, and says so; then another one must do
        async with interpreter.session() as session:
            assert await _works(session)


async def _works(session: weft.InterpreterSession) -> bool:
    """Whether the session runs code as it should; what an attempt has left behind may take its first run with it."""
    run = await session.run("6 * 7")
    assert run.value == 42 or not run.ok
    return run.ok
