"""Compositions of Predict; nothing here is privileged."""

from .best_of_n import BestOfN
from .chain_of_thought import ChainOfThought
from .knn import KNN
from .majority import majority
from .multi_chain_comparison import MultiChainComparison
from .parallel import Parallel
from .react import ReAct
from .refine import Refine

__all__ = ["KNN", "BestOfN", "ChainOfThought", "MultiChainComparison", "Parallel", "ReAct", "Refine", "majority"]
