"""litellm's exceptions as weft's."""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING

from weft import Secret, errors
from weft.secrets import without_secrets
from weft_http.durations import retry_after

from .answering import LIMITS, plain

if TYPE_CHECKING:
    from collections.abc import Mapping

    from .model import LiteLLM

# By litellm's class name, the more special first. A class that is not here is judged by its HTTP status.
_BY_CLASS: Mapping[str, type[errors.LMError]] = {
    "ContextWindowExceededError": errors.ContextWindowExceeded,
    "ContentPolicyViolationError": errors.LMContentFilterError,
    "Timeout": errors.LMTimeoutError,
    "PaymentRequiredError": errors.LMBillingError,
    "LiteLLMUnknownProvider": errors.UnsupportedModelError,
    "NotFoundError": errors.UnsupportedModelError,
    "AuthenticationError": errors.LMAuthError,
    "PermissionDeniedError": errors.LMAuthError,
    "RateLimitError": errors.LMRateLimitError,
    "APIConnectionError": errors.LMTransportError,
}
_BY_STATUS: Mapping[int, type[errors.LMError]] = {
    401: errors.LMAuthError,
    402: errors.LMBillingError,
    403: errors.LMAuthError,
    404: errors.UnsupportedModelError,
    408: errors.LMTimeoutError,
    429: errors.LMRateLimitError,
}
_BAD_REQUEST, _SERVER_ERROR = 400, 500
_OUT_OF_CREDIT = re.compile(r"insufficient_quota|exceeded your current quota|credit balance is too low", re.IGNORECASE)
_NO_KEY = re.compile(r"missing credentials|api_key client option must be set", re.IGNORECASE)  # said before any request
_OF_THE_MODEL = re.compile(r"\b(model|deployment)", re.IGNORECASE)
_PREFIX = re.compile(r"^(litellm\.)?\w*(Error|Exception|Timeout)( -|:) ")
_KEY_NAMES = re.compile(r"(KEY|TOKEN|SECRET|PASSWORD|CREDENTIALS)$")


def problem(lm: LiteLLM, error: Exception) -> errors.LMError:
    """Return weft's exception for one of litellm's; keys that the environment holds are struck out of its text."""
    for name, value in os.environ.items():
        if value and _KEY_NAMES.search(name):
            Secret(value)  # from now on it is known, and taken out of every message
    cause = getattr(error, "original_exception", None) or error  # what broke a stream comes wrapped
    headers = _headers(cause)
    status = getattr(cause, "status_code", None) if headers is not None else None
    found = plain({}) if headers is None else headers
    return _kind(cause, status, is_answered=headers is not None)(
        f"{lm.ref}: {_text(cause)}",
        provider=lm.provider,
        model=lm.model,
        status=status,
        retry_after=retry_after(found),
        request_id=found.get("x-request-id") or found.get("request-id"),
        limits=LIMITS.read(found),
    )


def shown_cause(error: Exception) -> Exception | None:
    """Return the exception that a traceback may show as the cause, or None where its text holds a key."""
    link: BaseException | None = error
    while link is not None:
        if without_secrets(str(link)) != str(link):
            return None
        link = link.__cause__ or link.__context__
    return error


def _kind(error: Exception, status: int | None, *, is_answered: bool) -> type[errors.LMError]:
    names = {cls.__name__ for cls in type(error).__mro__}
    kind = next((kind for name, kind in _BY_CLASS.items() if name in names), None)
    if kind is errors.LMRateLimitError and _OUT_OF_CREDIT.search(str(error)):
        return errors.LMBillingError
    if status is None and _NO_KEY.search(str(error)):
        return errors.LMAuthError
    if kind is errors.UnsupportedModelError and not _OF_THE_MODEL.search(_text(error)):
        return errors.LMInvalidRequestError  # an address that does not exist
    if kind is not None:
        return kind
    code = status or getattr(error, "status_code", None)
    if not isinstance(code, int):
        return errors.LMError
    if code >= _SERVER_ERROR:  # litellm says 500 of connections that broke, too
        return errors.LMServerError if is_answered else errors.LMTransportError
    return _BY_STATUS.get(code) or (errors.LMInvalidRequestError if code >= _BAD_REQUEST else errors.LMError)


def _headers(error: Exception) -> Mapping[str, str] | None:
    """Return the headers of the provider's answer; None where there was no answer."""
    headers = getattr(error, "litellm_response_headers", None)
    return None if headers is None else plain(dict(headers))


def _text(error: Exception) -> str:
    """Return what the provider said, without the names of classes that litellm puts before it."""
    text = " ".join(str(error).split()) or type(error).__name__
    while (shorter := _PREFIX.sub("", text)) != text:
        text = shorter
    return text
