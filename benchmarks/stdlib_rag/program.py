"""A RAG program that names the function for a question: it chooses a module, searches there, and reads."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

from docstrings import MODULES

import weft

if TYPE_CHECKING:
    from collections.abc import Sequence


class WhichFunction(weft.Module):
    """Takes a question; gives the function, with the module and the passages that led to it.

    Args:
        functions: the full names of all functions.
        k: how many passages of the module are read.
    """

    def __init__(self, functions: Sequence[str], k: int = 1) -> None:
        self.k = k
        self.choose = weft.Predict(
            _choice("question -> module", MODULES, "Say which module of Python's standard library does it.")
        )
        self.answer = weft.Predict(
            _choice("context: list[str], question -> function", functions, "Say which function does it.")
        )

    async def aforward(self, question: str) -> weft.Prediction:
        module = (await self.choose.acall(question=question)).module
        retrieve = weft.Retrieve(self.k, filters={"module": module})
        context = (await retrieve.acall(query=question)).passages
        answer = await self.answer.acall(context=context, question=question)
        return weft.Prediction(function=answer.function, module=module, passages=context)


def _choice(spec: str, values: Sequence[str], instructions: str) -> Any:
    signature = weft.Signature(spec)
    (name,) = signature.output_fields
    return signature.with_updated_fields(name, type_=Literal[tuple(values)]).with_instructions(instructions)
