"""llama-cpp-python itself: imported at the first use of a model, and kept from writing to the terminal."""

from __future__ import annotations

import contextlib
import ctypes
import io
import logging
import os
import tempfile
import threading
from collections import deque
from functools import lru_cache
from importlib import import_module
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

from weft.errors import PluginLoadError, UnsupportedModelError

from .refusals import refusal

if TYPE_CHECKING:
    from collections.abc import Generator
    from pathlib import Path

_logger = logging.getLogger("weft_llamacpp")
_recent: deque[str] = deque(maxlen=100)
_streams = threading.Lock()  # held by whoever has the process's standard streams turned away


def check_installed() -> None:
    """Fail early where llama-cpp-python is missing.

    Raises:
        PluginLoadError: it is not installed.
    """
    if find_spec("llama_cpp") is None:
        raise PluginLoadError(
            "weft-llamacpp needs llama-cpp-python, which is not installed: pip install llama-cpp-python builds it, "
            "which takes some minutes and a C++ compiler."
        )


def llama_cpp() -> Any:
    """Return the module `llama_cpp`, whose log goes to the logger ``weft_llamacpp`` at debug level.

    Raises:
        PluginLoadError: it is not installed, or cannot be loaded.
    """
    return _loaded()[0]


@lru_cache(maxsize=1)
def _loaded() -> tuple[Any, Any]:
    """Return the module, and the callback that llama.cpp holds a pointer to and that must stay alive for it."""
    check_installed()
    try:
        library = import_module("llama_cpp")
    except Exception as error:  # a stranger's module that loads shared libraries; say whose it is
        raise PluginLoadError(f"llama-cpp-python is installed but cannot be loaded: {error}") from error
    callback = library.llama_log_callback(_log)
    library.llama_log_set(callback, ctypes.c_void_p(0))
    return library, callback


def _log(level: int, text: bytes, _: Any) -> None:
    line = text.decode(errors="replace").rstrip()
    _recent.append(line)
    _logger.debug("%s", line)


def opened(path: Path, **options: Any) -> Any:
    """Return a ``llama_cpp.Llama``.

    Raises:
        UnsupportedModelError: llama.cpp cannot open the file; says why in its words.
    """
    library = llama_cpp()
    reason: list[str] = []
    try:
        with _telling(reason):
            llama = library.Llama(str(path), verbose=True, **options)
    except (RuntimeError, TypeError, ValueError) as error:
        why = reason[0] if reason else str(error)
        raise refusal(path.name, f"llama.cpp cannot open {path.name}: {why}", UnsupportedModelError) from error
    llama.verbose = False
    return llama


@contextlib.contextmanager
def _telling(reason: list[str]) -> Generator[None]:
    """Drop what llama-cpp-python prints, and add to `reason` what llama.cpp complained of where the block raises.

    Left to be quiet by itself, llama-cpp-python would close the standard streams of the whole process for that long.
    """
    with _streams:
        _recent.clear()
        try:
            with contextlib.redirect_stderr(io.StringIO()):
                yield
        except Exception:  # whatever it is, it goes on to the caller, with what llama.cpp said before
            reason.extend([line for line in _recent if "error" in line.lower() or "failed" in line.lower()][:1])
            raise


@contextlib.contextmanager
def without_terminal(said: list[str]) -> Generator[None]:
    """Add to `said` the lines that C code writes to the standard error, past llama.cpp's own log, in the block."""
    with _streams, tempfile.TemporaryFile() as file:
        terminal = os.dup(2)
        os.dup2(file.fileno(), 2)
        try:
            yield
        finally:
            os.dup2(terminal, 2)
            os.close(terminal)
            file.seek(0)
            said.extend(file.read().decode(errors="replace").split("\n"))
