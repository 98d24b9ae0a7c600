"""What a test does with a server, in its own process or in a child's."""

from __future__ import annotations

import time
from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, Literal, Self

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import TracebackType
    from typing import Unpack

    from .books import Exchange, Tally
    from .records import Received, Usage
    from .settings import Options

BASES = {"openai": "/v1", "azure": "", "anthropic": "", "gemini": "", "ollama": "/v1"}
Base = Literal["openai", "azure", "anthropic", "gemini", "ollama"]


class Server(ABC):
    """A running server. A context manager: leaving it closes the server.

    Attributes:
        url: its address, without a path.
    """

    url: str

    def base_url(self, vendor: Base = "openai") -> str:
        """Return what a client of this vendor takes as its base URL."""
        return self.url + BASES[vendor]

    @abstractmethod
    def change(self, **options: Unpack[Options]) -> None:
        """Behave in another way from the next request on; a script or a limit that is given begins anew."""

    @abstractmethod
    def reset(self) -> None:
        """Forget what came; scripts begin anew and limits are full again."""

    @abstractmethod
    def close(self) -> None:
        """Stop; open connections are reset."""

    @property
    @abstractmethod
    def exchanges(self) -> list[Exchange]:
        """The last requests of any kind, with what became of them."""

    @property
    @abstractmethod
    def tally(self) -> Tally:
        """The sums over all requests."""

    @property
    def requests(self) -> list[Received]:
        """The last requests for a model."""
        return [exchange.received for exchange in self.exchanges if exchange.received is not None]

    @property
    def counts(self) -> dict[tuple[str, int], int]:
        """Number of requests by path and status; the status is 0 where no answer began."""
        return self.tally.counts

    @property
    def usage(self) -> Usage:
        """Tokens of the answers that went out whole."""
        return self.tally.usage

    def wait_for(self, condition: Callable[[Tally], bool], seconds: float = 5.0) -> Tally:
        """Wait until the sums meet a condition, such as that a connection is closed, and return them.

        Raises:
            TimeoutError: they did not in time.
        """
        end = time.monotonic() + seconds
        while not condition(tally := self.tally):
            if time.monotonic() > end:
                raise TimeoutError(f"Not within {seconds} seconds; the server has {tally}.")
            time.sleep(0.002)
        return tally

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
