"""``POST /v1beta/models/{model}:generateContent`` and its stream: contents in, candidates out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from ..bodies import joined_text, required_list
from ..contract import Endpoint, Made
from ..openai.logprobs import token_logprobs
from ..records import Answer, Finish, Received, Usage, pieces_of
from ..wire import data_event
from .vendor import GEMINI

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ..wire import Incoming

REASONS: dict[Finish, str] = {
    "stop": "STOP", "length": "MAX_TOKENS", "tool_calls": "STOP", "content_filter": "SAFETY",
}  # fmt: skip
Record = dict[str, Any]


class Generate(Endpoint):
    """generateContent; streamed where the path says so."""

    format = "gemini.generate"
    vendor = GEMINI

    def __init__(self, *, streams: bool) -> None:
        self._streams = streams

    def read(self, number: int, http: Incoming, body: Any, names: Mapping[str, str]) -> Received:
        config: Record = body.get("generationConfig") or {}
        return Received(
            number, self.format, http, body,
            model=names["model"],
            messages=messages_of(body),
            stream=self._streams and "alt=sse" in http.query.split("&"),
            n=config.get("candidateCount") or 1,
            max_tokens=config.get("maxOutputTokens"),
            schema=schema_of(config),
            tools=tools_of(body),
            stop=tuple(config.get("stopSequences") or ()),
        )  # fmt: skip

    def whole(self, made: Made) -> Any:
        candidates = [_candidate(index, answer, made) for index, answer in enumerate(made.answers)]
        answered = {**_frame(made, candidates), "usageMetadata": usage_record(made.usage)}
        return [answered] if self._streams else answered

    def events(self, made: Made) -> list[bytes]:
        steps = [step for index, answer in enumerate(made.answers) for step in _steps(index, answer)]
        first = usage_record(Usage(made.usage.prompt, 0, made.usage.cached))
        last = usage_record(made.usage)
        end = len(steps) - 1
        return [
            data_event({**_frame(made, [step]), "usageMetadata": last if number == end else first})
            for number, step in enumerate(steps)
        ] or [data_event({**_frame(made, []), "usageMetadata": last})]


def messages_of(body: Mapping[str, Any]) -> tuple[tuple[str, str], ...]:
    """Return roles and texts, the system instruction first."""
    instruction: Record = body.get("systemInstruction") or body.get("system_instruction") or {}
    turns = [(each.get("role", "user"), joined_text(each.get("parts"))) for each in required_list(body, "contents")]
    system = joined_text(instruction.get("parts"))
    return (*((("system", system),) if system else ()), *turns)


def schema_of(config: Mapping[str, Any]) -> Any:
    """Return the schema of the answer as JSON schema; Gemini's own dialect writes types in capitals."""
    if "responseJsonSchema" in config:
        return config["responseJsonSchema"]
    if "responseSchema" in config:
        return _in_small_letters(config["responseSchema"])
    return {"type": "object"} if config.get("responseMimeType") == "application/json" else None


def _in_small_letters(schema: Any) -> Any:
    if isinstance(schema, list):
        return [_in_small_letters(each) for each in cast("list[Any]", schema)]
    if not isinstance(schema, dict):
        return schema
    named = {name: _in_small_letters(each) for name, each in cast("Record", schema).items()}
    return {**named, "type": named["type"].lower()} if isinstance(named.get("type"), str) else named


def tools_of(body: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the names of the functions that the model may call."""
    tools: list[Record] = body.get("tools") or []
    return tuple([each["name"] for tool in tools for each in tool.get("functionDeclarations", ())])


def usage_record(usage: Usage) -> Record:
    """Return the usage; the candidates' tokens leave out the thoughts."""
    record = {
        "promptTokenCount": usage.prompt,
        "candidatesTokenCount": usage.completion - usage.reasoning,
        "totalTokenCount": usage.prompt + usage.completion,
    }
    if usage.cached:
        record["cachedContentTokenCount"] = usage.cached
    return {**record, "thoughtsTokenCount": usage.reasoning} if usage.reasoning else record


def _frame(made: Made, candidates: list[Record]) -> Record:
    id_ = f"resp-{made.received.number:x}"
    return {"candidates": candidates, "modelVersion": made.received.model, "responseId": id_}


def _parts(answer: Answer) -> list[Record]:
    parts: list[Record] = [{"text": answer.reasoning, "thought": True}] if answer.reasoning else []
    if answer.text:
        parts.append({"text": answer.text})
    calls = [{"name": call.name, "args": dict(call.arguments)} for call in answer.tool_calls]
    return [*parts, *({"functionCall": call} for call in calls)]


def _candidate(index: int, answer: Answer, made: Made) -> Record:
    candidate: Record = {"finishReason": REASONS[answer.ending], "index": index}
    parts = _parts(answer)
    if parts or answer.ending != "content_filter":
        candidate = {"content": {"parts": parts, "role": "model"}, **candidate}
    config: Record = made.received.body.get("generationConfig") or {}
    if config.get("responseLogprobs"):
        candidate["logprobsResult"] = _logprobs(answer, config.get("logprobs") or 0)
    return candidate


def _logprobs(answer: Answer, wanted: int) -> Record:
    tokens = token_logprobs(answer)
    chosen = [{"token": token, "logProbability": logprob} for token, logprob in tokens]
    top = [[each, *(_less(each, number) for number in range(1, wanted))][:wanted] for each in chosen]
    return {"chosenCandidates": chosen, "topCandidates": [{"candidates": each} for each in top]}


def _less(candidate: Record, number: int) -> Record:
    return {"token": f"{candidate['token']}~{number}", "logProbability": candidate["logProbability"] - number}


def _steps(index: int, answer: Answer) -> list[Record]:
    parts: list[Record] = [{"text": piece, "thought": True} for piece in pieces_of(answer.reasoning)]
    parts += [{"text": piece} for piece in pieces_of(answer.text)]
    parts += [part for part in _parts(answer) if "functionCall" in part]
    steps: list[Record] = [
        {"content": {"parts": [part], "role": "model"}, "index": index} for part in parts or [{"text": ""}]
    ]
    steps[-1]["finishReason"] = REASONS[answer.ending]
    return steps
