"""Gemini's keys and errors; it has no headers for limits and says in the error's body how long to wait."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs

from ..contract import Vendor
from ..problems import Problem
from ..wire import data_event

if TYPE_CHECKING:
    from ..wire import Incoming

STATUSES = {
    400: "INVALID_ARGUMENT",
    401: "UNAUTHENTICATED",
    403: "PERMISSION_DENIED",
    404: "NOT_FOUND",
    429: "RESOURCE_EXHAUSTED",
    500: "INTERNAL",
    503: "UNAVAILABLE",
    504: "DEADLINE_EXCEEDED",
}
TYPE = "type.googleapis.com/google.rpc."


class Gemini(Vendor):
    """generativelanguage.googleapis.com."""

    name = "gemini"

    def key(self, http: Incoming) -> str | None:
        return http.headers.get("x-goog-api-key") or parse_qs(http.query).get("key", [None])[0]

    def refused_key(self, key: str | None) -> Problem:
        if key:
            return Problem(400, "API key not valid. Please pass a valid API key.", topic="key")
        return Problem(403, "Method doesn't allow unregistered callers. Please use API Key.", topic="key")

    def error(self, problem: Problem, number: int) -> Any:
        if problem.topic == "content_filter":
            return {"promptFeedback": {"blockReason": "SAFETY", "safetyRatings": []}, "usageMetadata": {}}
        default = "INTERNAL" if problem.status >= 500 else "FAILED_PRECONDITION"
        status = STATUSES.get(problem.status, default)
        error = {"code": problem.status, "message": message_of(problem), "status": status}
        details = details_of(problem)
        return {"error": {**error, "details": details} if details else error}

    def error_event(self, problem: Problem) -> bytes:
        return data_event(self.error(Problem(503, "The model is overloaded. Please try again later."), 0))

    def headers(self, number: int) -> list[tuple[str, str]]:
        return [("server-timing", "gfet4t7; dur=1")]

    def retry_headers(self, problem: Problem) -> list[tuple[str, str]]:
        return []


def message_of(problem: Problem) -> str:
    """Return the sentence about a problem."""
    if problem.topic != "context_overflow" or problem.message:
        return problem.message
    return f"The input token count ({problem.prompt}) exceeds the maximum number of tokens allowed ({problem.window})."


def details_of(problem: Problem) -> list[dict[str, Any]]:
    """Return what an error tells machines: which key, which quota, how long to wait."""
    if problem.topic == "key" and problem.status == 400:
        return [{"@type": f"{TYPE}ErrorInfo", "reason": "API_KEY_INVALID", "domain": "googleapis.com", "metadata": {}}]
    details: list[dict[str, Any]] = []
    if problem.refusal is not None:
        metric = f"generativelanguage.googleapis.com/generate_content_{problem.refusal.dimension}"
        violation = {"quotaMetric": metric, "quotaValue": f"{problem.refusal.limit:.0f}"}
        details.append({"@type": f"{TYPE}QuotaFailure", "violations": [violation]})
    if problem.retry_after is not None:
        delay = f"{problem.retry_after:.9f}".rstrip("0").rstrip(".")
        details.append({"@type": f"{TYPE}RetryInfo", "retryDelay": f"{delay}s"})
    return details


GEMINI = Gemini()
