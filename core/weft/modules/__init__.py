"""Compositions of Predict; nothing here is privileged."""

from .best_of_n import BestOfN
from .chain_of_thought import ChainOfThought
from .code_act import CodeAct
from .knn import KNN
from .majority import majority
from .multi_chain_comparison import MultiChainComparison
from .parallel import Parallel
from .program_of_thought import ProgramOfThought
from .react import ReAct
from .refine import Refine
from .rlm import RLM

__all__ = [
    "KNN",
    "RLM",
    "BestOfN",
    "ChainOfThought",
    "CodeAct",
    "MultiChainComparison",
    "Parallel",
    "ProgramOfThought",
    "ReAct",
    "Refine",
    "majority",
]
