"""The outputs as arguments of one tool, for models that call tools but cannot be held to a schema otherwise."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from ..data.calls import ToolSpec
from ..lm.messages import Message
from ..lm.records import Completion
from ..signature.schema import output_schema
from .jsonform import JSONAdapter
from .sections import demo_part
from .streaming import ANSWER_TOOL

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ..lm.capabilities import Capabilities
    from ..lm.records import Request
    from ..signature import Signature
    from .base import Prompt


class ToolFormAdapter(JSONAdapter):
    """Asks for a call of the tool ``answer`` and reads its arguments, or the same JSON where it stands in the text.

    The call is asked for and not forced: some models cannot be forced, or not while they reason. Demonstrations stand
    in the system turn and are not made up as past calls, since some providers refuse calls that are not their own.
    """

    def held(self, request: Request, signature: type[Signature], capabilities: Capabilities) -> Request:
        return request.replace(tools=(*request.tools, answer_tool(signature)))

    def form(self, signature: type[Signature]) -> str:
        return f"Answer by calling the tool `{ANSWER_TOOL}` once; its arguments are the outputs."

    def constant(self, prompt: Prompt) -> tuple[Message, ...]:
        (system,) = super().constant(type(prompt)(prompt.signature))
        demos = (self.demo(prompt.signature, demo, number) for number, demo in enumerate(prompt.demos, 1))
        return (replace(system, parts=(*system.parts, *(part for turn in demos for part in turn[0].parts))),)

    def demo(self, signature: type[Signature], demo: Mapping[str, Any], number: int) -> tuple[Message, ...]:
        question, answer = super().demo(signature, demo, number)
        text = f"Example {number}:\n\n{question.text}\n\nArguments of `{ANSWER_TOOL}`: {answer.text}"
        return (Message("system", (demo_part(text, number),)),)

    def parse(self, signature: type[Signature], completion: Completion) -> dict[str, Any]:
        return super().parse(signature, as_text(completion))


def answer_tool(signature: type[Signature]) -> ToolSpec:
    """Return the tool whose arguments are the signature's outputs."""
    return signature.memo(
        "answer_tool", lambda: ToolSpec(ANSWER_TOOL, "Gives the answer.", output_schema(signature).schema)
    )


def as_text(completion: Completion) -> Completion:
    """Return an answer that is a call of the answer tool as the text of its arguments, and any other as it is."""
    for call in completion.tool_calls:
        if call.name == ANSWER_TOOL:
            return Completion(call.arguments, completion.finish_reason, reasoning=completion.reasoning)
    return completion
