"""Offers the LM provider ``hostile-dup``, which weft-hostile offers too."""

from __future__ import annotations

from typing import TYPE_CHECKING

from weft.lm.base import LM
from weft.lm.records import Completion, Response
from weft.registry import hookimpl

if TYPE_CHECKING:
    from weft.lm.records import Request
    from weft.registry import Ref


class RivalLM(LM):
    """Answers everything with ``rival``."""

    async def generate(self, request: Request) -> Response:
        return Response((Completion("rival"),))


@hookimpl
def weft_make_lm(ref: Ref) -> RivalLM:
    return RivalLM(ref.name, provider=ref.provider)
