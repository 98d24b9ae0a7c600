"""The stage of calls in a batch block: instead of being sent they are gathered, and then counted as any other."""

from __future__ import annotations

from contextvars import ContextVar
from dataclasses import replace
from typing import TYPE_CHECKING

from ..errors import LMError
from ..runtime import ledger
from ..runtime.budget import current_budget
from ..runtime.events import emit
from ..runtime.loop import enter_loop
from .attempts import checked, counted, option, spent_on
from .records import Response

if TYPE_CHECKING:
    from .base import LM
    from .gathering import Gathering
    from .records import Request

in_force: ContextVar[tuple[Gathering, ...]] = ContextVar("weft_batches", default=())
"""The batch blocks that are open here, the innermost first."""


def in_batch_block() -> bool:
    """Whether this runs inside a batch block."""
    return bool(in_force.get())


def gathering_of(lm: LM) -> Gathering | None:
    """Return the block that gathers the calls of a model, or None where they are made at once.

    Raises:
        OptionError: the model takes no batches, and the innermost block is for all models.
    """
    blocks = in_force.get()
    return next((block for block in blocks if block.takes(lm)), None) if blocks else None


async def batched(lm: LM, request: Request, gathering: Gathering) -> Response:
    """Answer a call through a batch; through the next one where it failed and may succeed.

    There are no deadlines: a batch takes as long as its provider lets it.

    Raises:
        LMError: the call failed, or its batch did.
    """
    await enter_loop()
    failed, spent = 0, ledger.NOTHING
    while True:
        outcome = await gathering.answer(lm, request)
        if isinstance(outcome, Response) and outcome.cached:
            return outcome  # on the ledger of the run that paid for it
        try:
            answer = await counted(lm, _given(outcome), checked)
        except LMError as error:
            failed += 1
            spent += spent_on(lm, error)
            if not error.retryable or failed > option(lm, request, "retries"):
                raise
            if (budget := current_budget()) is not None:
                budget.check_again(lm.ref)
            emit("lm.retry", lm=lm.ref, path=ledger.current_path(), error=error, attempt=failed, seconds=0.0)
        else:
            return answer if not failed else replace(answer, usage=answer.usage + spent)


async def _given(outcome: Response | Exception) -> Response:
    if isinstance(outcome, Exception):
        raise outcome
    return outcome
