"""The re-ask for fields that could not be read: an excerpt of the answer, the problem, and these fields alone.

Its size does not depend on the prompt: no inputs, no demos, no history, and no more of the answer than an excerpt.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..signature.fields import Field
from ..signature.signature import built

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ..errors import ParseError
    from ..signature import Signature

_EXCERPT = 4_000
_PROBLEM = 1_000
_TASK = (
    "An earlier answer could not be read. Give the fields below as that answer means them, in exactly the form that is "
    "asked for. Take nothing from elsewhere: leave out a field whose value the earlier answer does not tell."
)


def unread_fields(signature: type[Signature], error: ParseError) -> list[str]:
    """Return the outputs that an error says could not be read; where it says nothing, those it does not hold."""
    outputs = signature.output_fields
    return (
        [name for name in outputs if name in error.problems]
        or [name for name in outputs if name not in error.fields]
        or list(outputs)
    )


def repair_signature(signature: type[Signature], error: ParseError) -> type[Signature]:
    """Return the signature of the re-ask: the earlier answer and its problem in, the fields that are wanted out."""
    outputs = [signature.output_fields[name] for name in unread_fields(signature, error)]
    inputs = [Field(name, "input") for name in repair_inputs(signature, error)]
    return built(signature.__name__, [*inputs, *outputs], _TASK)


def repair_inputs(signature: type[Signature], error: ParseError) -> Mapping[str, Any]:
    """Return the inputs of the re-ask, under names that no output has."""
    wanted = {"earlier_answer": _excerpt(error.raw, _EXCERPT), "what_is_wrong": _excerpt(error.problem, _PROBLEM)}
    return {_free(name, signature): text for name, text in wanted.items()}


def _free(name: str, signature: type[Signature]) -> str:
    return _free(f"{name}_", signature) if name in signature.output_fields else name


def _excerpt(text: str, limit: int) -> str:
    if len(text) <= limit:
        return text
    half = limit // 2
    return f"{text[:half]}\n[… {len(text) - 2 * half} characters left out …]\n{text[-half:]}"
