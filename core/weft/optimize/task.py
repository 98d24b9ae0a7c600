"""Task: everything an optimizer may read, as one frozen value."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from random import Random
from typing import TYPE_CHECKING

from ..errors import DataError
from ..spelling import spelled

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ..data.example import Example
    from ..data.metric import Metric
    from ..program.module import Module
    from ..program.state import State


@dataclass(frozen=True, slots=True)
class Task:
    """What is to be optimized.

    Attributes:
        program: the program; it is never changed.
        trainset: examples to learn from.
        valset: examples to choose candidates by; apart from `trainset`, empty where the optimizer needs none.
        metric: scores a prediction; None where the optimizer needs none.
        teacher: the program that makes demonstrations; the program itself unless given.
        seed: the root of all randomness.
    """

    program: Module
    trainset: tuple[Example, ...]
    valset: tuple[Example, ...]
    metric: Metric | None
    teacher: Module
    seed: int = 0

    @property
    def state(self) -> State:
        """The program's own state: where a search starts."""
        return self.program.state

    @spelled
    def random(self, phase: str, step: int = 0, purpose: str = "") -> Random:
        """Return a random stream that depends on the seed and its name alone: never on time, order or threads."""
        return stream(self.seed, phase, step, purpose)


def stream(seed: int, phase: str, step: int = 0, purpose: str = "") -> Random:
    """Return the random stream of that name under a root seed."""
    name = f"{seed}/{phase}/{step}/{purpose}".encode()
    return Random(int.from_bytes(hashlib.sha256(name).digest()[:8]))  # noqa: S311 - no secrets


def held_out(
    examples: Sequence[Example], seed: int, share: float = 0.25
) -> tuple[tuple[Example, ...], tuple[Example, ...]]:
    """Split a train set in two by a seed, for optimizers that were given no valset.

    Raises:
        DataError: there are fewer than 4 examples.
    """
    if len(examples) < 4:
        raise DataError(f"{len(examples)} examples cannot be split into a train and a val set; give a valset.")
    order = list(range(len(examples)))
    stream(seed, "split").shuffle(order)
    held = set(order[: max(1, round(share * len(order)))])
    kept = tuple(example for position, example in enumerate(examples) if position not in held)
    return kept, tuple(example for position, example in enumerate(examples) if position in held)
