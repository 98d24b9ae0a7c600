"""Batches of any vendor: requests that wait, are looked at a few times, and come back in another order."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from .bodies import Body
    from .contract import Endpoint
    from .service import Service
    from .wire import Incoming

State = Literal["waiting", "running", "done", "expired", "cancelled", "failed"]


@dataclass(slots=True)
class Line:
    """One request of a batch and, once it is done, its status and the JSON of its answer."""

    custom_id: str
    body: Body
    status: int = 0
    content: Any = None


@dataclass(slots=True)
class Batch:
    """Requests that are answered together, after the batch has been looked at often enough."""

    lines: list[Line]
    endpoint: Endpoint
    http: Incoming
    details: dict[str, Any] = field(default_factory=dict[str, Any])
    id: str = ""
    looks: int = 0
    state: State = "waiting"

    @property
    def is_over(self) -> bool:
        """Whether nothing will happen to it any more."""
        return self.state not in ("waiting", "running")

    @property
    def succeeded(self) -> list[Line]:
        """The lines that have an answer."""
        return [line for line in self.lines if line.status == 200]

    @property
    def failed(self) -> list[Line]:
        """The lines that ended with an error."""
        return [line for line in self.lines if line.status >= 400]

    @property
    def unanswered(self) -> list[Line]:
        """The lines that have not been tried."""
        return [line for line in self.lines if not line.status]


def look_at(batch: Batch, service: Service) -> bool:
    """Let a batch go one step further; return whether this was its last one.

    Then its requests are answered and in another order; of a batch that expires, the first half of them.
    """
    if batch.is_over:
        return False
    batch.looks += 1
    batch.state = "running"
    if batch.looks < service.settings.job_steps:
        return False
    random.Random(batch.id).shuffle(batch.lines)  # noqa: S311 - the same order every time
    answered = len(batch.lines) // 2 if service.settings.batches_expire else len(batch.lines)
    for line in batch.lines[:answered]:
        line.status, line.content = service.run_line(batch.endpoint, batch.http, line.body)
    batch.state = "expired" if service.settings.batches_expire else "done"
    return True
