"""What is watched from outside while code tries to escape: files, servers, processes, memory, and what it was told."""

from __future__ import annotations

import os
import select
import socket
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from types import TracebackType

    import weft

CANARY = "canary-5f1b77a0"
_CLAIMS = ("ESCAPED", "FORGED", CANARY)
_MOST_GROWN = 300 * 2**20
_WORKERS = ("monty",)


class Outside:
    """The surroundings of one attempt."""

    def __init__(self, folder: Path) -> None:
        self._folder, self._stack = folder, ExitStack()
        self.secret = folder / "secret.txt"
        self.target = folder / "target.txt"
        self.notes: list[str] = []
        self._servers: list[socket.socket] = []

    def __enter__(self) -> Outside:
        self.secret.write_text(CANARY, encoding="utf-8")
        self._abstract = f"weft-sandbox-{os.getpid()}"
        addresses: list[tuple[int, Any]] = [
            (socket.AF_INET, ("127.0.0.1", 0)),
            (socket.AF_UNIX, str(self._folder / "socket")),
            (socket.AF_UNIX, f"\0{self._abstract}"),
        ]
        for family, address in addresses:
            server = self._stack.enter_context(socket.socket(family))
            server.bind(address)
            server.listen()
            self._servers.append(server)
        self._files = sorted(os.listdir(self._folder))
        self._processes = _descendants()
        Path("/proc/self/clear_refs").write_text("5", encoding="ascii")  # the most memory is that from here on
        self._memory = _most_memory()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stack.close()

    def variables(self) -> dict[str, Any]:
        """Return where all that may not be reached is."""
        return {
            "secret_file": str(self.secret),
            "target": str(self.target),
            "port": self._servers[0].getsockname()[1],
            "unix_socket": self._servers[1].getsockname(),
            "abstract_socket": self._abstract,
            "host_pid": os.getpid(),
        }

    def note(self, text: str) -> str:
        """The one function of the host that code has."""
        self.notes = [*self.notes[-100:], text]
        return "noted"

    def check(self, run: weft.Execution) -> None:
        """Say whether anything got out in a run, or was changed outside by it."""
        told = f"{run.value!r} {run.output}"
        assert not [claim for claim in _CLAIMS if claim in told], told[:2000]
        assert CANARY not in (run.error or "")
        assert "FORGED" not in self.notes
        assert sorted(os.listdir(self._folder)) == self._files
        assert self.secret.read_text(encoding="utf-8") == CANARY
        reached, _, _ = select.select(self._servers, [], [], 0)
        assert not reached, "a server was reached"
        assert _most_memory() - self._memory < _MOST_GROWN

    def check_end(self) -> None:
        """Say whether a process was left behind."""
        left = {number: name for number, name in _descendants().items() if number not in self._processes}
        assert not [name for name in left.values() if name not in _WORKERS], left


def _most_memory() -> int:
    """Return the bytes that this process has taken at most."""
    lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    return next(int(line.split()[1]) * 1024 for line in lines if line.startswith("VmHWM:"))


def _descendants() -> dict[int, str]:
    """Return the processes below this one, by number, with their names; those that have ended are left out."""
    parents: dict[int, tuple[int, str]] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                name, _, rest = (entry / "stat").read_text(encoding="utf-8").partition("(")[2].rpartition(")")
            except OSError:
                continue  # it has just ended
            state, parent = rest.split()[:2]
            if state != "Z":
                parents[int(entry.name)] = (int(parent), name)
    found: dict[int, str] = {}
    generation = {os.getpid()}
    while generation:
        generation = {number for number, (parent, _) in parents.items() if parent in generation}
        found.update({number: parents[number][1] for number in generation})
    return found
