"""Work that a provider does on its own time: batches of requests, fine-tuning; and vectors of texts."""

from __future__ import annotations

from dataclasses import field
from typing import TYPE_CHECKING, Literal

from ..runtime.frozen import frozen
from ..runtime.ledger import Usage

if TYPE_CHECKING:
    from collections.abc import Mapping

    from .records import RateLimits, Response

JobStatus = Literal["running", "done", "failed", "cancelled"]


@frozen
class Embeddings:
    """Vectors, in the order of the texts.

    Attributes:
        vectors: one a text, all of one length.
        usage: what the call spent.
        limits: what the provider reported of its rate limits, for the limiter.
    """

    vectors: tuple[tuple[float, ...], ...]
    usage: Usage = field(default_factory=Usage)
    limits: RateLimits | None = None


@frozen
class BatchState:
    """How far a batch is.

    Attributes:
        status: ``running``, ``done`` (results are there, errors among them), ``failed`` or ``cancelled``.
        finished: requests that are answered or have failed.
        total: requests in the batch.
        results: by the keys the batch was submitted with, once the status is not ``running``: a `Response`, or the
            `LMError` of a request that failed. A key without a result was not processed.
        problem: why a batch failed, in one sentence.
    """

    status: JobStatus
    finished: int = 0
    total: int = 0
    results: Mapping[str, Response | Exception] = field(default_factory=dict[str, "Response | Exception"])
    problem: str = ""


@frozen
class FinetuneState:
    """How far a fine-tuning job is.

    Attributes:
        status: ``running``, ``done``, ``failed`` or ``cancelled``.
        model: the reference of the tuned model, once it is done.
        problem: why the job failed, in one sentence.
    """

    status: JobStatus
    model: str = ""
    problem: str = ""
