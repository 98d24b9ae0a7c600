"""Adapters: how a signature becomes a prompt, and an answer the declared values."""

from .base import Adapter, Prompt, refuse_cut_off, typed_fields
from .chat import ChatAdapter
from .jsonform import JSONAdapter

__all__ = ["Adapter", "ChatAdapter", "JSONAdapter", "Prompt", "refuse_cut_off", "typed_fields"]
