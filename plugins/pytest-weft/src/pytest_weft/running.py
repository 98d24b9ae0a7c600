"""Running coroutines from checks, which are plain functions so that no async plugin of pytest is needed."""

from __future__ import annotations

import asyncio
import threading
from typing import TYPE_CHECKING, Any, TypeVar

from weft.runtime.loop import enter_loop, run_sync

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine

T = TypeVar("T")


def finished(coroutine: Coroutine[Any, Any, T]) -> T:
    """Run a coroutine on weft's background loop, where all blocking calls end up."""

    async def entered() -> T:
        await enter_loop()
        return await coroutine

    return run_sync(entered())


def in_running_loop(function: Callable[[], T]) -> T:
    """Call a blocking function inside a running event loop, as a notebook cell does."""

    async def cell() -> T:
        return function()

    return asyncio.run(cell())


def within(seconds: float, function: Callable[[], T]) -> T:
    """Call a function that might wait for itself for ever; too late is a failure, not a hanging test run.

    Raises:
        TimeoutError: it did not return in time.
    """
    outcome: list[T] = []
    errors: list[BaseException] = []

    def work() -> None:
        try:
            outcome.append(function())
        except BaseException as error:  # noqa: BLE001 - raised in the caller's thread
            errors.append(error)

    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    thread.join(seconds)
    if errors:
        raise errors[0]
    if not outcome:
        raise TimeoutError(f"No answer within {seconds} seconds.")
    return outcome[0]
