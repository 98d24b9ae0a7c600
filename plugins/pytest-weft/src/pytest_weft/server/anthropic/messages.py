"""``POST /v1/messages``: a list of content blocks, whole or as a stream of events."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from ..bodies import joined_text, required_list, texts_of
from ..contract import Endpoint, Made
from ..problems import Problem
from ..records import Answer, Finish, Received, Usage
from .stream import Block, events_of
from .vendor import ANTHROPIC

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ..wire import Incoming

REASONS: dict[Finish, str] = {
    "stop": "end_turn", "length": "max_tokens", "tool_calls": "tool_use", "content_filter": "refusal",
}  # fmt: skip
SIGNATURE = "c2lnbmF0dXJl"


class Messages(Endpoint):
    """The Messages API; one answer a request."""

    format = "anthropic.messages"
    vendor = ANTHROPIC

    def read(self, number: int, http: Incoming, body: Any, names: Mapping[str, str]) -> Received:
        require_version(http)
        if not isinstance(body.get("max_tokens"), int):
            raise Problem(400, "max_tokens: Field required")
        return Received(
            number, self.format, http, body,
            model=body.get("model", ""),
            messages=messages_of(body),
            stream=bool(body.get("stream")),
            max_tokens=body["max_tokens"],
            schema=schema_of(body),
            tools=tuple([tool["name"] for tool in body.get("tools") or ()]),
            stop=texts_of(body.get("stop_sequences")),
            prefix=marked_prefix(body),
        )  # fmt: skip

    def whole(self, made: Made) -> Any:
        answer = made.answers[0] if made.answers else Answer()
        return {
            **frame(made), "content": blocks_of(answer, made.received.number),
            "stop_reason": stop_reason(answer), "stop_sequence": answer.stopped_by or None,
            "usage": usage_record(made.usage),
        }  # fmt: skip

    def events(self, made: Made) -> list[bytes]:
        answer = made.answers[0] if made.answers else Answer()
        start = {**usage_record(made.usage), "output_tokens": 1}
        message: Block = {**frame(made), "content": [], "stop_reason": None, "stop_sequence": None, "usage": start}
        end = {"stop_reason": stop_reason(answer), "stop_sequence": answer.stopped_by or None}
        blocks = blocks_of(answer, made.received.number)
        return events_of(message, blocks, end, made)


def require_version(http: Incoming) -> None:
    """Refuse a request that does not say which version of the API it speaks.

    Raises:
        Problem: it does not.
    """
    if "anthropic-version" not in http.headers:
        raise Problem(400, "anthropic-version: header is required")


def messages_of(body: Mapping[str, Any]) -> tuple[tuple[str, str], ...]:
    """Return roles and texts, the system prompt first."""
    system = joined_text(body.get("system"))
    turns = [(each.get("role", ""), joined_text(each.get("content"))) for each in required_list(body, "messages")]
    return (*((("system", system),) if system else ()), *turns)


def schema_of(body: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """Return the schema of the answer, from either place where clients put it."""
    config: Mapping[str, Any] = body.get("output_config") or {}
    format_: Mapping[str, Any] | None = config.get("format") or body.get("output_format")
    return format_["schema"] if format_ else None


def marked_prefix(body: Mapping[str, Any]) -> str:
    """Return the prompt up to the last block with a ``cache_control``, or nothing where there is none."""
    contents = [body.get("system"), *(each.get("content") for each in body["messages"])]
    blocks = [block for content in contents if isinstance(content, list) for block in cast("list[Block]", content)]
    marked = [index for index, block in enumerate(blocks) if block.get("cache_control")]
    return "\n".join([block.get("text", "") for block in blocks[: marked[-1] + 1]]) if marked else ""


def frame(made: Made) -> dict[str, Any]:
    """Return what every message has."""
    id_ = f"msg_{made.received.number:024x}"
    return {"id": id_, "type": "message", "role": "assistant", "model": made.received.model}


def blocks_of(answer: Answer, number: int) -> list[Block]:
    """Return the content blocks of an answer: thoughts, text, tool calls."""
    blocks: list[Block] = []
    if answer.reasoning:
        blocks.append({"type": "thinking", "thinking": answer.reasoning, "signature": SIGNATURE})
    if answer.text:
        blocks.append({"type": "text", "text": answer.text})
    for index, call in enumerate(answer.tool_calls):
        id_ = call.id or f"toolu_{number:x}_{index}"
        blocks.append({"type": "tool_use", "id": id_, "name": call.name, "input": dict(call.arguments)})
    return blocks


def stop_reason(answer: Answer) -> str:
    """Return why the answer ended, in Anthropic's words."""
    return "stop_sequence" if answer.stopped_by and answer.ending == "stop" else REASONS[answer.ending]


def usage_record(usage: Usage) -> dict[str, Any]:
    """Return the usage; ``input_tokens`` leaves out what came from or went to the cache."""
    return {
        "input_tokens": usage.prompt - usage.cached - usage.cache_written,
        "cache_creation_input_tokens": usage.cache_written,
        "cache_read_input_tokens": usage.cached,
        "output_tokens": usage.completion,
        "service_tier": "standard",
    }
