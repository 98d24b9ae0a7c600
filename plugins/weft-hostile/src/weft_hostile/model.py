"""An LM that keeps the contract, for the plugins whose fault lies elsewhere."""

from __future__ import annotations

from typing import TYPE_CHECKING

from weft.lm.base import LM
from weft.lm.records import Completion, Response

if TYPE_CHECKING:
    from weft.lm.records import Request


class HostileLM(LM):
    """Answers everything with its own name."""

    async def generate(self, request: Request) -> Response:
        return Response((Completion(self.model),))
