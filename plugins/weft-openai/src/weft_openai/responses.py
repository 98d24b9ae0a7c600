"""The Responses API: ``POST responses``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from weft import Completion, Response, ToolCall
from weft.lm.chat_form import file_name, sound_format
from weft_http import wired

from .parameters import add_parameters
from .reading import check_refusals, error_of, raise_error_in, response_ending, token_logprob, usage_of
from .responses_stream import EventReader
from .templates import SCHEMA_FORMS, fill
from .turns import add_tools, check_role

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from weft import Media, Message, RateLimits, Request

    from .lm import OpenAILM

_NAMES = {"max_tokens": "max_output_tokens"}
_LOGPROBS = "message.output_text.logprobs"


class ResponsesWire:
    """One answer a call; reasoning comes as summaries, where ``extra_body`` asks for them."""

    path = "responses"

    def body(self, lm: OpenAILM, request: Request) -> dict[str, Any]:
        """Return the body of a request."""
        body: dict[str, Any] = {"model": lm.model, "input": _items(lm.ref, request.messages)}
        if request.tools:
            add_tools(body, request.tools, request.tool_choice, named_tool=lm.preset.named_tool, nested=False)
        if request.logprobs is not None:
            body["include"] = [_LOGPROBS]
            body["top_logprobs"] = request.logprobs
        if request.reasoning_effort is not None:
            body["reasoning"] = {"effort": request.reasoning_effort}
        if request.response_schema is not None:
            fill(body, SCHEMA_FORMS["text_format"], request.response_schema)
        add_parameters(body, lm, request, _NAMES)
        return body

    def streaming(self, lm: OpenAILM, body: dict[str, Any]) -> dict[str, Any]:
        """Return the body that asks for a stream."""
        body["stream"] = True
        return body

    def response(self, lm: OpenAILM, value: Any, limits: RateLimits | None = None) -> Response:
        """Return what an answer says.

        Raises:
            LMError: it is an error, or a refusal.
        """
        raise_error_in(lm, value)
        if value.get("status") == "failed":
            raise error_of(lm, value.get("error") or "The response failed.")
        completion, refusal = _completion(value)
        usage = usage_of(lm, value.get("usage"))
        check_refusals(lm, (completion,), refusal, usage)
        return Response((completion,), usage, value.get("model") or "", limits=limits)

    def reader(self, lm: OpenAILM) -> EventReader:
        """Return what reads the events of one stream."""
        return EventReader(lm)


def _items(ref: str, messages: Sequence[Message]) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = []
    for message in messages:
        check_role(ref, message)
        if message.role == "tool":
            items.append({"type": "function_call_output", "call_id": message.tool_call_id, "output": message.text})
            continue
        if message.text or not message.tool_calls:
            items.append({"role": message.role, "content": _content(ref, message)})
        items += [
            {"type": "function_call", "call_id": call.id, "name": call.name, "arguments": call.arguments}
            for call in message.tool_calls
        ]
    return items


def _content(ref: str, message: Message) -> Any:
    """Return a turn's text, or pieces where it holds media."""
    if not message.media or message.role != "user":
        return message.text
    return [wired(ref, block, "openai-responses", _form, _input_text) for block in message.blocks]


def _input_text(text: str) -> dict[str, Any]:
    return {"type": "input_text", "text": text}


def _form(media: Media) -> dict[str, Any] | None:
    """Return media as the API has them; None: there is no form."""
    if media.media_type.startswith("image/"):
        where = {"image_url": media.data_uri} if media.file_id is None else {"file_id": media.file_id}
        return {"type": "input_image", "detail": media.options.get("detail", "auto"), **where}
    if media.file_id is not None:
        return {"type": "input_file", "file_id": media.file_id}
    if media.is_text:
        return None
    if media.media_type.startswith("audio/"):
        sound = {"data": media.base64, "format": sound_format(media)}
        return None if media.data is None else {"type": "input_audio", "input_audio": sound}
    if media.url is not None:
        return {"type": "input_file", "file_url": media.url}
    return {"type": "input_file", "filename": file_name(media), "file_data": media.data_uri}


def _completion(value: Mapping[str, Any]) -> tuple[Completion, str]:
    """Return the answer, and what the model says if it refuses."""
    parts = [part for item in value["output"] if item["type"] == "message" for part in item["content"]]
    texts = [part for part in parts if part["type"] == "output_text"]
    calls = tuple(
        ToolCall(item["call_id"], item["name"], item["arguments"])
        for item in value["output"]
        if item["type"] == "function_call"
    )
    logprobs = tuple(token_logprob(token) for part in texts for token in part.get("logprobs") or ())
    completion = Completion(
        "".join(part["text"] for part in texts),
        response_ending(value, has_calls=bool(calls)),
        calls,
        _thoughts(value["output"]),
        logprobs or None,
    )
    return completion, "".join(part["refusal"] for part in parts if part["type"] == "refusal")


def _thoughts(output: Sequence[Mapping[str, Any]]) -> str:
    """Return the summaries of what the model thought, or the thoughts themselves where a server tells them."""
    pieces = [
        piece["text"]
        for item in output
        if item["type"] == "reasoning"
        for piece in item.get("content") or item.get("summary") or ()
    ]
    return "\n\n".join(pieces)
