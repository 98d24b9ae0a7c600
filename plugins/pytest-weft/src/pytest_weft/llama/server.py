"""Starts llama.cpp's servers on a free port of this machine, and waits until they answer."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryFile
from typing import TYPE_CHECKING, BinaryIO

import pytest

if TYPE_CHECKING:
    from collections.abc import Generator, Sequence

_PATIENCE_SECONDS = 60.0
_SERVER_EXTRAS = ("llama_cpp", "uvicorn", "fastapi", "sse_starlette", "starlette_context", "pydantic_settings")


@contextmanager
def llama_server(model: Path, *options: str) -> Generator[str]:
    """Run llama.cpp's ``llama-server`` with `model` and give its URL, without a slash or ``/v1`` at the end.

    The program is the one that ``WEFT_LLAMA_SERVER`` names, or that is on the PATH, or that ``.ci/llama`` has built.
    Without any the test is skipped. `options` are passed on, such as ``"-c", "8192"``.
    """
    program = _program()
    if program is None:
        pytest.skip("there is no llama-server: neither WEFT_LLAMA_SERVER, nor on the PATH, nor built by .ci/llama")
    with _running([program, "-m", str(model), "-t", "1", "--no-webui", *options], "/health") as url:
        yield url


@contextmanager
def python_llama_server(model: Path, *options: str) -> Generator[str]:
    """Run ``python -m llama_cpp.server`` with `model` and give its URL, without a slash or ``/v1`` at the end.

    Without llama-cpp-python and its extra ``server`` the test is skipped.
    """
    missing = [name for name in _SERVER_EXTRAS if find_spec(name) is None]
    if missing:
        pytest.skip(f"llama_cpp.server cannot run without {', '.join(missing)}; see llama-cpp-python[server]")
    with _running([sys.executable, "-m", "llama_cpp.server", "--model", str(model), *options], "/v1/models") as url:
        yield url


def _program() -> str | None:
    if named := os.environ.get("WEFT_LLAMA_SERVER"):
        return named
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    built = sorted(map(str, cache.glob("weft-ci/llama/*/llama-server")))
    return shutil.which("llama-server") or (built[-1] if built else None)


@contextmanager
def _running(command: Sequence[str], probe: str) -> Generator[str]:
    port = _free_port()
    url = f"http://127.0.0.1:{port}"
    with TemporaryFile() as log:  # a pipe that nobody reads would fill up and stop the server
        process = subprocess.Popen(  # noqa: S603 - the program that the developer has chosen
            [*command, "--host", "127.0.0.1", "--port", str(port)], stdout=log, stderr=subprocess.STDOUT
        )
        try:
            _wait_for(f"{url}{probe}", process, log)
            yield url
        finally:
            process.terminate()
            process.wait()


def _wait_for(url: str, process: subprocess.Popen[bytes], log: BinaryIO) -> None:
    deadline = time.monotonic() + _PATIENCE_SECONDS
    while not _answers(url):
        try:
            process.wait(timeout=0.02)  # until the next try, or until it gives up
        except subprocess.TimeoutExpired:
            if time.monotonic() < deadline:
                continue
        log.seek(0)
        said = log.read().decode(errors="replace")[-2000:]
        raise RuntimeError(f"{process.args!r} did not answer at {url}. It said:\n{said}")


def _answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=_PATIENCE_SECONDS):  # noqa: S310 - http on this machine
            return True
    except (urllib.error.URLError, ConnectionError):  # not listening yet, or still loading its model (503)
        return False


def _free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return free.getsockname()[1]
