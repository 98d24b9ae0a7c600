"""References: how users name an LM, a retriever, an adapter or an optimizer."""

from __future__ import annotations

import re
from dataclasses import dataclass

from ..errors import InvalidRef
from ..spelling import spelled
from .kinds import kind_named

_LEGAL_NAME = re.compile(r"[a-z0-9][a-z0-9_.-]*")


@dataclass(frozen=True, slots=True)
class Ref:
    """A provider, and what is wanted of it.

    Attributes:
        provider: the entry's name, such as ``openai`` or ``json``.
        name: the text after the first slash, such as ``gpt-5-mini``; empty where there is none.

    Example:
        >>> Ref.parse("litellm/openai/gpt-5-mini")
        Ref(provider='litellm', name='openai/gpt-5-mini')
        >>> str(Ref.parse("json", kind="adapter"))
        'json'
    """

    provider: str
    name: str = ""

    @classmethod
    @spelled
    def parse(cls, text: object, *, kind: str = "lm") -> Ref:
        """Split a reference at its first slash; `kind` chooses the example in the error.

        Raises:
            InvalidRef: not text, empty, with spaces, or starting with a slash.
        """
        if not isinstance(text, str):
            raise InvalidRef(_complaint(f"{_indefinite(text)} is not one", kind))
        provider, _, name = text.partition("/")
        if not text:
            raise InvalidRef(_complaint("the one given is empty", kind))
        if not provider:
            raise InvalidRef(_complaint(f"{text!r} has nothing before its slash", kind))
        if any(character.isspace() for character in text):
            raise InvalidRef(_complaint(f"{text!r} has spaces in it", kind))
        return cls(provider, name)

    def __str__(self) -> str:
        return f"{self.provider}/{self.name}" if self.name else self.provider


def is_legal_name(name: str) -> bool:
    """Tell whether an entry may have this name: lowercase letters, digits and ``_ . -``."""
    return _LEGAL_NAME.fullmatch(name) is not None


def _indefinite(value: object) -> str:
    """Name what was passed instead of text: a class by its own name, else by its type."""
    return f"the class {value.__name__}" if isinstance(value, type) else f"{type(value).__name__} {value!r:.60}"


def _complaint(problem: str, kind: str) -> str:
    wanted = kind_named(kind)
    return (
        f"weft.{wanted.contract}(…) takes a reference or an instance of {wanted.contract}, and {problem}. "
        f"Write it like weft.{wanted.contract}({wanted.example!r})."
    )
