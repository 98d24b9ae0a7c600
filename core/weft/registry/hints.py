"""What to say when a name is not found: the nearest known one, and what to install.

The table affects messages only, never which plugin wins; whoever publishes a plugin may add a line, once it can be
installed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..errors import PluginNotFound
from ..spelling import closest, hint
from .kinds import KINDS
from .refs import is_legal_name

if TYPE_CHECKING:
    from collections.abc import Mapping, Set

    from .refs import Ref

_NAMES_BY_DISTRIBUTION = {
    "weft-fewshot": (
        "bootstrap-few-shot",
        "bootstrap-few-shot-random-search",
        "ensemble",
        "knn-few-shot",
        "labeled-few-shot",
    ),
    "weft-anthropic": ("anthropic",),
    "weft-bm25": ("bm25",),
    "weft-chroma": ("chroma",),
    "weft-gemini": ("gemini",),
    "weft-litellm": ("litellm",),
    "weft-llamacpp": ("gguf",),
    "weft-mcp": ("mcp",),
    "weft-minilm": ("minilm",),
    "weft-openai": (
        "azure",
        "gpt4all",
        "groq",
        "llamacpp",
        "lmstudio",
        "mistral",
        "ollama",
        "openai",
        "openai-compatible",
        "openrouter",
        "sglang",
        "tgi",
        "vllm",
    ),
    "weft-pgvector": ("pgvector",),
    "weft-redis": ("redis",),
    "weft-sandbox": ("bubblewrap", "monty"),
    "weft-weaviate": ("weaviate",),
}

_MOST_SLIPPED = 2  # characters that a slip adds or takes; a model's name is mostly longer than a provider's

DISTRIBUTIONS: Mapping[str, str] = {
    name: distribution for distribution, names in _NAMES_BY_DISTRIBUTION.items() for name in names
}


def not_found(kind: str, ref: Ref, known: Set[str]) -> PluginNotFound:
    """Return the error for a name that nothing installed provides; `known` are the names that would do."""
    problem = f"No installed plugin provides the {KINDS[kind].noun} {ref.provider!r}."
    if kind == "lm" and not ref.name:
        return PluginNotFound(f"{problem} {_advice_on_model(ref.provider, known)}")
    return PluginNotFound(f"{problem} {_advice(ref.provider, known)}".rstrip())


def _advice(name: str, known: Set[str]) -> str:
    if name in DISTRIBUTIONS:
        return f"Install it with: pip install {DISTRIBUTIONS[name]}"
    near = closest(name, known | DISTRIBUTIONS.keys())
    if near is None:
        custom = f" A plugin for it is by custom called weft-{name}." if is_legal_name(name) else ""
        return f"{hint(name, known)}{custom}".lstrip()
    if near in known:
        return f"Did you mean {near!r}?"
    return f"Did you mean {near!r}? Install it with: pip install {DISTRIBUTIONS[near]}"


def _advice_on_model(name: str, known: Set[str]) -> str:
    """Advise on an LM named without a slash: it is a provider, or more often a model."""
    near = closest(name, known)
    if name in DISTRIBUTIONS or (near is not None and abs(len(near) - len(name)) <= _MOST_SLIPPED):
        return _advice(name, known)
    return f"A model is named by its provider and its own name, such as {KINDS['lm'].example!r}."
