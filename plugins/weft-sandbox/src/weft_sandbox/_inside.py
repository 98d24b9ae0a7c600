"""What runs in the jail: it takes code from the host, runs it, and reports what came of it.

It is started as a file of its own by a Python that has nothing but its standard library. Nothing here is a wall, since
the code that it runs can change it at will; the walls are around the process. Every message is a line of JSON. Those of
a run carry its token, so that what the code itself writes to the pipe is not taken for one.
"""

from __future__ import annotations

import builtins
import io
import json
import linecache
import os
import resource
import sys
import types
from _thread import RLock

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

_REQUESTS, _REPORTS = os.dup(0), os.dup(1)
_READY = b'{"ready": true}\n'
_DEEPEST = 100
_LONGEST_LINE = 30_000_000
_LONGEST_ERROR = 1_000_000
_MOST_PIECES = 4000
_ONLY_TREE = 0x400  # ast.PyCF_ONLY_AST, without the time that importing ast takes


def _begin() -> None:
    """Set the limits, leave nothing open but the two pipes, say that all is ready, and serve the host until it goes."""
    channel = _Channel()
    start = channel.receive()
    for name, limit in start["limits"].items():
        _limit(getattr(resource, name), limit)
    main = sys.modules["__main__"] = types.ModuleType("__main__")
    for name in start["tools"]:
        setattr(main, name, _tool(channel, name))
    output = sys.stdout = sys.stderr = _Output(channel, start["output_limit"])
    sys.path[:] = [*start["packages"], *sys.path]
    _close_streams()  # not before, so that the host is told what went wrong until here
    channel.write(_READY)
    runs = 0
    while (request := channel.receive()) is not None:
        runs += 1
        channel.token = request["run"]
        vars(main).update(request["variables"])
        last = _served(channel, request["code"], vars(main), f"<code {runs}>")
        output.end_run()
        channel.write(last)


def _limit(kind: int, most: int) -> None:
    """Set a limit, unless the host has a lower one, which nobody may raise."""
    _, hard = resource.getrlimit(kind)
    most = most if hard == resource.RLIM_INFINITY else min(most, hard)
    resource.setrlimit(kind, (most, most))


def _close_streams() -> None:
    nothing = os.open("/dev/null", os.O_RDWR)
    for number in (0, 1, 2):
        os.dup2(nothing, number)
    os.close(nothing)


def _served(channel: _Channel, code: str, names: dict[str, Any], filename: str) -> bytes:
    """Run code, and return the report of its end."""
    try:
        return channel.line(value=_plain(_run(code, names, filename)), error=None)
    except _Unfit as unfit:
        error = f"ValueError: The value of the last line cannot leave the interpreter: {unfit}."
    except BaseException as raised:  # noqa: BLE001 - whatever the code raises is for the host to know
        error = _traceback(raised)
    return channel.line(value=None, error=error[:_LONGEST_ERROR])


def _run(code: str, names: dict[str, Any], filename: str) -> Any:
    """Run code in the namespace; return the value of its last line, if that is an expression."""
    linecache.cache[filename] = (len(code), None, code.splitlines(True), filename)
    tree: Any = compile(code, filename, "exec", _ONLY_TREE)
    last = tree.body.pop() if tree.body and type(tree.body[-1]).__name__ == "Expr" else None
    exec(compile(tree, filename, "exec"), names)  # noqa: S102 - this is what the jail is for
    if last is None:
        return None
    from _ast import Expression

    return eval(compile(Expression(last.value), filename, "eval"), names)  # noqa: S307 - as above


def _traceback(raised: BaseException) -> str:
    """Return the traceback without what is of this file, or as much of it as can be had."""
    try:
        import traceback

        told = traceback.TracebackException(type(raised), raised, raised.__traceback__, compact=True)
        told.stack[:] = [frame for frame in told.stack if frame.filename != __file__]
        return "".join(told.format()).rstrip("\n")
    except BaseException:  # noqa: BLE001 - the exception is the code's, and may fail to describe itself
        return type(raised).__name__


def _tool(channel: _Channel, name: str) -> Callable[..., Any]:
    def call(*args: Any, **kwargs: Any) -> Any:
        return channel.call(name, args, kwargs)

    call.__name__ = call.__qualname__ = name
    return call


class _Channel:
    """The two pipes to the host. One thread at a time writes, and waits for what it is answered."""

    def __init__(self) -> None:
        self.token = ""
        self.lock = RLock()
        self._requests = os.fdopen(_REQUESTS, "rb")

    def receive(self) -> Any:
        line = self._requests.readline()
        return json.loads(line) if line else None

    def line(self, **message: Any) -> bytes:
        line = json.dumps({"run": self.token, **message}).encode() + b"\n"
        if len(line) > _LONGEST_LINE:
            raise _Unfit(f"written out it takes {len(line) // 1_000_000} million characters")
        return line

    def write(self, line: bytes) -> None:
        with self.lock:
            while line:
                line = line[os.write(_REPORTS, line) :]

    def call(self, name: str, args: Any, kwargs: Any) -> Any:
        try:
            line = self.line(tool=name, args=args, kwargs=kwargs)
        except (TypeError, ValueError, _Unfit) as error:
            raise TypeError(f"What {name} is given must be plain data: {error}") from None
        with self.lock:
            sys.stdout.flush()
            self.write(line)
            answer = self.receive()
        if answer["error"] is None:
            return answer["value"]
        raise getattr(builtins, answer["error"])(answer["message"])


class _Output(io.TextIOBase):
    """Standard output: sent line by line, up to a number of characters in each run."""

    def __init__(self, channel: _Channel, limit: int) -> None:
        self._channel, self._limit = channel, limit
        self._left = limit
        self._kept: list[str] = []

    def writable(self) -> bool:
        return True

    def write(self, text: str) -> int:
        if not isinstance(text, str):  # pyright: ignore[reportUnnecessaryIsInstance]
            raise TypeError(f"write() argument must be str, not {type(text).__name__}")
        if self._left > 0:
            self._kept.append(text[: self._left])
            self._left -= len(text)
            if "\n" in text or len(self._kept) > _MOST_PIECES:
                self.flush()
        return len(text)

    def flush(self) -> None:
        with self._channel.lock:
            kept, self._kept = "".join(self._kept), []
            if kept:
                self._channel.write(self._channel.line(output=kept))

    def end_run(self) -> None:
        """Send what is left of a run, and allow the next one its own output."""
        self.flush()
        self._left = self._limit


class _Unfit(Exception):
    """A value cannot leave the jail."""


def _plain(value: Any, depth: int = 0) -> Any:
    """Return a value as JSON has it; what it has no form for as its repr."""
    if value is None or type(value) in (bool, int, float, str):
        return value
    if depth == _DEEPEST:
        raise _Unfit(f"it is nested more than {_DEEPEST} levels deep, or holds itself")
    contents: Any = value
    if isinstance(value, dict):
        return {_key(key): _plain(item, depth + 1) for key, item in contents.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_plain(item, depth + 1) for item in contents]
    return repr(value)


def _key(key: Any) -> str:
    return key if type(key) is str else str(_plain(key, _DEEPEST - 1))


if __name__ == "__main__":
    _begin()
