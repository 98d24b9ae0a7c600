"""Adapters: how a signature becomes a prompt, and an answer the declared values."""

from .base import Adapter, Ask, Prompt, typed_fields
from .chat import ChatAdapter
from .compact import CompactAdapter
from .jsonform import JSONAdapter
from .partial import partial_value
from .streaming import AnswerStream, FieldDelta, StreamParser, WholeAnswer
from .template import TemplateAdapter
from .twostep import TwoStepAdapter
from .xml import XMLAdapter

__all__ = [
    "Adapter",
    "AnswerStream",
    "Ask",
    "ChatAdapter",
    "CompactAdapter",
    "FieldDelta",
    "JSONAdapter",
    "Prompt",
    "StreamParser",
    "TemplateAdapter",
    "TwoStepAdapter",
    "WholeAnswer",
    "XMLAdapter",
    "partial_value",
    "typed_fields",
]
