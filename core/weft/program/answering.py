"""From a response to the values of the fields, with the further calls that it takes to read it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..errors import ParseError
from ..runtime.settings import settings

if TYPE_CHECKING:
    from collections.abc import Callable

    from ..adapter.base import Adapter
    from ..lm.base import LM
    from ..lm.records import Request, Response
    from ..signature import Signature
    from .repair import Repair


class Answering:
    """Reads the answers of one call; adapters make further calls through it, on the books of the predictor.

    Attributes:
        lm: the model that gave the answers.
        adapter: what reads them.
        request: what was asked.
        response: what the model answered.
        usage: what all calls spent, the first included.
        repairs: the re-asks so far.
    """

    __slots__ = ("_repair_max", "_signature_in_force", "adapter", "lm", "repairs", "request", "response", "usage")

    def __init__(
        self,
        lm: LM,
        adapter: Adapter,
        request: Request,
        response: Response,
        signature_in_force: Callable[[], type[Signature]],
        repair_max: int | None,
    ) -> None:
        self.lm, self.adapter, self.request, self.response = lm, adapter, request, response
        self._signature_in_force, self._repair_max = signature_in_force, repair_max
        self.usage = response.usage
        self.repairs: tuple[Repair, ...] = ()

    @property
    def signature(self) -> type[Signature]:
        """The signature as the state in force has edited it."""
        return self._signature_in_force()

    @property
    def may_repair(self) -> bool:
        """Whether one more re-ask is allowed: by the call, the predictor or the settings."""
        most = settings.get("repair_max") if self._repair_max is None else self._repair_max
        return len(self.repairs) < most

    async def __call__(self, request: Request, lm: LM | None = None) -> Response:
        """Return what a model answers, by default the same one."""
        response = await (self.lm if lm is None else lm).complete(request)
        self.usage += response.usage
        return response

    async def rows(self, signature: type[Signature]) -> list[dict[str, Any]]:
        """Return the values that each answer holds for the outputs of a signature.

        Raises:
            ParseError: an answer does not hold them, nor do the re-asks for what it lacks.
        """
        rows: list[dict[str, Any]] = []
        for completion in self.response.completions:
            try:
                rows.append(await self.adapter.aparse(signature, completion, self))
            except ParseError as error:
                from .repair import repaired  # only answers that cannot be read need it

                rows.append(await repaired(self, error))
        return rows
