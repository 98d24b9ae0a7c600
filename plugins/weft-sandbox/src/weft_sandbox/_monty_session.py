"""Sessions of Monty, driven step by step: it stops whenever the code needs something of the host."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack
from typing import TYPE_CHECKING, Any

from pydantic_monty import (
    AsyncFunctionSnapshot,
    AsyncNameLookupSnapshot,
    MontyClassProxy,
    MontyComplete,
    MontyError,
    MontyRuntimeError,
    MontySyntaxError,
)

import weft
from weft.errors import InterpreterError

from ._pool import WORKERS
from ._watch import Watch

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from pydantic_monty import AsyncMontySession, AsyncSnapshot, ExternalResult, ResourceLimits

    from .monty import MontyInterpreter

_GRACE_SECONDS = 0.5
"""Monty stops code by its own clock, which counts less than the host's: what is left for that to happen first."""
_OUT_OF_TIME = "feed time limit exceeded"
_SLEEPS = ("time.sleep", "asyncio.sleep")
_MOST_CALLS = 2**31
_SHORT = 100


class MontySession(weft.InterpreterSession):
    """A session in a worker of its own, which is given back at the end."""

    def __init__(self, interpreter: MontyInterpreter, tools: Mapping[str, weft.HostTool]) -> None:
        self._interpreter, self._tools = interpreter, tools
        self._names = {name: _standing_for(name) for name in tools}
        self._stack = AsyncExitStack()
        self._worker: AsyncMontySession | None = None

    async def begin(self) -> AsyncMontySession:
        """Take a worker, unless there is one."""
        if self._worker is None:
            limits: ResourceLimits = {
                "max_feed_duration_secs": self._interpreter.seconds,
                "max_memory": int(self._interpreter.memory_mb * 2**20),
                "max_suspensions": _MOST_CALLS,
            }
            self._worker = await WORKERS.session(self._stack, limits)
        return self._worker

    async def execute(self, code: str, variables: Mapping[str, Any]) -> weft.Execution:
        worker, watch = await self.begin(), Watch(self._interpreter)
        try:
            async with watch.patience(_GRACE_SECONDS):
                if variables:  # by themselves, since Monty does not keep those of code that it cannot read
                    await worker.feed_start("pass", inputs=dict(variables))
                step = await worker.feed_start(code, print_callback=watch.printed)
                while not isinstance(step, MontyComplete):
                    step = await self._resumed(step, watch)
        except TimeoutError:
            return await self._stopped(watch)
        except (MontyRuntimeError, MontySyntaxError) as error:
            if str(error.exception()).startswith(_OUT_OF_TIME):
                return await self._stopped(watch)
            return watch.execution(error=error.display())
        except MontyError as error:
            await self.close()
            raise InterpreterError(f"The worker of Monty that ran the code is gone: {error}.") from error
        return _completed(step, watch)

    async def close(self) -> None:
        self._worker = None
        await self._stack.aclose()

    def described(self, value: Any) -> str:
        if isinstance(value, MontyClassProxy):
            return f"{value.name}({', '.join(f'{name}={_short(item)}' for name, item in value.attributes.items())})"
        return _short(value)

    async def _stopped(self, watch: Watch) -> weft.Execution:
        """Give back the worker of a run that took too long: what it has in memory cannot be relied on."""
        await self.close()
        return watch.out_of_time()

    async def _resumed(self, step: AsyncSnapshot, watch: Watch) -> AsyncSnapshot:
        """Give the code what it has stopped for; return where it stops next."""
        match step:
            case AsyncNameLookupSnapshot(variable_name=name) if name in self._tools:
                return await step.resume(value=self._names[name])
            case AsyncNameLookupSnapshot():
                return await step.resume()
            case AsyncFunctionSnapshot(is_os_function=True, function_name=name) if name in _SLEEPS:
                await asyncio.sleep(step.args[0])
                return await step.resume({"return_value": None})
            case AsyncFunctionSnapshot(is_os_function=True):
                return await step.resume_not_handled()
            case AsyncFunctionSnapshot():
                return await step.resume(await self._called(step, watch))
            case _:
                raise InterpreterError(f"Monty waits for {type(step).__name__}, which it cannot be given.")

    async def _called(self, step: AsyncFunctionSnapshot, watch: Watch) -> ExternalResult:
        if step.function_name not in self._tools:
            return {"exc_type": "NameError", "message": f"name {step.function_name!r} is not defined"}
        try:
            args, kwargs = step.args, step.kwargs
        except (ValueError, RecursionError) as error:  # what Python itself cannot hold, such as endless numbers
            return {"exc_type": "TypeError", "message": f"That cannot be given to {step.function_name}: {error}"}
        with watch.waiting():
            answer = await self._tools[step.function_name].answer(args, kwargs)
        try:
            return {"return_value": answer.given()}
        except Exception as error:  # noqa: BLE001 - the tool's, for the code
            return {"exception": error}


def _completed(step: MontyComplete, watch: Watch) -> weft.Execution:
    try:
        return watch.execution(step.output)
    except (ValueError, RecursionError) as error:  # what Python itself cannot hold, such as endless numbers
        return watch.execution(error=f"ValueError: The value of the last line cannot leave the interpreter: {error}.")


def _standing_for(name: str) -> Callable[..., Any]:
    """Return what Monty is given for a tool; it knows functions of the host by their names."""

    def tool() -> None: ...

    tool.__name__ = tool.__qualname__ = name
    return tool


def _short(value: Any) -> str:
    """Return a value's `repr`, unless it may hold others: small as they are in memory, they may be endless there."""
    if value is None or isinstance(value, str | bytes) or not hasattr(value, "__iter__"):
        return repr(value)
    return f"<{type(value).__name__}>"
