"""The conversations that the model is trained on, as weft renders them."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING

from task import VAGUE, program, sentences

import weft

if TYPE_CHECKING:
    from collections.abc import Sequence

_ANYTHING = weft.LM("scripted/anything", answers=["-"])


def conversation(instructions: str, examples: Sequence[weft.Example]) -> list[dict[str, str]]:
    """Return the turns of a conversation in which every example is asked and answered.

    It is what `Predict` renders with the examples as its demonstrations, without the question at the end.
    """
    asking = program()
    asking.instructions, asking.demos = instructions, list(examples)
    messages = asking.render(text="", lm=_ANYTHING).messages[:-1]
    return [{"role": message.role, "content": message.text} for message in messages]


def prompts_digest() -> str:
    """Return what changes when weft begins to render such conversations in another way."""
    turns = conversation(VAGUE[0], [sentence.example("topic") for sentence in sentences(held_out=False)[:2]])
    return hashlib.sha256(json.dumps(turns).encode()).hexdigest()
