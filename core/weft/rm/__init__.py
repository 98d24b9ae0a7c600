"""Retrieval: the RM contract and the kernel's in-memory one."""

from .base import RM, Passage

__all__ = ["RM", "Passage"]
