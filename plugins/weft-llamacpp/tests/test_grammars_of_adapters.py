"""The grammars that adapters write are read by llama.cpp, and what it writes by them is read by adapters."""

from __future__ import annotations

import asyncio
import enum
from typing import TYPE_CHECKING, Any, Literal

import pytest
from pydantic import BaseModel

import weft
from weft.errors import TruncatedAnswer

if TYPE_CHECKING:
    from pathlib import Path


class Mood(enum.Enum):
    GOOD = 'quite "good"'
    BAD = "a back\\slash"


class Node(BaseModel):
    sure: bool
    left: Node | None = None


OUTPUTS: dict[str, Any] = {
    "choices": Literal["yes", "no", 7, True, None],
    "enum": Mood,
    "numbers": tuple[int, float],
    "nothing": None,
    "recursive": Node,
    "booleans": list[Literal["a", "b"]],
    "open": dict[str, bool],
    "optional": Mood | None,
    "text": str,
}


@pytest.mark.parametrize("name", list(OUTPUTS))
def test_an_answer_by_grammar_is_read(name: str, tiny_gguf: Path) -> None:
    fields: dict[str, Any] = {"q": weft.InputField(), "sure": (bool, weft.OutputField())}
    signature: Any = weft.Signature({**fields, name: (OUTPUTS[name], weft.OutputField())})
    lm = weft.LM(f"gguf/{tiny_gguf}", cache="off", max_tokens=400, n_threads=1)
    abilities = weft.Capabilities(grammar=True, extra=lm.capabilities.extra)
    request = weft.Adapter("auto").render(weft.Prompt(signature), {"q": "?"}, abilities)
    assert request.extra["grammar"].startswith("root ::= ")
    whole = 0
    for seed in range(8):
        response = asyncio.run(lm.complete(request.replace(seed=seed)))
        try:
            values = weft.Adapter("auto").parse(signature, response.completions[0])
        except TruncatedAnswer:
            continue  # a model of random weights may write without end
        whole += 1
        assert signature.output_fields[name].adapter.validate_python(values[name]) == values[name]
    assert whole


def test_outputs_that_no_strict_schema_can_describe_are_held_by_a_grammar(tiny_gguf: Path) -> None:
    lm = weft.LM(f"gguf/{tiny_gguf}", cache="off")
    closed = weft.Predict("question -> sure: bool", lm=lm).render(question="?")
    assert closed.response_schema is not None
    assert not closed.extra
    open_ = weft.Predict("question -> counts: dict[str, int]", lm=lm).render(question="?")
    assert open_.response_schema is None
    assert "grammar" in open_.extra
