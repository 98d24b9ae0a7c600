"""A server that reads less than was declared says so, and prompts are made to fit what it reads."""

from __future__ import annotations

import pytest
from conftest import KEY

import weft
from pytest_weft.server import ModelServer

ANSWER = "[[ ## answer ## ]]\nyes\n\n[[ ## completed ## ]]"


@pytest.mark.parametrize("flavour", ["openai", "vllm", "llamacpp", "sglang"])
@pytest.mark.parametrize("declared", [8000, None])
def test_what_the_server_says_is_believed(flavour: str, declared: int | None) -> None:
    program = weft.Predict("question -> answer")
    program.demos = [{"question": f"Is {n} a number that one can count to?", "answer": "yes"} for n in range(40)]
    with ModelServer(answer=ANSWER, flavour=flavour, context_window=600) as server:  # type: ignore[arg-type]
        lm = weft.LM(
            f"{flavour}/read-{flavour}-{declared}",
            base_url=server.base_url(),
            api_key=KEY,
            cache="off",
            context_window=declared,
            max_output=20,
        )
        first = program(question="And 41?", lm=lm)
        asked = len(server.requests)
        second = program(question="And 42?", lm=lm)
        assert (first.answer, second.answer) == ("yes", "yes")
        assert (first.usage.calls, asked) == (2, 2)
        assert (second.usage.calls, len(server.requests)) == (1, 3)
