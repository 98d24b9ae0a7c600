"""Both engines, and whether bubblewrap can be used on this machine."""

from __future__ import annotations

import platform
import shutil
import subprocess

import pytest

_HOW = "To run its tests: {}."
_PERMIT = (
    "permit user namespaces, as root with sysctl -w kernel.unprivileged_userns_clone=1 or "
    "kernel.apparmor_restrict_unprivileged_userns=0, in a container with --privileged"
)


def _why_not() -> str:
    """Return why bubblewrap cannot be had here, or nothing; asked without weft, so that its faults are not skipped."""
    if platform.system() != "Linux" or platform.machine() not in ("x86_64", "aarch64"):
        return "bubblewrap takes Linux on x86-64 or ARM64. " + _HOW.format("use such a machine")
    program = shutil.which("bwrap")
    if program is None:
        return "bubblewrap is not installed. " + _HOW.format("apt-get install bubblewrap")
    command = [program, "--unshare-all", "--unshare-user", "--uid", "65534", "--ro-bind", "/", "/", "/bin/true"]
    ran = subprocess.run(command, capture_output=True, text=True, check=False)
    if ran.returncode:
        return f"bubblewrap cannot work here ({ran.stderr.strip()}). {_HOW.format(_PERMIT)}"
    return ""


WHY_NOT = _why_not()
needs_bubblewrap = pytest.mark.skipif(bool(WHY_NOT), reason=WHY_NOT)
ENGINES = ["monty", pytest.param("bubblewrap", marks=needs_bubblewrap)]


@pytest.fixture(params=ENGINES)
def engine(request: pytest.FixtureRequest) -> str:
    """The name of an engine."""
    return str(request.param)
