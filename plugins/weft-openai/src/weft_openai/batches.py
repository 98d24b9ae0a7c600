"""Batches: a file of requests, answered within a day at half the price."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from weft import BatchState
from weft.errors import LMError
from weft_http import encoded, reading

from .files import download, upload
from .models import BATCH_FACTOR
from .reading import EMPTY, error_of

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from weft import Request, Response

    from .lm import OpenAILM

_STATUSES: Mapping[str, Any] = {
    "completed": "done",
    "expired": "done",  # what was answered in time can be read
    "failed": "failed",
    "cancelled": "cancelled",
}
_NOT_PROCESSED = ("batch_expired", "batch_cancelled")
_MARK = "weft"  # the name, in a batch's metadata, of the first key: by it the batch is found again


async def submit(lm: OpenAILM, requests: Mapping[str, Request]) -> str:
    """Hand in requests by key, and return the batch's id."""
    wire = lm.wire
    url = f"/v1/{wire.path}"
    rows = (
        {"custom_id": key, "method": "POST", "url": url, "body": wire.body(lm, lm.prepared(request))}
        for key, request in requests.items()
    )
    file = await upload(lm, rows, "batch")
    mark = {_MARK: next(iter(requests), "")}
    body = {"input_file_id": file, "endpoint": url, "completion_window": "24h", "metadata": mark}
    reply = await lm.client.post_json(lm.path_of("batches"), body)
    with reading(lm.ref):
        return reply.value["id"]


async def find(lm: OpenAILM, keys: Collection[str]) -> str | None:
    """Return the id of the batch that was handed in with these keys, or None; all batches are looked through."""
    path, mark = lm.path_of("batches"), next(iter(keys))
    path = page = f"{path}{'&' if '?' in path else '?'}limit=100"
    while True:
        fields = (await lm.client.get_json(page)).value
        with reading(lm.ref):
            batches = fields["data"]
            found = next(
                (batch["id"] for batch in batches if (batch.get("metadata") or EMPTY).get(_MARK) == mark), None
            )
            if found is not None or not (fields.get("has_more") and batches):
                return found
            page = f"{path}&after={batches[-1]['id']}"


async def read(lm: OpenAILM, batch: str) -> BatchState:
    """Return how far a batch is, with the results once it is over."""
    fields = (await lm.client.get_json(lm.path_of(f"batches/{batch}"))).value
    with reading(lm.ref):
        status = _STATUSES.get(fields["status"], "running")
        counts = fields.get("request_counts") or EMPTY
        finished = (counts.get("completed") or 0) + (counts.get("failed") or 0)
        files = [fields.get(name) for name in ("output_file_id", "error_file_id") if status != "running"]
    rows = [row for file in files if file for row in await download(lm, file)]
    with reading(lm.ref):
        results = {row["custom_id"]: _result(lm, row) for row in rows if _was_processed(row)}
    return BatchState(status, finished, counts.get("total") or 0, results, _problem(fields))


async def cancel(lm: OpenAILM, batch: str) -> None:
    """Stop a batch."""
    await lm.client.post_json(lm.path_of(f"batches/{batch}/cancel"), {})


def _was_processed(row: Any) -> bool:
    return (row.get("error") or EMPTY).get("code") not in _NOT_PROCESSED


def _result(lm: OpenAILM, row: Any) -> Response | LMError:
    answer = row.get("response")
    if not answer:
        return error_of(lm, row.get("error") or "The request was not processed.")
    if answer["status_code"] >= 300:
        return lm.client.refusal(encoded(answer["body"]), status=answer["status_code"], headers={})
    try:
        with reading(lm.ref):
            response = lm.wire.response(lm, answer["body"])
    except LMError as error:
        return error
    return replace(response, usage=replace(response.usage, cost=_cost(lm, response)))


def _cost(lm: OpenAILM, response: Response) -> float | None:
    usage = response.usage
    cost = lm.facts.cost(usage.input_tokens, usage.output_tokens, usage.cached_tokens)
    return None if cost is None else BATCH_FACTOR * cost


def _problem(fields: Mapping[str, Any]) -> str:
    errors = (fields.get("errors") or EMPTY).get("data") or ()
    return next((error["message"] for error in errors if error.get("message")), "")
