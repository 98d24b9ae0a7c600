"""A server that speaks the wire formats of OpenAI, Anthropic and Gemini on loopback, and misbehaves as told.

    from pytest_weft.server import Fault, ModelServer

    with ModelServer(answer="Hi", faults=[Fault("reset"), None]) as server:
        ...

It needs nothing but Python.
"""

from __future__ import annotations

from .base import Server
from .books import Exchange, Tally
from .faults import Chances, Fault
from .limits import Limits
from .model_server import ModelServer
from .process import ServerProcess
from .records import Answer, Received, ToolCall, Usage
from .settings import Settings

__all__ = [
    "Answer",
    "Chances",
    "Exchange",
    "Fault",
    "Limits",
    "ModelServer",
    "Received",
    "Server",
    "ServerProcess",
    "Settings",
    "Tally",
    "ToolCall",
    "Usage",
]
