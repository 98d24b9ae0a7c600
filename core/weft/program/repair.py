"""Bounded repair: fields that could not be read are asked for again, and no others."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..adapter.base import Prompt
from ..adapter.repair import repair_signature
from ..errors import LMError, ParseError
from ..lm.records import CALL_OPTIONS, PARAMETERS
from ..runtime.events import emit
from ..runtime.frozen import frozen
from ..runtime.ledger import current_path

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ..lm.records import Completion, Request, Response
    from ..signature import Signature
    from .answering import Answering

_KEPT = tuple(name for name in (*PARAMETERS, *CALL_OPTIONS) if name != "n")


@frozen
class Repair:
    """One re-ask for fields that could not be read.

    Attributes:
        error: why it was made.
        request: what was asked.
        response: what the model answered.
    """

    error: ParseError
    request: Request
    response: Response


async def repaired(answering: Answering, error: ParseError) -> dict[str, Any]:
    """Return the values of an answer that gave `error`, once those that it lacks were asked for again.

    Raises:
        ParseError: there is nothing to ask for, or the answers lack it too; it holds all that could be read. Where a
            call fails, that is its cause.
        BudgetExceeded: the budgets in force have no room for the call.
    """
    prompt = Prompt(answering.signature)
    while answering.may_repair:
        request = answering.adapter.repair(prompt, error, answering.lm.capabilities)
        if request is None:
            break
        found = await _asked_again(answering, error, _as_first(request, answering.request))
        if not isinstance(found, ParseError):
            return found
        error = found
    raise error


async def _asked_again(answering: Answering, error: ParseError, request: Request) -> dict[str, Any] | ParseError:
    """Make one re-ask and return all values, or the error that is left."""
    wanted = repair_signature(answering.signature, error)
    asked = answering.lm.ref
    emit("predict.repair", lm=asked, path=current_path(), problem=error.problem, fields=tuple(wanted.output_fields))
    try:
        response = await answering(request)
    except LMError as failure:
        raise error from failure
    answering.repairs += (Repair(error, request, response),)
    completion = response.completions[0]
    try:
        found = await answering.adapter.aparse(wanted, completion, answering)
        _refuse_remark(wanted, found, completion)
    except ParseError as unread:
        problems = unread.problems or error.problems
        fields = {**error.fields, **unread.fields}
        return ParseError(unread.problem, raw=error.raw, fields=fields, problems=problems)
    return _merged(answering.signature, {**error.fields, **found})


def _refuse_remark(wanted: type[Signature], found: Mapping[str, Any], completion: Completion) -> None:
    """Refuse a text with nothing around it: it may be the only field's value, or a remark that there is none."""
    if len(found) == 1 and next(iter(found.values())) == completion.text.strip():
        (field,) = wanted.output_fields.values()
        if field.is_plain_text:
            sentence = f"The answer lacks the field {field.name!r}."
            raise ParseError(sentence, raw=completion.text, problems={field.name: sentence})


def _merged(signature: type[Signature], found: Mapping[str, Any]) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for name, field in signature.output_fields.items():
        if name in found:
            values[name] = found[name]
        else:
            values[name] = None if field.required else field.default_value()
    return values


def _as_first(request: Request, first: Request) -> Request:
    """Return the re-ask with the sampling and the options of the first call; one answer is enough."""
    kept = {name: getattr(first, name) for name in _KEPT}
    return request.replace(**kept, n=1)
