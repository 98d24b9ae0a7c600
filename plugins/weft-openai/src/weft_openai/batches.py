"""Batches: a file of requests, answered within a day at half the price."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from weft import BatchState
from weft.errors import LMError

from .files import download, upload
from .reading import EMPTY

if TYPE_CHECKING:
    from collections.abc import Mapping

    from weft import Request, Response

    from .lm import OpenAILM

_STATUSES: Mapping[str, Any] = {
    "completed": "done",
    "expired": "done",  # what was answered in time can be read
    "failed": "failed",
    "cancelled": "cancelled",
}
_DISCOUNT = 0.5


async def submit(lm: OpenAILM, requests: Mapping[str, Request]) -> str:
    """Hand in requests by key, and return the batch's id."""
    wire = lm.wire
    url = f"/v1/{wire.path}"
    rows = (
        {"custom_id": key, "method": "POST", "url": url, "body": wire.body(lm, lm.prepared(request))}
        for key, request in requests.items()
    )
    file = await upload(lm, rows, "batch")
    body = {"input_file_id": file, "endpoint": url, "completion_window": "24h"}
    reply = await lm.client.post_json(lm.path_of("batches"), body)
    return lm.read(lambda: reply.value["id"])


async def read(lm: OpenAILM, batch: str) -> BatchState:
    """Return how far a batch is, with the results once it is over."""
    fields = (await lm.client.get_json(lm.path_of(f"batches/{batch}"))).value
    status = _STATUSES.get(lm.read(lambda: fields["status"]), "running")
    counts = fields.get("request_counts") or EMPTY
    results: dict[str, Response | Exception] = {}
    if status != "running":
        for file in (fields.get("output_file_id"), fields.get("error_file_id")):
            for row in await download(lm, file) if file else ():
                results[lm.read(lambda row=row: row["custom_id"])] = _result(lm, row)
    finished = (counts.get("completed") or 0) + (counts.get("failed") or 0)
    return BatchState(status, finished, counts.get("total") or 0, results, _problem(fields))


async def cancel(lm: OpenAILM, batch: str) -> None:
    """Stop a batch."""
    await lm.client.post_json(lm.path_of(f"batches/{batch}/cancel"), {})


def _result(lm: OpenAILM, row: Any) -> Response | LMError:
    answer = row.get("response")
    if not answer:
        return lm.client.refused({"error": row.get("error") or "The request was not processed."}, status=500)
    if answer["status_code"] >= 300:
        return lm.client.refused(answer["body"], status=answer["status_code"])
    try:
        response: Response = lm.read(lambda: lm.wire.response(lm, answer["body"]))
    except LMError as error:
        return error
    return replace(response, usage=replace(response.usage, cost=_cost(lm, response)))


def _cost(lm: OpenAILM, response: Response) -> float | None:
    prices, usage = lm.capabilities.prices, response.usage
    if prices is None:
        return None
    return _DISCOUNT * prices.cost(usage.input_tokens, usage.output_tokens, usage.cached_tokens)


def _problem(fields: Mapping[str, Any]) -> str:
    errors = (fields.get("errors") or EMPTY).get("data") or ()
    return next((error["message"] for error in errors if error.get("message")), "")
