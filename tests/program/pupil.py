"""A model that does better when it is told what was wrong, and programs that tell it."""

from __future__ import annotations

import asyncio
from typing import Any

import weft


class Pupil(weft.LM):
    """Answers its input and ``bad``, in every output field; told that this was wrong, ``better``, and then ``best``."""

    waits = False

    def __init__(self, steps: tuple[str, ...] = ("bad", "better", "best"), /, **parameters: Any) -> None:
        super().__init__("pupil", provider="test", **{"cache": "off", **parameters})
        self.steps = steps
        self.turns: list[str] = []

    async def generate(self, request: weft.Request) -> weft.Response:
        turn = request.messages[-1].text
        self.turns.append(turn)
        asked = turn.split("\n")[1]
        before = turn.partition("[[ ## previous answer ## ]]")[2].partition("\n\n")[0].split()
        place = self.steps.index(before[-1]) + 1 if before else 0
        word = self.steps[min(place, len(self.steps) - 1)]
        fields = request.messages[0].text.split("Outputs:\n")[1].split("\n\n")[0].splitlines()
        answer = f"{asked} {word}"
        written = "\n\n".join(f"[[ ## {line.split('`')[1]} ## ]]\n{answer}" for line in fields)
        return weft.Response.of(written, usage=weft.Usage(10, 5, calls=1))

    def asked(self, field: str) -> int:
        """Return how often a predictor with this input was asked."""
        return sum(turn.startswith(f"[[ ## {field} ## ]]") for turn in self.turns)


class TwoSteps(weft.Module):
    """Thinks of a query, then answers it; the answer must be the best."""

    def __init__(self) -> None:
        self.think = weft.Predict("question -> query")
        self.answer = weft.Predict("query -> answer")
        self.began = 0

    def verify(self, result: Any) -> None:
        weft.check("best" in result.answer, "It must be the best.")

    def forward(self, question: str) -> Any:
        self.began += 1
        result = self.answer(query=self.think(question=question).query)
        self.verify(result)
        return result


class TwoStepsAsync(TwoSteps):
    forward = None  # type: ignore[assignment]

    async def aforward(self, question: str) -> Any:
        self.began += 1
        thought = await self.think.acall(question=question)
        result = await self.answer.acall(query=thought.query)
        self.verify(result)
        return result


def called(program: weft.Module, way: str, **inputs: Any) -> Any:
    if way == "sync":
        return program(**inputs)
    if way == "async":
        return asyncio.run(program.acall(**inputs))
    return program.batch([inputs])[0]


class Hopeless(TwoSteps):
    def verify(self, result: Any) -> None:
        weft.check(False, "Never good.")
