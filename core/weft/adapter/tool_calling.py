"""Calls of tools, whichever adapter writes the rest of the prompt: in the model's own form, or as text.

What has to do with tools is taken out of the signature before the adapter sees it, and what the adapter made is
completed. So every adapter can be used with tools, and none has to know of them.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from ..data.call_reading import tagged_calls
from ..data.calls import ToolCall, ToolCalls
from ..errors import OptionError, ParseError
from ..runtime.settings import settings
from ..signature import OutputField
from .base import Adapter, Prompt
from .tool_fields import ToolFields, tool_fields, tools_in
from .tool_prompts import demo_parts, steps_as_parts, steps_as_turns, tools_part, with_system_parts, without_form

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from ..data.checks import Feedback
    from ..data.trajectory import Trajectory
    from ..lm.base import LM
    from ..lm.capabilities import Capabilities
    from ..lm.records import Completion, Request
    from ..signature import Field, Signature
    from .base import Ask
    from .streaming import FieldDelta, StreamParser


def with_tools(adapter: Adapter, signature: type[Signature], lm: LM) -> Adapter:
    """Return the adapter as it is to be used for a signature: itself, unless the signature has to do with tools.

    Raises:
        OptionError: calls in the model's own form are demanded of a model that has none.
    """
    fields = tool_fields(signature)
    if fields is None:
        return adapter
    return NativeTools(adapter, fields) if calls_natively(signature, lm) else TextTools(adapter, fields)


def calls_natively(signature: type[Signature], lm: LM) -> bool:
    """Whether calls of tools have the model's own form where a signature is asked for.

    Raises:
        OptionError: that is demanded of a model that has none.
    """
    fields = tool_fields(signature)
    if fields is None or not fields.calls:
        return False
    mode = settings.get("tool_calling")
    if mode == "native" and not lm.capabilities.tools:
        raise OptionError(f"{lm.ref} has no form of its own for calls of tools; use tool_calling='text' or 'auto'.")
    return lm.capabilities.tools and mode != "text"


class _ToolAdapter(Adapter):
    """An adapter around another one, which sees a signature without what has to do with tools."""

    def __init__(self, inner: Adapter, fields: ToolFields) -> None:
        self._inner, self._fields = inner, fields

    def parse(self, signature: type[Signature], completion: Completion) -> dict[str, Any]:
        reduced = self._reduced(signature)
        try:
            found = self._inner.parse(reduced, self._beside_calls(completion))
        except ParseError as error:
            found = self._found_yet(reduced, completion, error)
        return self._whole(signature, completion, found)

    async def aparse(self, signature: type[Signature], completion: Completion, ask: Ask) -> dict[str, Any]:
        reduced = self._reduced(signature)
        try:
            found = await self._inner.aparse(reduced, self._beside_calls(completion), ask)
        except ParseError as error:
            found = self._found_yet(reduced, completion, error)
        return self._whole(signature, completion, found)

    def stream_parser(self, signature: type[Signature]) -> StreamParser:
        return self._inner.stream_parser(self._reduced(signature))

    def repair(self, prompt: Prompt, error: ParseError, capabilities: Capabilities) -> Request | None:
        return self._inner.repair(Prompt(self._reduced(prompt.signature)), error, capabilities)

    def with_feedback(self, request: Request, feedback: Feedback) -> Request:
        return self._inner.with_feedback(request, feedback)

    def _reduced(self, signature: type[Signature]) -> type[Signature]:
        """Return the signature that the inner adapter sees, made once."""
        return signature.memo(type(self), lambda: self._without_tools(signature))

    def _without_tools(self, signature: type[Signature]) -> type[Signature]:
        raise NotImplementedError

    def _beside_calls(self, completion: Completion) -> Completion:
        """Return what the inner adapter reads of an answer."""
        return completion

    def _found_yet(self, reduced: type[Signature], completion: Completion, error: ParseError) -> dict[str, Any]:
        """Return the outputs of an answer in which the inner adapter found an error, or raise it."""
        raise NotImplementedError

    def _whole(self, signature: type[Signature], completion: Completion, found: dict[str, Any]) -> dict[str, Any]:
        """Return the outputs of the signature, with those that the inner adapter found."""
        return found


class TextTools(_ToolAdapter):
    """Tells of tools and steps in the prompt; calls are a field of the answer like any other, a list in JSON."""

    def render(self, prompt: Prompt, inputs: Mapping[str, Any], capabilities: Capabilities) -> Request:
        tools = _offered(self._fields, inputs)
        trajectory: Trajectory | None = inputs.get(self._fields.trajectory)
        rest = {name: value for name, value in inputs.items() if name not in self._fields.tools}
        if trajectory is not None:
            rest[self._fields.trajectory] = "The steps so far are below." if trajectory else "There are none yet."
        plain = prompt.memo(("tools", "text"), lambda: self._plain(prompt))
        able = replace(capabilities, tools=False) if self._fields.calls else capabilities  # calls are in the text
        request = self._inner.render(plain, rest, able)
        messages = with_system_parts(request.messages, [tools_part(tools)]) if tools else request.messages
        return request.replace(messages=steps_as_parts(messages, trajectory) if trajectory else messages)

    def _found_yet(self, reduced: type[Signature], completion: Completion, error: ParseError) -> dict[str, Any]:
        calls = _bare_calls(completion.text) if self._fields.calls in reduced.output_fields else None
        if not calls:
            raise error
        rest = {name: error.fields.get(name, _left_out(field)) for name, field in reduced.output_fields.items()}
        return {**rest, self._fields.calls: calls}

    def _plain(self, prompt: Prompt) -> Prompt:
        """Return the prompt without tools, and with the steps of demos as text."""
        name = self._fields.trajectory
        demos = [
            {key: str(value) if key == name else value for key, value in demo.items() if key not in self._fields.tools}
            for demo in prompt.demos
        ]
        return Prompt(self._reduced(prompt.signature), demos)

    def _without_tools(self, signature: type[Signature]) -> type[Signature]:
        signature = _without(signature, self._fields.tools)
        if (name := self._fields.trajectory) in signature.fields:
            signature = signature.with_updated_fields(name, str)
        if (name := self._fields.calls) in signature.fields and not signature.fields[name].desc:
            signature = signature.with_updated_fields(name, desc="the tools to call now; [] for none")
        return signature


class NativeTools(_ToolAdapter):
    """Hands tools to the model in its own form, and takes its calls; the steps so far are turns of the conversation.

    An answer beside the calls has no form where one text is all that is asked for. Where more is asked for, and the
    model calls tools instead, outputs that it leaves out are None.
    """

    def render(self, prompt: Prompt, inputs: Mapping[str, Any], capabilities: Capabilities) -> Request:
        left_out = (*self._fields.tools, self._fields.trajectory)
        rest = {name: value for name, value in inputs.items() if name not in left_out}
        plain = prompt.memo(("tools", "native"), lambda: Prompt(self._reduced(prompt.signature)))
        # A model that is held to a form of its answer could call nothing.
        free = replace(capabilities, tools=False, response_schema=False, grammar=False)
        request = self._inner.render(plain, rest, free)
        if _free_text(plain.signature):
            request = without_form(request)
        messages = with_system_parts(request.messages, demo_parts(prompt, self._fields.tools))
        trajectory: Trajectory | None = inputs.get(self._fields.trajectory)
        specs = tuple(tool.spec for tool in _offered(self._fields, inputs))
        return request.replace(messages=(*messages, *steps_as_turns(trajectory or ())), tools=specs)

    def parse(self, signature: type[Signature], completion: Completion) -> dict[str, Any]:
        free, calls = _free_text(self._reduced(signature)), _calls(completion)
        is_whole = completion.finish_reason != "length" or bool(calls)
        if free is None or not is_whole or _BEGINS_A_FORM.match(calls.text):
            return super().parse(signature, completion)
        return self._whole(signature, completion, {free: calls.text.strip()})

    async def aparse(self, signature: type[Signature], completion: Completion, ask: Ask) -> dict[str, Any]:
        if _free_text(self._reduced(signature)):
            return self.parse(signature, completion)  # a free text is read without a further call
        return await super().aparse(signature, completion, ask)

    def stream_parser(self, signature: type[Signature]) -> StreamParser:
        reduced = self._reduced(signature)
        if _BESIDE in reduced.output_fields and _BESIDE not in signature.output_fields:
            return _Unread()
        if _free_text(reduced) is None:
            return super().stream_parser(signature)
        from .freeforms import WholeTextForm  # only streams need it

        return WholeTextForm().stream_parser(reduced)

    def _beside_calls(self, completion: Completion) -> Completion:
        return replace(completion, tool_calls=())

    def _found_yet(self, reduced: type[Signature], completion: Completion, error: ParseError) -> dict[str, Any]:
        calls = _calls(completion)
        free = _free_text(reduced)
        if free is not None and (calls or completion.finish_reason != "length"):
            return {free: completion.text}
        if not calls:
            error.fields[self._fields.calls] = calls  # none were made: a re-ask need not ask for them
            raise error
        return {name: error.fields.get(name, _left_out(field)) for name, field in reduced.output_fields.items()}

    def _whole(self, signature: type[Signature], completion: Completion, found: dict[str, Any]) -> dict[str, Any]:
        values = {**found, self._fields.calls: _calls(completion)}
        return {name: values[name] for name in signature.output_fields}

    def _without_tools(self, signature: type[Signature]) -> type[Signature]:
        left = _without(signature, (*self._fields.tools, self._fields.trajectory, self._fields.calls))
        return left if left.output_fields else left.append(_BESIDE, OutputField(), str)


_BEGINS_A_FORM = re.compile(r"\s*(?:\[\[|```|[{<])")
"""Some models answer in the form of the demos, though none was asked for."""


class _Unread:
    """The parser of an answer whose text is no output."""

    def feed(self, text: str) -> Sequence[FieldDelta]:
        return ()

    def finish(self) -> Sequence[FieldDelta]:
        return ()


_BESIDE = "note"
"""The name of what a model may write where only calls are asked for; adapters need an output."""


def _without(signature: type[Signature], names: Iterable[str]) -> type[Signature]:
    for name in names:
        if name in signature.fields:
            signature = signature.delete(name)
    return signature


def _offered(fields: ToolFields, inputs: Mapping[str, Any]) -> list[Any]:
    return [tool for name in fields.tools for tool in tools_in(inputs[name])]


def _left_out(field: Field) -> Any:
    return None if field.required else field.default_value()


def _bare_calls(text: str) -> ToolCalls | None:
    """Return the calls that an answer consists of, where it has nothing else and no form."""
    if text.lstrip().startswith("[["):  # a field's marker, and no list
        return None
    try:
        return ToolCalls.read(text)
    except ValueError:
        return None


def _free_text(signature: type[Signature]) -> str | None:
    """Return the name of the only output where any text is a value of it."""
    (name, field), *others = signature.output_fields.items()
    return name if not others and field.is_plain_text else None


def _calls(completion: Completion) -> ToolCalls:
    """Return the calls of an answer, also where the server left them in the text as the model wrote them."""
    if completion.tool_calls or "<tool_call>" not in completion.text:
        return ToolCalls(completion.tool_calls, completion.text)
    try:
        found, rest = tagged_calls(completion.text)
    except ValueError as error:
        raise ParseError(f"A call of a tool cannot be read: {error}.", raw=completion.text) from error
    return ToolCalls([ToolCall(call.id, call.name, call.arguments) for call in found], rest)
