"""Answers that say no: the error class that a code, the wording or a status stands for."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from weft.errors import (
    ContextWindowExceeded,
    LMAuthError,
    LMBillingError,
    LMError,
    LMInvalidRequestError,
    LMRateLimitError,
    LMServerError,
    LMTimeoutError,
    UnsupportedModelError,
)

from .bodies import decoded
from .durations import retry_after
from .excess import excess
from .service import Problem

if TYPE_CHECKING:
    from collections.abc import Mapping

    from .service import Service

_LONGEST_QUOTE = 400
_CLASSES: Mapping[int, type[LMError]] = {
    401: LMAuthError,
    402: LMBillingError,
    403: LMAuthError,
    408: LMTimeoutError,
    409: LMServerError,
    425: LMServerError,
    429: LMRateLimitError,
    501: LMInvalidRequestError,
    504: LMTimeoutError,
    522: LMTimeoutError,
    524: LMTimeoutError,
}
_MAY_BE_TOO_LONG = (400, 413, 422)
_TOO_LONG = re.compile(
    r"context.{0,20}(length|window|size)|(prompt|input|request|messages?)\b.{0,30}\btoo (long|large|many tokens)"
    r"|too many (input |prompt )?tokens|maximum.{0,30}tokens|exceeds.{0,40}(context|token)"
    r"|inputs`? must have less than|max_new_tokens`? must be <=",
    re.IGNORECASE | re.DOTALL,
)
_OF_THE_MODEL = re.compile(r"\b(model|deployment)", re.IGNORECASE)
_HTML = (b"<!doctype html", b"<html")
_TITLE = re.compile(r"<title[^>]*>(.*?)</title>", re.IGNORECASE | re.DOTALL)


def refusal(service: Service, model: str, *, status: int, headers: Mapping[str, str], raw: bytes, url: str) -> LMError:
    """Return the error that an answer with a status of 300 or more stands for."""
    body = None
    if is_web_page(raw):
        problem = Problem(f"{web_page(raw)} came back from {url}, which is no answer of an API.")
    elif status < 400:
        elsewhere = headers.get("Location", "")
        problem = Problem(f"{url} sends calls on to {elsewhere!r}, which is not followed; give that as base_url.")
    else:
        body = _body(raw)
        problem = service.problem(body)
    cls = _class(service, status, problem)
    said = shortened(problem.message) or "The answer says no more."
    more: Any = excess(problem.message, body) if cls is ContextWindowExceeded else {}
    return cls(
        f"{service.ref_of(model)} refused the call (status {status}): {said}{_advice(service, cls, url)}",
        provider=service.provider,
        model=model,
        status=status,
        retry_after=retry_after(headers) if problem.retry_after is None else problem.retry_after,
        request_id=headers.get(service.request_id),
        limits=None if service.limits is None else service.limits.read(headers),
        **more,
    )


def _class(service: Service, status: int, problem: Problem) -> type[LMError]:
    for code in problem.codes:
        if code in service.codes:
            return service.codes[code]
    if status in _MAY_BE_TOO_LONG and _TOO_LONG.search(problem.message):
        return ContextWindowExceeded
    if status == 404:
        told = " ".join((problem.message, *problem.codes))
        return UnsupportedModelError if _OF_THE_MODEL.search(told) else LMInvalidRequestError
    return _CLASSES.get(status) or (LMServerError if status >= 500 else LMInvalidRequestError)


def _advice(service: Service, cls: type[LMError], url: str) -> str:
    """Return what to do about it, as a sentence after a space, where that is known."""
    if cls is LMAuthError and service.key_env:
        return f" Check the key: api_key or the environment variable {service.key_env[0]}."
    if cls is LMInvalidRequestError and url:
        return f" The address was {url}."
    return ""


def malformed(service: Service, model: str, *, raw: bytes, url: str) -> LMError:
    """Return the error of an answer that should be JSON and is not."""
    about: Any = {"provider": service.provider, "model": model}
    if is_web_page(raw):
        return LMInvalidRequestError(
            f"{service.ref_of(model)} answered with {web_page(raw)} instead of JSON; is the address {url} right?",
            **about,
        )
    quoted = shortened(raw.decode("utf-8", "replace"))
    return LMServerError(f"{service.ref_of(model)} answered with something that is not JSON: {quoted!r}", **about)


def is_web_page(raw: bytes) -> bool:
    """Whether a body is HTML."""
    return raw.lstrip()[:15].lower().startswith(_HTML)


def web_page(raw: bytes) -> str:
    """Return how a sentence calls a page."""
    found = _TITLE.search(raw.decode("utf-8", "replace"))
    return f"the web page {shortened(found[1].strip())!r}" if found else "a web page"


def shortened(text: str) -> str:
    """Return a text, or its beginning where it is long."""
    return text if len(text) <= _LONGEST_QUOTE else f"{text[:_LONGEST_QUOTE]}… ({len(text)} characters)"


def _body(raw: bytes) -> Any:
    try:
        return decoded(raw)
    except ValueError:
        return raw.decode("utf-8", "replace").strip()
