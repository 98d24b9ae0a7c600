"""Batches of messages, at half the price: what is handed in, and what comes back as lines of JSON."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from weft import BatchState
from weft.errors import LMError
from weft_http import not_sent, reading

from ._models import BATCH_FACTOR
from ._response import response_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from weft import Response

    from ._response import Cost

_KEY = re.compile(r"[a-zA-Z0-9_-]{1,64}")


def batch_of(ref: str, bodies: Mapping[str, dict[str, Any]]) -> dict[str, Any]:
    """Return the JSON of a batch.

    Raises:
        LMInvalidRequestError: a key that the API does not take.
    """
    for key in bodies:
        if not _KEY.fullmatch(key):
            raise not_sent(ref, f"The key {key!r} of a batch of {ref} must be 1 to 64 letters, digits, '_' or '-'.")
    return {"requests": [{"custom_id": key, "params": body} for key, body in bodies.items()]}


def state_of(
    ref: str, batch: Mapping[str, Any], lines: Sequence[Any], cost: Cost, refused: Callable[[Any], LMError]
) -> BatchState:
    """Return how far a batch is, with its results once it has ended.

    Args:
        ref: the model's reference.
        batch: what the API says of the batch.
        lines: its results, once it has ended, each the JSON of a line.
        cost: what tokens cost outside of batches.
        refused: returns the error of a request that failed.
    """
    counts: Mapping[str, int] = batch["request_counts"]
    total, finished = sum(counts.values()), sum(counts.values()) - counts["processing"]
    if batch["processing_status"] != "ended":
        return BatchState("running", finished, total)
    results: dict[str, Response | Exception] = {}
    for line in lines:
        result = _result(ref, line["result"], cost, refused)
        if result is not None:
            results[line["custom_id"]] = result
    status = "cancelled" if batch.get("cancel_initiated_at") else "done"
    return BatchState(status, finished, total, results)


def _result(
    ref: str, result: Mapping[str, Any], cost: Cost, refused: Callable[[Any], LMError]
) -> Response | LMError | None:
    """Return the result of one request; None where it was cancelled or came to no turn."""

    def discounted(*tokens: int) -> float | None:
        price = cost(*tokens)
        return None if price is None else price * BATCH_FACTOR

    if result["type"] == "errored":
        return refused(result["error"])
    if result["type"] != "succeeded":
        return None
    try:
        with reading(ref):
            return response_of(ref, result["message"], discounted)
    except LMError as error:
        return error
