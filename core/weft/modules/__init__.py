"""Compositions of Predict; nothing here is privileged."""

from .chain_of_thought import ChainOfThought

__all__ = ["ChainOfThought"]
