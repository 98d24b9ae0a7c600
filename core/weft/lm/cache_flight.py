"""Single flight: of identical calls that overlap, one is made, and the others get its answer.

The first caller leads and makes the call; the others follow. A follower that is cancelled leaves the leader alone. A
leader that is cancelled has given no answer, so one of the followers leads next. A leader's failure is everyone's:
whoever waited asked for the same thing at the same time. The next caller tries again.
"""

from __future__ import annotations

import copy
import os
import threading
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from ..errors import LMError
from ..runtime.crew import paused
from ..runtime.loop import enter_loop

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Callable, Coroutine, Hashable

T = TypeVar("T")


class _Flight(Generic[T]):
    """One call under way, and who waits for it."""

    __slots__ = ("_waiting", "outcome")

    def __init__(self) -> None:
        self._waiting: list[asyncio.Future[None]] = []
        self.outcome: T | Exception | None = None

    async def landed(self, flights: dict[Hashable, _Flight[Any]], key: Hashable, seconds: float) -> None:
        """Wait until the leader is done, from any loop; TimeoutError after so many seconds."""
        import asyncio

        future = asyncio.get_running_loop().create_future()
        with _lock:
            if flights.get(key) is not self:
                return
            self._waiting.append(future)
        async with asyncio.timeout(None if seconds == float("inf") else seconds):
            await future

    def land(self) -> None:
        """Wake the followers, each on its own loop."""
        for future in self._waiting:
            try:
                future.get_loop().call_soon_threadsafe(_wake, future)
            except RuntimeError:  # that loop was closed: nobody waits there any more
                continue


def _wake(future: asyncio.Future[None]) -> None:
    if not future.done():
        future.set_result(None)


_lock = threading.Lock()
_flights: dict[Hashable, _Flight[Any]] = {}  # as many as there are calls under way
_led: ContextVar[frozenset[Hashable]] = ContextVar("weft_led_flights", default=frozenset())


async def single_flight(
    key: Hashable, call: Callable[[], Coroutine[Any, Any, T]], patience: Callable[[], float]
) -> tuple[T, bool]:
    """Return the answer to a call, and whether it was made here; not so if an equal call was under way.

    Args:
        key: what makes calls equal.
        call: makes the call; what it returns is never None.
        patience: returns the seconds for which an equal call is waited for.

    Raises:
        TimeoutError: the equal call took longer; it goes on for the others.
        Exception: what the call raised; followers get a copy of their own, with the leader's as its cause.
    """
    while True:
        with _lock:
            flight = _flights.get(key)
            if flight is None:
                mine = _flights[key] = _Flight[Any]()
        if flight is None:
            return await _lead(mine, key, call), True  # pyright: ignore[reportPossiblyUnboundVariable]
        if key in _led.get():  # the call waits for an equal one that it makes itself
            return await call(), True
        await enter_loop()
        with paused():
            await flight.landed(_flights, key, patience())
        if isinstance(flight.outcome, Exception):
            raise own_copy(flight.outcome) from flight.outcome
        if flight.outcome is not None:
            return flight.outcome, False


async def _lead(flight: _Flight[T], key: Hashable, call: Callable[[], Coroutine[Any, Any, T]]) -> T:
    token = _led.set(_led.get() | {key})
    try:
        flight.outcome = response = await call()
    except Exception as error:  # whatever it is, those who wait for this call must hear of it
        flight.outcome = error
        raise
    else:
        return response
    finally:  # also when the leader is cancelled: then there is no outcome, and a follower goes on
        _led.reset(token)
        with _lock:
            if _flights.get(key) is flight:  # not so in a forked child
                del _flights[key]
        flight.land()


def own_copy(error: Exception) -> Exception:
    """Return an equal exception, since one that is raised in several places would gather their tracebacks."""
    try:
        copied = copy.copy(error)
    except Exception:  # noqa: BLE001 - a stranger's class, whose __init__ may take anything
        copied = None
    if copied is None or type(copied) is not type(error):
        return LMError(f"The same call, made at the same time, failed: {type(error).__name__}: {error}")
    copied.__traceback__ = None
    return copied


def _forget() -> None:
    """Start afresh in a forked child, in which no leader goes on."""
    global _lock
    _lock = threading.Lock()
    _flights.clear()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forget)
