"""What providers over HTTP share; a provider's plugin imports it inside its factory, for it brings aiohttp."""

from __future__ import annotations

from .client import Client, Reply
from .keys import ApiKey, KeySource
from .limits import LimitHeaders
from .model import HttpLM
from .service import Problem, Service, bearer
from .sessions import close_sessions
from .sse import Event, EventParser

__all__ = [
    "ApiKey",
    "Client",
    "Event",
    "EventParser",
    "HttpLM",
    "KeySource",
    "LimitHeaders",
    "Problem",
    "Reply",
    "Service",
    "bearer",
    "close_sessions",
]
