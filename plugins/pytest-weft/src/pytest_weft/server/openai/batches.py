"""``/v1/batches``: a file of requests in, a file of answers and one of errors out."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, cast

from ..batches import Batch, Line, look_at
from ..bodies import decoded
from ..problems import Problem
from ..wire import json_bytes
from .chat import CREATED, Chat
from .completions import Completions
from .embeddings import Embeddings
from .files import File, found_file, keep_file
from .responses import Responses
from .vendor import OPENAI

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ..service import Service
    from ..wire import Incoming

KIND = "batch"
ENDPOINTS = {
    "/v1/chat/completions": Chat(OPENAI),
    "/v1/responses": Responses(OPENAI),
    "/v1/completions": Completions(OPENAI),
    "/v1/embeddings": Embeddings(OPENAI),
}
EXPIRED = {
    "code": "batch_expired",
    "message": "This request could not be executed before the completion window expired.",
}
Record = dict[str, Any]


def create(service: Service, http: Incoming, names: Mapping[str, str]) -> Any:
    """Take a batch; a file that is no batch makes it fail."""
    body = decoded(http.body)
    endpoint = ENDPOINTS.get(body.get("endpoint", ""))
    if endpoint is None or body.get("completion_window") != "24h":
        raise Problem(400, "Invalid value: 'endpoint' or 'completion_window'.")
    lines, errors = _lines_of(found_file(service, body.get("input_file_id", "")).content, body["endpoint"])
    details = {"endpoint": body["endpoint"], "input_file_id": body["input_file_id"], "metadata": body.get("metadata")}
    batch = Batch(lines, endpoint, http, {**details, "errors": errors})
    batch.state = "failed" if errors else "waiting"
    batch.id = service.shelf.put(KIND, batch)
    return _record(batch)


def retrieve(service: Service, http: Incoming, names: Mapping[str, str]) -> Any:
    """Show a batch, which goes one step further."""
    batch = _found(service, names)
    if look_at(batch, service):
        _write(batch, service)
    return _record(batch)


def listing(service: Service, http: Incoming, names: Mapping[str, str]) -> Any:
    """Show all batches, the last one first."""
    data = [_record(batch) for batch in reversed(service.shelf.all(KIND))]
    return {"object": "list", "data": data, "has_more": False}


def cancel(service: Service, http: Incoming, names: Mapping[str, str]) -> Any:
    """End a batch without answers."""
    batch = _found(service, names)
    if not batch.is_over:
        batch.state = "cancelled"
    return _record(batch)


def _found(service: Service, names: Mapping[str, str]) -> Batch:
    batch: Batch | None = service.shelf.get(KIND, names["batch"])
    if batch is None:
        raise Problem(404, f"No batch found with id '{names['batch']}'.")
    return batch


def _lines_of(content: bytes, url: str) -> tuple[list[Line], list[Record]]:
    lines: list[Line] = []
    errors: list[Record] = []
    known: set[str] = set()
    for number, text in enumerate(content.decode().splitlines(), 1):
        fault = _fault_of(text, url, known)
        if fault:
            errors.append({"code": fault, "message": f"Line {number}: {fault}.", "param": None, "line": number})
            continue
        request = json.loads(text)
        known.add(request["custom_id"])
        lines.append(Line(request["custom_id"], request["body"]))
    return lines, errors


def _fault_of(text: str, url: str, known: set[str]) -> str:
    try:
        request: Any = json.loads(text)
    except ValueError:
        return "invalid_json_line"
    if not isinstance(request, dict) or not {"custom_id", "method", "url", "body"} <= request.keys():
        return "missing_required_parameter"
    given = cast("Record", request)
    if given["url"] != url:
        return "mismatched_url"
    return "duplicate_custom_id" if given["custom_id"] in known else ""


def _write(batch: Batch, service: Service) -> None:
    for kind, lines in (("output", batch.succeeded), ("error", [*batch.failed, *batch.unanswered])):
        if lines:
            data = b"".join([json_bytes(_result(line)) + b"\n" for line in lines])
            file = keep_file(service, File(f"{batch.id}_{kind}.jsonl", "batch_output", data))
            batch.details[f"{kind}_file_id"] = file.id


def _result(line: Line) -> Record:
    ids = {"id": f"batch_req_{line.custom_id}", "custom_id": line.custom_id}
    if not line.status:
        return {**ids, "response": None, "error": EXPIRED}
    response = {"status_code": line.status, "request_id": f"req_{line.custom_id}", "body": line.content}
    return {**ids, "response": response, "error": None}


STATUS = {"waiting": "validating", "running": "in_progress", "done": "completed"}


def _record(batch: Batch) -> Record:
    details = batch.details
    status = STATUS.get(batch.state, batch.state)
    errors = details["errors"]
    return {
        "id": batch.id, "object": "batch", "endpoint": details["endpoint"], "completion_window": "24h",
        "errors": {"object": "list", "data": errors} if errors else None,
        "input_file_id": details["input_file_id"], "status": status,
        "output_file_id": details.get("output_file_id"), "error_file_id": details.get("error_file_id"),
        "created_at": CREATED, "expires_at": CREATED + 86400, f"{status}_at": CREATED + 1,
        "request_counts": {
            "total": len(batch.lines), "completed": len(batch.succeeded), "failed": len(batch.failed),
        },
        "metadata": details["metadata"],
    }  # fmt: skip
