"""What a wire format has to bring: a vendor for keys and errors, and an endpoint for each kind of call."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from .limits import Dimension, Level
    from .problems import Problem
    from .records import Answer, Received, Usage
    from .service import Service
    from .settings import Settings
    from .wire import Incoming


class Vendor(ABC):
    """How one provider takes keys, reports errors and tells about limits."""

    name: str

    @abstractmethod
    def key(self, http: Incoming) -> str | None:
        """Return the key that a request carries, or None."""

    @abstractmethod
    def refused_key(self, key: str | None) -> Problem:
        """Return the error for a wrong key, or for none."""

    def status(self, problem: Problem) -> int:
        """Return the HTTP status of a problem."""
        return problem.status

    @abstractmethod
    def error(self, problem: Problem, number: int) -> Any:
        """Return the JSON that reports a problem with the request of this number."""

    @abstractmethod
    def error_event(self, problem: Problem) -> bytes:
        """Return the event that reports a problem within a stream."""

    @abstractmethod
    def headers(self, number: int) -> list[tuple[str, str]]:
        """Return what is in the head of every answer."""

    def retry_headers(self, problem: Problem) -> list[tuple[str, str]]:
        """Return the headers that tell how long to wait."""
        return problem.headers

    def limit_headers(self, levels: Mapping[Dimension, Level]) -> list[tuple[str, str]]:
        """Return the headers that tell about the limits; none unless the vendor has such."""
        return []


@dataclass(frozen=True, slots=True)
class Made:
    """What an endpoint puts into its format: the request, the answers to it, and what they cost."""

    received: Received
    answers: Sequence[Answer]
    usage: Usage
    settings: Settings
    shuffled: bool = False


class Endpoint(ABC):
    """A kind of call in one wire format; the service chooses the answers, counts and breaks."""

    format: str
    vendor: Vendor
    answers = True
    """Whether the model writes; one that embeds has nothing but a prompt."""

    @abstractmethod
    def read(self, number: int, http: Incoming, body: Any, names: Mapping[str, str]) -> Received:
        """Return the request in the neutral form; `names` are the variable parts of the path.

        Raises:
            Problem: the body is not as the format wants it.
        """

    @abstractmethod
    def whole(self, made: Made) -> Any:
        """Return the JSON of an answer that is not streamed."""

    def events(self, made: Made) -> list[bytes]:
        """Return the events of a streamed answer; nobody asks an endpoint that has no stream."""
        return []

    def error_event(self, problem: Problem) -> bytes:
        """Return the event that reports a problem within a stream."""
        return self.vendor.error_event(problem)


@dataclass(frozen=True, slots=True)
class Resource:
    """A path that calls no model: the function gets the service, the request and the variable parts of the path."""

    vendor: Vendor
    respond: Callable[[Service, Incoming, Mapping[str, str]], Any]
    """Returns JSON, or bytes for a file. Raises `Problem`."""
