"""Walls: files, network, environment, processes, time and memory, each watched from outside."""

from __future__ import annotations

import socket
from typing import TYPE_CHECKING

from .subject import InterpreterSubject

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

_CANARY = "canary-0123456789"
_WHATEVER = "try:\n    {attempt}\nexcept Exception as error:\n    found = repr(error)\nfound"


class WallChecks(InterpreterSubject):
    """Checks of what code cannot do."""

    def test_reads_no_files(self, tmp_path: Path) -> None:
        """The code cannot read a file of this machine."""
        file = tmp_path / "secret.txt"
        file.write_text(_CANARY, encoding="utf-8")
        run = self.run(_WHATEVER.format(attempt=f"found = open({str(file)!r}).read()"))
        assert _CANARY not in repr(run), "the code has read a file"

    def test_writes_no_files(self, tmp_path: Path) -> None:
        """The code cannot write a file of this machine."""
        file = tmp_path / "written.txt"
        self.run(_WHATEVER.format(attempt=f"found = open({str(file)!r}, 'w').write('x')"))
        assert not file.exists(), "the code has written a file"

    def test_has_no_environment(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """The code does not see the environment of this process, in which there are keys."""
        monkeypatch.setenv("WEFT_TEST_CANARY", _CANARY)
        run = self.run(_WHATEVER.format(attempt="import os\n    found = repr(dict(os.environ))"))
        assert _CANARY not in repr(run), "the code has read the environment"

    def test_has_no_network(self) -> None:
        """The code reaches no server, not even one on this machine."""
        with socket.create_server(("127.0.0.1", 0)) as server:
            server.settimeout(0.05)
            address = server.getsockname()
            connect = f"import socket\n    found = socket.create_connection({address!r}, 1).send(b'x')"
            self.run(_WHATEVER.format(attempt=connect))
            assert not _was_reached(server), "the code has reached a server"

    def test_starts_no_programs(self, tmp_path: Path) -> None:
        """The code cannot start a program that does something outside."""
        file = tmp_path / "touched.txt"
        self.run(_WHATEVER.format(attempt=f"import os\n    found = os.system({f'echo x > {file}'!r})"))
        self.run(_WHATEVER.format(attempt=f"import subprocess\n    found = subprocess.run(['touch', {str(file)!r}])"))
        assert not file.exists(), "the code has started a program"

    def test_time_is_limited(self) -> None:
        """Code that does not end is stopped, with a TimeoutError, and the session can be used again."""
        stopped, after = self.runs("print('begun')\nwhile True:\n    pass", "1 + 1", seconds=0.5)
        assert stopped.error is not None, "endless code has ended without an error"
        assert "TimeoutError" in stopped.error, f"the error is {stopped.error!r}"
        assert stopped.output == "begun\n", f"what was printed before is {stopped.output!r}"
        assert after.value == 2, f"after endless code, 1 + 1 gave {after!r}"

    def test_lost_names_are_reported(self) -> None:
        """After code was stopped, either its names are still there, or `lost` says that they are not."""
        _, stopped, after = self.runs("kept = 1", "while True:\n    pass", "kept", seconds=0.5)
        assert stopped.lost == (after.value != 1), f"lost is {stopped.lost}, and the name gave {after!r}"

    def test_memory_is_limited(self) -> None:
        """Code that takes too much memory is stopped, and the session can be used again."""
        greedy, after = self.runs("x = [0] * 10**8\nlen(x)", "1 + 1", memory_mb=self.limited_mb)
        assert greedy.error is not None, f"the code had {greedy.value} items, which take more than it may have"
        assert after.value == 2, f"after code that takes too much memory, 1 + 1 gave {after!r}"


def _was_reached(server: socket.socket) -> bool:
    try:
        server.accept()[0].close()
    except TimeoutError:
        return False
    return True
