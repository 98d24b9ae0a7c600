"""``monty``: an interpreter of its own for a subset of Python, which starts within a millisecond."""

from __future__ import annotations

from typing import TYPE_CHECKING

import weft

if TYPE_CHECKING:
    from collections.abc import Mapping


class MontyInterpreter(weft.Interpreter):
    """Runs code in Monty, which has no way to files, network, environment or processes at all.

    It is a subset of Python; `language` says what is missing. It runs in worker processes that sessions share one after
    the other.

    Args:
        seconds, memory_mb, output_limit: as for `weft.Interpreter`.
    """

    language = (
        "a subset of Python: no `yield`, no `del`, no classes that inherit, no properties, no files, and of the "
        "standard library only asyncio, base64, bisect, collections, copy, csv, dataclasses, datetime, "
        "decimal, functools, hashlib, itertools, json, math, random, re, sys, time, typing and unicodedata. Functions "
        "that are given to you can be called, but not handed to map() or sorted()"
    )

    async def open(self, tools: Mapping[str, weft.HostTool]) -> weft.InterpreterSession:
        from ._pool import WORKERS

        await WORKERS.ready()
        from ._monty_session import MontySession  # imports Monty, which the line above has found to be there

        session = MontySession(self, tools)
        await session.begin()
        return session
