"""Adapters: how a signature becomes a prompt, and an answer the declared values."""

from .base import Adapter, Prompt, typed_fields
from .chat import ChatAdapter
from .jsonform import JSONAdapter

__all__ = ["Adapter", "ChatAdapter", "JSONAdapter", "Prompt", "typed_fields"]
