"""Monty's workers: processes of their own that sessions share one after the other, since starting one takes longest."""

from __future__ import annotations

import asyncio
import os
import signal
import threading
import time
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from weft.errors import InterpreterError

if TYPE_CHECKING:
    from contextlib import AsyncExitStack

    from pydantic_monty import AsyncMonty, AsyncMontySession, ResourceLimits

_MOST_WORKERS = 1024  # sessions at once; one worker is always kept, so that the next session need not wait for it
_TRIES = 3  # workers that have died while they waited are found out one by one
_GRACE_SECONDS = 0.5
_LETTING_GO_SECONDS = 0.1
"""Monty's threads let go of Python's objects some moments after they have answered. If Python ends in between, the
process is aborted; without this wait, one in six was on a busy machine (pydantic-monty 1.4.0)."""


class Workers:
    """The workers of this process, started at the first use; every event loop and thread may use them."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._pool: AsyncMonty | None = None
        self._owner = 0
        self._busy: set[int] = set()

    async def session(self, stack: AsyncExitStack, limits: ResourceLimits) -> AsyncMontySession:
        """Return a session that ends with `stack`.

        Raises:
            InterpreterError: there is no Monty, or it does not start.
        """
        session = await _checked_out(await self.ready(), stack, limits)
        if session.worker_pid is not None:
            self._busy.add(session.worker_pid)
            stack.callback(self._busy.discard, session.worker_pid)
        return session

    async def ready(self) -> AsyncMonty:
        """Return the pool of workers, with one of them started.

        Raises:
            InterpreterError: there is no Monty, or it does not start.
        """
        if self._pool is not None:
            return self._checked(self._pool)
        pool = await _begun()
        with self._lock:
            if self._pool is None:
                self._pool, self._owner = pool, os.getpid()
                return pool
        await _ended(pool)  # another thread was quicker
        return self._pool

    def _checked(self, pool: AsyncMonty) -> AsyncMonty:
        if self._owner != os.getpid():
            raise InterpreterError(
                "Monty cannot be used in a process that was forked from one that has used it: its threads are not "
                "there. Start processes with the method 'spawn' or 'forkserver', or use Interpreter('bubblewrap')."
            )
        return pool

    def close(self) -> None:
        """End the workers, also those that run code; blocking."""
        if self._owner != os.getpid():
            return  # they are the parent's
        with self._lock:
            pool, self._pool = self._pool, None
        for number in list(self._busy):
            with suppress(ProcessLookupError):
                os.kill(number, signal.SIGKILL)
        if pool is not None:
            asyncio.run(_ended(pool))
            time.sleep(_LETTING_GO_SECONDS)


async def _begun() -> AsyncMonty:
    try:
        from pydantic_monty import AsyncMonty

        return await AsyncMonty(
            min_processes=1, max_processes=_MOST_WORKERS, feed_duration_limit_grace=_GRACE_SECONDS
        ).__aenter__()
    except ImportError as error:
        raise InterpreterError(
            "The interpreter 'monty' needs the package pydantic-monty: pip install pydantic-monty"
        ) from error
    except Exception as error:  # of its start: a missing program, a platform without one, no right to run it
        raise InterpreterError(
            f"Monty could not be started ({error}). Install it again: pip install --force-reinstall pydantic-monty"
        ) from error


async def _checked_out(pool: AsyncMonty, stack: AsyncExitStack, limits: ResourceLimits) -> AsyncMontySession:
    from pydantic_monty import MontyCrashedError

    problem: Exception | None = None
    for _ in range(_TRIES):
        try:
            return await stack.enter_async_context(pool.checkout(limits=limits, os_policy={"sleep": "call_host"}))
        except MontyCrashedError as error:  # the worker has died while it waited
            problem = error
        except Exception as error:  # noqa: BLE001 - Monty raises what it likes, and all of it means: no worker
            problem = error
            break
    raise InterpreterError(f"Monty could not begin a session: {problem}.") from problem


async def _ended(pool: Any) -> None:
    await pool.__aexit__(None, None, None)


WORKERS = Workers()
