"""Compositions of Predict; nothing here is privileged."""

from .best_of_n import BestOfN
from .chain_of_thought import ChainOfThought
from .majority import majority
from .parallel import Parallel
from .react import ReAct
from .refine import Refine

__all__ = ["BestOfN", "ChainOfThought", "Parallel", "ReAct", "Refine", "majority"]
