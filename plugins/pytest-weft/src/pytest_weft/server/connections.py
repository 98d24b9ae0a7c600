"""Who is connected, without those over which the test itself asks."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .connection import Connection


class Connections:
    """Open connections, and how many there have been."""

    def __init__(self) -> None:
        self.all: set[Connection] = set()
        self._ignored: set[Connection] = set()
        self.opened = 0

    @property
    def open(self) -> int:
        """How many are open."""
        return len(self.all) - len(self._ignored)

    def reset(self) -> None:
        """Forget those that are closed."""
        self.opened = self.open

    def add(self, connection: Connection) -> None:
        """Note a new one."""
        self.all.add(connection)
        self.opened += 1

    def remove(self, connection: Connection) -> None:
        """Note that one is closed."""
        self.all.discard(connection)
        self._ignored.discard(connection)

    def ignore(self, connection: Connection) -> None:
        """Do not count one any more."""
        if connection in self.all and connection not in self._ignored:
            self._ignored.add(connection)
            self.opened -= 1
