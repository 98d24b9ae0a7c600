"""Anthropic's API as data: address, key, limits, and what its errors stand for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from weft.errors import (
    ContextWindowExceeded,
    LMAuthError,
    LMBillingError,
    LMContentFilterError,
    LMRateLimitError,
    LMServerError,
    LMTimeoutError,
    UnsupportedModelError,
)
from weft_http import LimitHeaders, Problem, Service, read_problem

if TYPE_CHECKING:
    from collections.abc import Mapping

    from weft.errors import LMError

_BY_WORDS: Mapping[str, str] = {
    "credit balance": "billing_error",
    "specified api usage limits": "billing_error",
    "content filtering policy": "content_filter",
}
"""What the API says with the type of any wrong request, though something else is meant."""

_CODES: Mapping[str, type[LMError]] = {
    "authentication_error": LMAuthError,
    "billing_error": LMBillingError,
    "content_filter": LMContentFilterError,
    "exceed_context_size_error": ContextWindowExceeded,  # llama.cpp's server
    "not_found_error": UnsupportedModelError,
    "overloaded_error": LMServerError,
    "permission_error": LMAuthError,
    "rate_limit_error": LMRateLimitError,
    "request_too_large": ContextWindowExceeded,
    "timeout_error": LMTimeoutError,
}
_STATUSES: Mapping[str, int] = {
    "authentication_error": 401,
    "billing_error": 402,
    "invalid_request_error": 400,
    "not_found_error": 404,
    "overloaded_error": 529,
    "permission_error": 403,
    "rate_limit_error": 429,
    "request_too_large": 413,
    "timeout_error": 504,
}


def status_of(error: Mapping[str, Any]) -> int:
    """Return the HTTP status that an error would have had, had it not come inside an answer."""
    return _STATUSES.get(error["error"]["type"], 500)


def _problem(body: Any) -> Problem:
    problem = read_problem(body)
    meant = [code for words, code in _BY_WORDS.items() if words in problem.message.lower()]
    return Problem(problem.message, (*meant, *problem.codes))


ANTHROPIC = Service(
    provider="anthropic",
    base_url="https://api.anthropic.com",
    base_url_env=("ANTHROPIC_BASE_URL",),
    key_env=("ANTHROPIC_API_KEY",),
    authorize=lambda key: {"x-api-key": key},
    headers={"anthropic-version": "2023-06-01"},
    problem=_problem,
    codes=_CODES,
    limits=LimitHeaders(
        requests="anthropic-ratelimit-requests-limit",
        requests_left="anthropic-ratelimit-requests-remaining",
        tokens="anthropic-ratelimit-tokens-limit",
        tokens_left="anthropic-ratelimit-tokens-remaining",
    ),
    request_id="request-id",
)
