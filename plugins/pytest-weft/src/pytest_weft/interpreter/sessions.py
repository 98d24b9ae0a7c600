"""Sessions: what stays between runs, what does not pass between sessions, and how they end."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from weft.errors import InterpreterError

from ..running import finished
from .subject import InterpreterSubject

if TYPE_CHECKING:
    import weft

_AT_ONCE = 8
_ENDLESS = "while True:\n    pass"


class SessionChecks(InterpreterSubject):
    """Checks of sessions."""

    def test_names_stay(self) -> None:
        """What a run has defined is there in the next, also after an error."""
        *_, last = self.runs("def f(x):\n    return x + y\ny = 1", "y = 2\nnothing_there", "f(40)")
        assert last.value == 42, f"a function of an earlier run gave {last!r}"

    def test_sessions_are_apart(self) -> None:
        """A session knows nothing of what another has defined, at once or before."""
        interpreter: weft.Interpreter = self.make()

        async def work(number: int) -> object:
            async with interpreter.session() as session:
                await session.run(f"own = {number}\nlog = []")
                await session.run("log.append(own)")
                return (await session.run("[own, log]")).value

        async def all_of_them() -> list[object]:
            return await asyncio.gather(*(work(number) for number in range(_AT_ONCE)))

        found = finished(all_of_them())
        assert found == [[number, [number]] for number in range(_AT_ONCE)], f"sessions at once gave {found}"
        run = self.run("try:\n    own\nexcept NameError:\n    said = 'no'\nsaid")
        assert run.value == "no", f"a new session knows the name of an old one: {run!r}"

    def test_ended_session_is_refused(self) -> None:
        """A session that is over runs nothing; that is an InterpreterError."""
        interpreter: weft.Interpreter = self.make()

        async def late() -> weft.Execution:
            async with interpreter.session() as session:
                await session.run("1")
            return await session.run("1")

        with pytest.raises(InterpreterError):
            finished(late())

    def test_a_run_can_be_cancelled(self) -> None:
        """A run that is cancelled ends at once, whatever the code does, and the interpreter can be used again."""
        interpreter: weft.Interpreter = self.make(seconds=60)

        async def cancelled() -> None:
            async with interpreter.session() as session:
                run = asyncio.ensure_future(session.run(_ENDLESS))
                done, _ = await asyncio.wait([run], timeout=0.1)
                assert not done, f"endless code has ended: {run!r}"
                run.cancel()
                done, _ = await asyncio.wait([run], timeout=5)
                assert done, "a run that was cancelled goes on"

        finished(cancelled())
        assert self.run("1 + 1").value == 2, "after a run was cancelled, 1 + 1 is not 2"

    def test_probe(self) -> None:
        """`probe` finds that the interpreter works. Where it cannot, probe and runs raise, and making it does not."""
        finished(self.make().probe())
        if self.failing_options is None:
            pytest.skip("failing_options names no interpreter that cannot be had")
        broken: weft.Interpreter = self.make(**self.failing_options)
        with pytest.raises(InterpreterError):
            finished(broken.probe())
        with pytest.raises(InterpreterError):
            broken("1")
