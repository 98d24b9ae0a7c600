"""Demonstrations: out of labeled examples, and out of the steps of a run."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from weft import Example
from weft.errors import OptionError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from random import Random

    from weft import Cell, Predict


def labeled_demos(predictor: Predict[Any], examples: Sequence[Example]) -> list[Example]:
    """Return the examples cut to the predictor's fields, without those that hold none of its inputs or outputs."""
    signature = predictor.signature
    demos: list[Example] = []
    for example in examples:
        has_input = any(name in example for name in signature.input_fields)
        has_output = any(example.get(name) is not None for name in signature.output_fields)
        if has_input and has_output:
            demos.append(Example({name: example[name] for name in signature.fields if name in example}))
    return demos


def step_demo(path: str, cell: Cell, random: Random) -> Example | None:
    """Return a demo out of a predictor's steps in a run: the last, or as often an earlier one; None without any."""
    steps = [step for step in cell.steps if step.path == path]
    if not steps:
        return None
    step = steps[-1] if len(steps) == 1 or random.random() < 0.5 else random.choice(steps[:-1])
    return Example({**step.inputs, **step.prediction})


def whole_number(name: str, value: Any, least: int) -> int:
    """Return `value`.

    Raises:
        OptionError: it is no whole number of at least `least`.
    """
    if not isinstance(value, int) or isinstance(value, bool) or value < least:
        raise OptionError(f"{name} must be a whole number of at least {least}, not {value!r}.")
    return value
