"""The server as a process of its own, so that its work is not the client's."""

from __future__ import annotations

import http.client
import json
import subprocess
import sys
from typing import TYPE_CHECKING, Any, Self

from .base import Server
from .control import PREFIX
from .transfer import exchange_from_json, options_to_json, tally_from_json

if TYPE_CHECKING:
    from typing import Unpack

    from .books import Exchange, Tally
    from .settings import Options


class ServerProcess(Server):
    """A server in a child process; it ends with its parent. Its options are data: no functions."""

    def __init__(self, process: subprocess.Popen[str], url: str) -> None:
        self.process = process
        self.url = url

    @classmethod
    def start(cls, *, port: int = 0, keep: int = 1000, **options: Unpack[Options]) -> Self:
        """Start a server and return when it can be reached.

        Raises:
            TypeError: an option is a function.
            ValueError: there is no such option.
            RuntimeError: the process ended at once.
        """
        settings = options_to_json(options)
        command = [sys.executable, "-m", "pytest_weft.server", "--port", str(port), "--keep", str(keep)]
        process = subprocess.Popen([*command, "--until-eof"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)  # noqa: S603 - this very package
        url = process.stdout.readline().strip() if process.stdout else ""
        server = cls(process, url)
        if not url:
            server.close()
            raise RuntimeError(f"The server did not start; its process ended with {process.returncode}.")
        try:
            server._ask("POST", "control", settings)
        except ValueError:
            server.close()
            raise
        return server

    def change(self, **options: Unpack[Options]) -> None:
        self._ask("POST", "control", options_to_json(options))

    def reset(self) -> None:
        self._ask("POST", "reset", {})

    def close(self) -> None:
        with self.process:  # closes the pipes, which ends the child, and waits for it
            pass

    @property
    def exchanges(self) -> list[Exchange]:
        return [exchange_from_json(each) for each in self._ask("GET", "exchanges")]

    @property
    def tally(self) -> Tally:
        return tally_from_json(self._ask("GET", "state"))

    def _ask(self, method: str, action: str, body: Any = None) -> Any:
        connection = http.client.HTTPConnection(self.url.removeprefix("http://"), timeout=30)
        try:
            connection.request(method, PREFIX + action, None if body is None else json.dumps(body))
            response = connection.getresponse()
            content = json.loads(response.read())
        finally:
            connection.close()
        if response.status != 200:
            raise ValueError(content["error"])
        return content
