"""Compositions of Predict; nothing here is privileged."""

from .chain_of_thought import ChainOfThought
from .majority import majority

__all__ = ["ChainOfThought", "majority"]
