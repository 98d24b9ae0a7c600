"""``embedded/incontext``: a model without weights that answers from the examples and rules in its prompt."""

from .model import InContextLM

__all__ = ["InContextLM"]
