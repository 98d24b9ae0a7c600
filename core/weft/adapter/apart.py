"""Fields that an adapter does not write or read like others, whichever adapter it is.

Conversations stand as turns before the question. Outputs that come in a response beside the text, such as what a model
thought, are not asked for in the text where they are sure to come. These fields are taken out of the signature before
the adapter sees it, so no adapter has to know of them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..data.answer_parts import AnswerPart
from ..data.history import History
from ..errors import ParseError
from ..signature.anatomy import classes_in
from .base import Adapter, Prompt
from .past import Past

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ..data.checks import Feedback
    from ..lm.base import LM
    from ..lm.capabilities import Capabilities
    from ..lm.records import Completion, Request
    from ..signature import Signature
    from .base import Ask
    from .streaming import StreamParser


def has_fields_apart(signature: type[Signature]) -> bool:
    """Whether a signature has fields of these kinds."""
    return signature.memo("apart", lambda: bool(histories(signature) or _answer_parts(signature)))


def with_fields_apart(
    adapter: Adapter, signature: type[Signature], lm: LM, parameters: Mapping[str, Any], *, calls_natively: bool
) -> Adapter:
    """Return the adapter as it is to be used for one call of a signature that has such fields.

    Args:
        adapter: the adapter.
        signature: what is asked for.
        lm: who is asked.
        parameters: the parameters of the call.
        calls_natively: whether calls of tools have a form of their own.
    """
    return _FieldsApart(adapter, signature, lm, parameters, calls_natively)


def histories(signature: type[Signature]) -> tuple[str, ...]:
    """Return the inputs that hold conversations."""
    return signature.memo("histories", lambda: _named(signature.input_fields, History))


def _answer_parts(signature: type[Signature]) -> Mapping[str, type[AnswerPart]]:
    """Return the outputs that may come in a response beside the text, with their types."""
    return signature.memo("answer_parts", lambda: _parts_of(signature))


def _parts_of(signature: type[Signature]) -> Mapping[str, type[AnswerPart]]:
    found: dict[str, type[AnswerPart]] = {}
    for name, field in signature.output_fields.items():
        for one in classes_in(field.type, nested=False):
            if issubclass(one, AnswerPart):
                found[name] = one
    return found


def _named(fields: Mapping[str, Any], wanted: type) -> tuple[str, ...]:
    return tuple(
        name
        for name, field in fields.items()
        if any(issubclass(one, wanted) for one in classes_in(field.type, nested=False))
    )


class _FieldsApart(Adapter):
    """An adapter around another one for one call, which sees a signature without these fields."""

    def __init__(
        self, inner: Adapter, whole: type[Signature], lm: LM, parameters: Mapping[str, Any], calls_natively: bool
    ) -> None:
        self._inner, self._signature, self._lm, self._parameters = inner, whole, lm, parameters
        self._native = calls_natively
        self._inputs: Mapping[str, Any] = {}

    def render(self, prompt: Prompt, inputs: Mapping[str, Any], capabilities: Capabilities) -> Request:
        self._inputs = inputs
        signature = prompt.signature
        left_out = (*histories(signature), *self._unasked(signature))
        reduced = self._reduced(signature)
        plain = prompt.memo(("apart", left_out), lambda: Prompt(reduced, prompt.demos, prompt.texts))
        rest = {name: value for name, value in inputs.items() if name not in left_out}
        request = self._inner.render(plain, rest, capabilities)
        past = Past(self._inner, plain.signature, capabilities, calls_natively=self._native)
        held = [inputs[name] for name in histories(signature) if inputs.get(name)]
        turns = [turn for history in held for turn in past.messages(history, self._signature)]
        *before, question = request.messages
        return request.replace(messages=(*before, *turns, question)) if turns else request

    def exchange(
        self,
        signature: type[Signature],
        inputs: Mapping[str, Any],
        outputs: Mapping[str, Any],
        capabilities: Capabilities,
    ) -> Any:
        return self._inner.exchange(signature, inputs, outputs, capabilities)

    def with_feedback(self, request: Request, feedback: Feedback) -> Request:
        return self._inner.with_feedback(request, feedback)

    def parse(self, signature: type[Signature], completion: Completion) -> dict[str, Any]:
        try:
            found = self._inner.parse(self._reduced(signature), completion)
        except ParseError as error:
            found = self._despite(error, signature, completion)
        return self._whole(signature, completion, found)

    async def aparse(self, signature: type[Signature], completion: Completion, ask: Ask) -> dict[str, Any]:
        try:
            found = await self._inner.aparse(self._reduced(signature), completion, ask)
        except ParseError as error:
            found = self._despite(error, signature, completion)
        return self._whole(signature, completion, found)

    def stream_parser(self, signature: type[Signature]) -> StreamParser:
        return self._inner.stream_parser(self._reduced(signature))

    def repair(self, prompt: Prompt, error: ParseError, capabilities: Capabilities) -> Request | None:
        return self._inner.repair(Prompt(self._reduced(prompt.signature)), error, capabilities)

    def _unasked(self, signature: type[Signature]) -> tuple[str, ...]:
        """Return the outputs that the text need not hold; never all of them."""
        parts = _answer_parts(signature)
        names = tuple(
            [name for name, part in parts.items() if part.comes_apart(self._lm.capabilities, self._parameters)]
        )
        return names if len(names) < len(signature.output_fields) else ()

    def _reduced(self, signature: type[Signature]) -> type[Signature]:
        """Return the signature that the inner adapter sees, made once."""
        left_out = (*histories(signature), *self._unasked(signature))
        return signature.memo(("apart", left_out), lambda: _without(signature, left_out))

    def _despite(self, error: ParseError, signature: type[Signature], completion: Completion) -> dict[str, Any]:
        """Return what could be read, if all that could not is in the response beside the text; else raise the error."""
        parts = _answer_parts(signature)
        taken = {name for name, part in parts.items() if part.taken(completion) is not None}
        if not error.problems or not set(error.problems) <= taken:
            raise error
        return dict(error.fields)

    def _whole(self, signature: type[Signature], completion: Completion, found: dict[str, Any]) -> dict[str, Any]:
        """Return the outputs with those that came beside the text; what a type has to say of its value is asked."""
        values = dict(found)
        for name, part in _answer_parts(signature).items():
            value = part.taken(completion)
            if value is not None or name not in values:
                values[name] = part.absent() if value is None else value
            if isinstance(values[name], AnswerPart):
                values[name] = values[name].checked(self._inputs)
        return {name: values[name] for name in signature.output_fields}


def _without(signature: type[Signature], names: tuple[str, ...]) -> type[Signature]:
    for name in names:
        signature = signature.delete(name)
    return signature
