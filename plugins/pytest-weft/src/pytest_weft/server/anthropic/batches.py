"""``/v1/messages/batches``: many messages in one request, their results as JSON lines."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..batches import Batch, Line, look_at
from ..bodies import decoded, required_list
from ..problems import Problem
from ..wire import json_bytes
from .messages import Messages, require_version

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ..service import Service
    from ..wire import Incoming

KIND = "msgbatch"


def create(service: Service, http: Incoming, names: Mapping[str, str]) -> Any:
    """Take a batch."""
    require_version(http)
    requests = required_list(decoded(http.body), "requests")
    lines = [Line(each["custom_id"], each["params"]) for each in requests]
    if len({line.custom_id for line in lines}) < len(lines):
        raise Problem(400, "requests: custom_id must be unique")
    batch = Batch(lines, Messages(), http)
    batch.id = service.shelf.put(KIND, batch)
    return _record(batch, http)


def retrieve(service: Service, http: Incoming, names: Mapping[str, str]) -> Any:
    """Show a batch, which goes one step further."""
    batch = _found(service, names)
    look_at(batch, service)
    return _record(batch, http)


def listing(service: Service, http: Incoming, names: Mapping[str, str]) -> Any:
    """Show all batches, the last one first."""
    data = [_record(batch, http) for batch in reversed(service.shelf.all(KIND))]
    ends = {"first_id": data[0]["id"], "last_id": data[-1]["id"]} if data else {"first_id": None, "last_id": None}
    return {"data": data, "has_more": False, **ends}


def cancel(service: Service, http: Incoming, names: Mapping[str, str]) -> Any:
    """End a batch without answers."""
    batch = _found(service, names)
    if not batch.is_over:
        batch.state = "cancelled"
    return _record(batch, http)


def results(service: Service, http: Incoming, names: Mapping[str, str]) -> bytes:
    """Return one JSON line a request, in no order."""
    batch = _found(service, names)
    if not batch.is_over:
        raise Problem(404, "The results are not available until the batch has ended.")
    return b"".join(
        [json_bytes({"custom_id": line.custom_id, "result": _result(line, batch)}) + b"\n" for line in batch.lines]
    )


def _found(service: Service, names: Mapping[str, str]) -> Batch:
    batch: Batch | None = service.shelf.get(KIND, names["batch"])
    if batch is None:
        raise Problem(404, f"message_batch {names['batch']} not found")
    return batch


def _result(line: Line, batch: Batch) -> dict[str, Any]:
    if not line.status:
        return {"type": "expired" if batch.state == "expired" else "canceled"}
    if line.status == 200:
        return {"type": "succeeded", "message": line.content}
    return {"type": "errored", "error": line.content}


def _record(batch: Batch, http: Incoming) -> dict[str, Any]:
    waiting = len(batch.unanswered)
    counts = {"processing": 0, "canceled": 0, "expired": 0} | {_fate(batch): waiting}
    url = f"http://{http.headers.get('host', '')}/v1/messages/batches/{batch.id}/results"
    return {
        "id": batch.id, "type": "message_batch", "processing_status": "ended" if batch.is_over else "in_progress",
        "request_counts": {**counts, "succeeded": len(batch.succeeded), "errored": len(batch.failed)},
        "created_at": "2024-01-01T00:00:00Z", "expires_at": "2024-01-02T00:00:00Z",
        "ended_at": "2024-01-01T00:00:01Z" if batch.is_over else None,
        "cancel_initiated_at": "2024-01-01T00:00:01Z" if batch.state == "cancelled" else None,
        "archived_at": None, "results_url": url if batch.is_over else None,
    }  # fmt: skip


def _fate(batch: Batch) -> str:
    """Return what the requests without an answer count as."""
    if batch.state == "expired":
        return "expired"
    return "canceled" if batch.is_over else "processing"
