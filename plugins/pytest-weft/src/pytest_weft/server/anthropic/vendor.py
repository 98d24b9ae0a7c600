"""Anthropic's keys, errors and rate-limit headers."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from ..contract import Vendor
from ..problems import Problem
from ..wire import named_event

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ..limits import Dimension, Level
    from ..wire import Incoming

TYPES = {
    400: "invalid_request_error",
    401: "authentication_error",
    402: "billing_error",
    403: "permission_error",
    404: "not_found_error",
    413: "request_too_large",
    429: "rate_limit_error",
    500: "api_error",
    504: "timeout_error",
    529: "overloaded_error",
}


class Anthropic(Vendor):
    """api.anthropic.com."""

    name = "anthropic"

    def key(self, http: Incoming) -> str | None:
        scheme, _, token = http.headers.get("authorization", "").partition(" ")
        return http.headers.get("x-api-key") or (token if scheme.lower() == "bearer" else None)

    def refused_key(self, key: str | None) -> Problem:
        return Problem(401, "invalid x-api-key" if key else "x-api-key header is required", topic="key")

    def error(self, problem: Problem, number: int) -> Any:
        default = "api_error" if problem.status >= 500 else "invalid_request_error"
        error = {"type": TYPES.get(problem.status, default), "message": message_of(problem)}
        return {"type": "error", "error": error, "request_id": request_id(number)}

    def error_event(self, problem: Problem) -> bytes:
        error = {"type": "overloaded_error", "message": "Overloaded"}
        return named_event("error", {"type": "error", "error": error})

    def headers(self, number: int) -> list[tuple[str, str]]:
        return [("request-id", request_id(number))]

    def limit_headers(self, levels: Mapping[Dimension, Level]) -> list[tuple[str, str]]:
        headers: list[tuple[str, str]] = []
        for name, level in levels.items():
            full = datetime.fromtimestamp(time.time() + level.reset, UTC)
            headers += [
                (f"anthropic-ratelimit-{name}-limit", f"{level.limit:.0f}"),
                (f"anthropic-ratelimit-{name}-remaining", f"{int(level.remaining)}"),
                (f"anthropic-ratelimit-{name}-reset", full.isoformat(timespec="seconds").replace("+00:00", "Z")),
            ]
        return headers


def message_of(problem: Problem) -> str:
    """Return the sentence about a problem."""
    if problem.message:
        return problem.message
    if problem.topic == "context_overflow":
        return f"prompt is too long: {problem.prompt} tokens > {problem.window} maximum"
    return "Output blocked by content filtering policy"


def request_id(number: int) -> str:
    """Return the id that the head and an error's body name."""
    return f"req_{number:024x}"


ANTHROPIC = Anthropic()
