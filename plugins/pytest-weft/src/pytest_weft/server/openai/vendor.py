"""OpenAI's keys, errors and rate-limit headers; Azure's differ in the header of the key."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..contract import Vendor
from ..problems import Problem
from ..wire import data_event

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ..limits import Dimension, Level
    from ..wire import Incoming

CODES: dict[int, tuple[str, str | None]] = {
    400: ("invalid_request_error", None),
    401: ("invalid_request_error", "invalid_api_key"),
    402: ("insufficient_quota", "insufficient_quota"),
    403: ("invalid_request_error", "unsupported_country_region_territory"),
    404: ("invalid_request_error", "model_not_found"),
    413: ("invalid_request_error", "request_too_large"),
    429: ("requests", "rate_limit_exceeded"),
    500: ("server_error", None),
    502: ("server_error", None),
    503: ("server_error", "overloaded"),
    529: ("server_error", "overloaded"),
}
FILTERED = "The response was filtered due to the prompt triggering our content management policy."


class OpenAI(Vendor):
    """api.openai.com and all that speak like it."""

    name = "openai"

    def key(self, http: Incoming) -> str | None:
        scheme, _, key = http.headers.get("authorization", "").partition(" ")
        return key if scheme.lower() == "bearer" else None

    def refused_key(self, key: str | None) -> Problem:
        if not key:
            return Problem(401, "You didn't provide an API key.", topic="key")
        return Problem(401, f"Incorrect API key provided: {masked(key)}.", topic="key")

    def error(self, problem: Problem, number: int) -> Any:
        kind, code = CODES.get(
            problem.status, ("server_error" if problem.status >= 500 else "invalid_request_error", None)
        )
        message, param = problem.message, None
        if problem.topic == "context_overflow":
            code, param, message = "context_length_exceeded", "messages", problem.message or overflow(problem)
        elif problem.topic == "content_filter":
            code, param, message = "content_filter", "prompt", problem.message or FILTERED
        elif problem.refusal is not None:
            kind = problem.refusal.dimension
        return {"error": {"message": message, "type": kind, "param": param, "code": code}}

    def error_event(self, problem: Problem) -> bytes:
        return data_event(self.error(problem, 0))

    def headers(self, number: int) -> list[tuple[str, str]]:
        return [("x-request-id", f"req_{number:012x}")]

    def limit_headers(self, levels: Mapping[Dimension, Level]) -> list[tuple[str, str]]:
        headers: list[tuple[str, str]] = []
        for name, level in levels.items():
            headers += [
                (f"x-ratelimit-limit-{name}", f"{level.limit:.0f}"),
                (f"x-ratelimit-remaining-{name}", f"{int(level.remaining)}"),
                (f"x-ratelimit-reset-{name}", duration(level.reset)),
            ]
        return headers


class Azure(OpenAI):
    """Azure's deployments: the key is in a header of its own; tokens of Entra come as OpenAI's keys do."""

    name = "azure"

    def key(self, http: Incoming) -> str | None:
        return http.headers.get("api-key") or super().key(http)

    def refused_key(self, key: str | None) -> Problem:
        return Problem(401, "Access denied due to invalid subscription key or wrong API endpoint.", topic="key")

    def error(self, problem: Problem, number: int) -> Any:
        if problem.topic == "key":
            return {"error": {"code": "401", "message": problem.message}}
        return super().error(problem, number)

    def headers(self, number: int) -> list[tuple[str, str]]:
        return [*super().headers(number), ("apim-request-id", f"00000000-0000-4000-8000-{number:012x}")]


def masked(key: str) -> str:
    """Return a key as OpenAI repeats it: its beginning and its end are legible."""
    if len(key) <= 12:
        return key[:2] + "*" * (len(key) - 2)
    return key[:8] + "*" * (len(key) - 12) + key[-4:]


def overflow(problem: Problem) -> str:
    """Return OpenAI's sentence about a prompt that is too long."""
    return (
        f"This model's maximum context length is {problem.window} tokens. However, your messages resulted in "
        f"{problem.prompt} tokens. Please reduce the length of the messages."
    )


def duration(seconds: float) -> str:
    """Return seconds as OpenAI writes them: ``12ms``, ``1.5s``, ``6m0s``, ``1h0m0s``."""
    milliseconds = round(seconds * 1000)
    if milliseconds < 1000:
        return f"{milliseconds}ms"
    if milliseconds < 60_000:
        return f"{milliseconds / 1000:g}s"
    minutes, rest = divmod(milliseconds // 1000, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}h{minutes}m{rest}s" if hours else f"{minutes}m{rest}s"


OPENAI = OpenAI()
AZURE = Azure()
