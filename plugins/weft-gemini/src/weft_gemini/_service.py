"""Google's Generative Language API as data: address, key, and what its errors stand for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from weft.errors import (
    LMAuthError,
    LMBillingError,
    LMRateLimitError,
    LMServerError,
    LMTimeoutError,
    UnsupportedModelError,
)
from weft_http import Problem, Service, seconds_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from weft.errors import LMError

_CODES: Mapping[str, type[LMError]] = {
    "API_KEY_INVALID": LMAuthError,
    "BILLING_DISABLED": LMBillingError,
    "OUT_OF_CREDITS": LMBillingError,
    "DEADLINE_EXCEEDED": LMTimeoutError,
    "FAILED_PRECONDITION": LMBillingError,  # the free tier is not offered in the caller's country
    "INTERNAL": LMServerError,
    "NOT_FOUND": UnsupportedModelError,
    "PERMISSION_DENIED": LMAuthError,
    "RESOURCE_EXHAUSTED": LMRateLimitError,
    "UNAUTHENTICATED": LMAuthError,
    "UNAVAILABLE": LMServerError,
}


def _problem(body: Any) -> Problem:
    """Read ``{"error": {"code", "message", "status", "details"}}``, which streams put into a list."""
    if isinstance(body, list) and body:
        body = cast("list[Any]", body)[0]
    error: Any = cast("dict[str, Any]", body).get("error") if isinstance(body, dict) else None
    if not isinstance(error, dict):
        return Problem(body if isinstance(body, str) else "")
    fields = cast("dict[str, Any]", error)
    message, status = str(fields.get("message") or ""), str(fields.get("status") or "")
    details: list[dict[str, Any]] = fields.get("details") or []
    reasons = [str(detail["reason"]) for detail in details if "reason" in detail]
    if "credits are depleted" in message:
        reasons.insert(0, "OUT_OF_CREDITS")
    waits = [str(detail["retryDelay"]) for detail in details if "retryDelay" in detail]
    return Problem(message, (*reasons, status), seconds_of(waits[0]) if waits else None)


GEMINI = Service(
    provider="gemini",
    base_url="https://generativelanguage.googleapis.com",
    base_url_env=("GOOGLE_GEMINI_BASE_URL",),
    key_env=("GEMINI_API_KEY", "GOOGLE_API_KEY"),
    authorize=lambda key: {"x-goog-api-key": key},
    problem=_problem,
    codes=_CODES,
)
