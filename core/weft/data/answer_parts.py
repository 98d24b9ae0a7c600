"""Outputs that a response may hold beside its text, such as what a model thought; the protocol for types of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol, TypeVar

if TYPE_CHECKING:
    from collections.abc import Mapping

    from .citations import Citation

Self = TypeVar("Self", bound="AnswerPart")


class Abilities(Protocol):
    """What these types ask of a model; `weft.Capabilities` has it and more."""

    @property
    def reasoning(self) -> bool:
        """Whether the model can reason before it answers."""
        ...


class Answered(Protocol):
    """What these types take from an answer; `weft.Completion` has it and more."""

    @property
    def reasoning(self) -> str:
        """What the model says it thought before."""
        ...

    @property
    def citations(self) -> tuple[Citation, ...]:
        """The passages that the answer rests on."""
        ...


class AnswerPart:
    """Base of types of outputs whose values come in a response beside the text, or in the text where they do not."""

    __slots__ = ()

    @classmethod
    def comes_apart(cls, capabilities: Abilities, parameters: Mapping[str, Any]) -> bool:
        """Return whether the value is not asked for in the text.

        Args:
            capabilities: what the model can do.
            parameters: the parameters of the call, such as ``reasoning_effort``.
        """
        return False

    @classmethod
    def taken(cls: type[Self], completion: Answered) -> Self | None:
        """Return the value that stands in an answer beside its text, or None; it wins over one in the text."""
        return None

    @classmethod
    def absent(cls: type[Self]) -> Self:
        """Return the value where it was not asked for in the text, and did not come beside it either."""
        return cls()

    def checked(self: Self, inputs: Mapping[str, Any]) -> Self:
        """Return the value with what can be said of it by the inputs of the call."""
        return self
