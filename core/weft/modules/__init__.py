"""Compositions of Predict; nothing here is privileged."""

from .chain_of_thought import ChainOfThought
from .majority import majority
from .react import ReAct

__all__ = ["ChainOfThought", "ReAct", "majority"]
