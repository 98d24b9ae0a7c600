"""``POST /v1/completions``: a prompt, or several, in; text out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..bodies import texts_of
from ..contract import Endpoint, Made, Vendor
from ..problems import Problem
from ..records import Answer, Received, pieces_of
from ..wire import data_event
from .chat import CREATED, DONE, usage_record
from .logprobs import token_logprobs

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ..wire import Incoming

Record = dict[str, Any]


class Completions(Endpoint):
    """Text completions; each prompt gets ``n`` choices."""

    format = "openai.completions"

    def __init__(self, vendor: Vendor) -> None:
        self.vendor = vendor

    def read(self, number: int, http: Incoming, body: Any, names: Mapping[str, str]) -> Received:
        prompts = texts_of(body.get("prompt"))
        if not prompts:
            raise Problem(400, "Missing required parameter: 'prompt'.")
        return Received(
            number, self.format, http, body,
            model=body.get("model", ""),
            messages=tuple([("user", prompt) for prompt in prompts]),
            stream=bool(body.get("stream")),
            n=(body.get("n") or 1) * len(prompts),
            max_tokens=body.get("max_tokens"),
            stop=texts_of(body.get("stop")),
        )  # fmt: skip

    def whole(self, made: Made) -> Any:
        wanted = made.received.body.get("logprobs")
        choices = [_choice(index, answer, wanted) for index, answer in enumerate(made.answers)]
        return {**_frame(made), "choices": choices, "usage": usage_record(made.usage)}

    def events(self, made: Made) -> list[bytes]:
        frame = _frame(made)
        options: Record = made.received.body.get("stream_options") or {}
        chunks = [chunk for index, answer in enumerate(made.answers) for chunk in _chunks(index, answer)]
        events = [data_event({**frame, "choices": [chunk]}) for chunk in chunks]
        if options.get("include_usage"):
            events.append(data_event({**frame, "choices": [], "usage": usage_record(made.usage)}))
        return [*events, DONE]


def _frame(made: Made) -> Record:
    id_ = f"cmpl-{made.received.number:012x}"
    return {"id": id_, "object": "text_completion", "created": CREATED, "model": made.received.model}


def _choice(index: int, answer: Answer, wanted: int | None) -> Record:
    logprobs = None if wanted is None else _logprobs(answer, wanted)
    return {"text": answer.text, "index": index, "logprobs": logprobs, "finish_reason": _finish(answer)}


def _finish(answer: Answer) -> str:
    return "stop" if answer.ending == "tool_calls" else answer.ending  # this endpoint knows no tools


def _chunks(index: int, answer: Answer) -> list[Record]:
    pieces = [
        {"text": piece, "index": index, "logprobs": None, "finish_reason": None} for piece in pieces_of(answer.text)
    ]
    return [*pieces, {"text": "", "index": index, "logprobs": None, "finish_reason": _finish(answer)}]


def _logprobs(answer: Answer, wanted: int) -> Record:
    tokens = token_logprobs(answer)
    starts = [sum(len(token) for token, _ in tokens[:index]) for index in range(len(tokens))]
    return {
        "tokens": [token for token, _ in tokens],
        "token_logprobs": [logprob for _, logprob in tokens],
        "top_logprobs": [{token: logprob} for token, logprob in tokens] if wanted else None,
        "text_offset": starts,
    }
