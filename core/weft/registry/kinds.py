"""The kinds of plugin, and how messages speak of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ..errors import OptionError
from ..spelling import hint

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of plugin.

    Attributes:
        contract: the contract's class name, as users write it.
        noun: what a message calls the thing that is named.
        example: a reference of this kind.
        takes_name: whether classes of the kind are built with the text after the slash.
    """

    contract: str
    noun: str
    example: str
    takes_name: bool


KINDS: Mapping[str, Kind] = {
    "lm": Kind("LM", "LM provider", "openai/gpt-5-mini", takes_name=True),
    "rm": Kind("RM", "RM provider", "chroma", takes_name=True),
    "adapter": Kind("Adapter", "adapter", "json", takes_name=False),
    "optimizer": Kind("Optimizer", "optimizer", "mipro", takes_name=False),
    "interpreter": Kind("Interpreter", "interpreter", "monty", takes_name=False),
    "toolset": Kind("Toolset", "toolset", "mcp", takes_name=False),
    "embedder": Kind("Embedder", "embedder", "minilm", takes_name=True),
    "cache": Kind("CacheStore", "cache store", "sqlite", takes_name=True),
}


def kind_named(kind: str) -> Kind:
    """Return the description of `kind`.

    Raises:
        OptionError: there is no such kind.
    """
    if kind not in KINDS:
        raise OptionError(f"There is no kind of plugin named {kind!r}.{hint(kind, KINDS)}")
    return KINDS[kind]
