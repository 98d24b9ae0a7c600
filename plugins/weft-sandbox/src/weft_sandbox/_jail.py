"""The jail: what bubblewrap is told to build around one Python process."""

from __future__ import annotations

import os
import platform
import shutil
import subprocess
import sys
import sysconfig
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from weft.errors import InterpreterError

from . import _filter

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

HARNESS = "/run/inside.py"
_INSIDE = Path(__file__).with_name("_inside.py")
_FILES_MB = 16
_OPEN_FILES = 64
_TASKS = 512  # of the user, where the kernel counts them so; threads among them
_CPU_SECONDS = 3600  # of all runs of a session; each is ended by the clock long before
_NOBODY = "65534"
_DEVICES = ("/dev/null", "/dev/zero", "/dev/random", "/dev/urandom")
_ENVIRONMENT = {
    "HOME": "/tmp",  # noqa: S108 - the jail's own
    "LANG": "C.UTF-8",
    "MALLOC_ARENA_MAX": "1",  # each arena takes 64 MB of addresses, which the limit of memory counts
    "OPENBLAS_NUM_THREADS": "1",
}


def command(packages: Sequence[str], *, filter_fd: int, info_fd: int) -> list[str]:
    """Return the command that starts the harness in a jail.

    Args:
        packages: folders of packages that the code may import.
        filter_fd: where bubblewrap reads the system calls that are refused.
        info_fd: where it writes the number of the process.

    Raises:
        InterpreterError: there is no bubblewrap, or no Python that it could show.
    """
    python = os.path.realpath(getattr(sys, "_base_executable", sys.executable))
    return [
        bubblewrap(),
        *("--unshare-all", "--unshare-user", "--uid", _NOBODY, "--gid", _NOBODY, "--cap-drop", "ALL"),
        *("--clearenv", *(word for pair in _ENVIRONMENT.items() for word in ("--setenv", *pair))),
        *("--hostname", "sandbox", "--new-session", "--die-with-parent", "--as-pid-1"),
        *("--seccomp", str(filter_fd), "--info-fd", str(info_fd)),
        *("--size", str(_FILES_MB * 2**20), "--tmpfs", "/tmp", "--chdir", "/tmp"),  # noqa: S108 - the jail's own
        *_shown("--dev-bind", _DEVICES),
        *_python(python, packages),
        *("--ro-bind", str(_INSIDE), HARNESS, "--remount-ro", "/"),
        *("--", python, "-I", "-S", "-B", "-X", "utf8", HARNESS),
    ]


def limits(memory_mb: float) -> dict[str, int]:
    """Return the limits of the process, by their names in Python's `resource`."""
    return {
        "RLIMIT_AS": int(memory_mb * 2**20),
        "RLIMIT_CORE": 0,
        "RLIMIT_CPU": _CPU_SECONDS,
        "RLIMIT_FSIZE": _FILES_MB * 2**20,
        "RLIMIT_MEMLOCK": 0,
        "RLIMIT_NOFILE": _OPEN_FILES,
        "RLIMIT_NPROC": _TASKS,
    }


def refused_calls() -> bytes:
    """Return the filter of system calls for this machine.

    Raises:
        InterpreterError: it is of a kind for which there is none.
    """
    machine = platform.machine()
    if machine not in _filter.MACHINES:
        known = " and ".join(_filter.MACHINES)
        raise InterpreterError(f"The interpreter 'bubblewrap' knows the machines {known}, and this is {machine!r}.")
    return _filter.program(machine)


def bubblewrap() -> str:
    """Return the path of bubblewrap.

    Raises:
        InterpreterError: there is none.
    """
    found = shutil.which("bwrap") if sys.platform == "linux" else None
    if found is None:
        raise InterpreterError(
            "The interpreter 'bubblewrap' needs Linux and the program bwrap, which is not there. "
            "Install the package bubblewrap (on Debian: apt-get install bubblewrap), or use Interpreter('monty')."
        )
    return found


def _python(python: str, packages: Sequence[str]) -> list[str]:
    """Return what shows the jail Python, its standard library, and the system's libraries that it is linked with."""
    library = {sysconfig.get_path(name) for name in ("stdlib", "platstdlib")}
    own = [path for path in _linked(python) if path.startswith(tuple(f"{folder}/" for folder in _prefixes()))]
    system = {os.path.dirname(path) for path in _linked(python) if path not in own}
    packed = [f"{folder}/{name}" for folder in library for name in ("site-packages", "dist-packages")]
    hidden = [folder for folder in packed if os.path.isdir(folder)]
    return [
        *_shown("--ro-bind", sorted({*library, *system, *own, python})),
        *(word for folder in hidden for word in ("--tmpfs", folder)),
        *_shown("--ro-bind", packages),
        *(word for folder in hidden for word in ("--remount-ro", folder)),  # else files there take all memory
        *("--setenv", "LD_LIBRARY_PATH", ":".join(sorted({os.path.dirname(path) for path in own}))),
    ]


def _prefixes() -> set[str]:
    return {sys.base_prefix, sys.base_exec_prefix} - {"/usr"}


@lru_cache(maxsize=8)
def _linked(python: str) -> tuple[str, ...]:
    """Return the paths of the libraries that a program is linked with.

    Raises:
        InterpreterError: they cannot be found out.
    """
    try:
        listed = subprocess.run(  # noqa: S603 - of this very Python
            ["ldd", python],  # noqa: S607 - wherever the system has it
            capture_output=True,
            text=True,
            check=False,
        ).stdout
    except OSError as error:
        raise InterpreterError(f"The libraries of {python!r} cannot be listed with ldd: {error}.") from error
    return tuple(sorted({word for word in listed.split() if word.startswith("/")}))


def _shown(how: str, paths: Iterable[str]) -> list[str]:
    return [word for path in paths for word in (how, path, path)]
