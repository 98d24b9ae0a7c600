"""What providers over HTTP share; a provider's plugin imports it inside its factory, for it brings aiohttp."""

from __future__ import annotations

from .bodies import encoded
from .client import Client, Reply
from .durations import seconds_of
from .facts import Facts, Stated
from .keys import ApiKey, KeySource
from .limits import LimitHeaders
from .media import wired
from .model import HttpLM
from .schemas import with_keywords
from .seals import sealed, unsealed
from .service import Problem, Service, bearer, read_problem
from .sessions import close_sessions
from .shapes import reading
from .sse import Event, EventParser
from .strictness import is_strict
from .unsent import not_sent

__all__ = [
    "ApiKey",
    "Client",
    "Event",
    "EventParser",
    "Facts",
    "HttpLM",
    "KeySource",
    "LimitHeaders",
    "Problem",
    "Reply",
    "Service",
    "Stated",
    "bearer",
    "close_sessions",
    "encoded",
    "is_strict",
    "not_sent",
    "read_problem",
    "reading",
    "sealed",
    "seconds_of",
    "unsealed",
    "wired",
    "with_keywords",
]
