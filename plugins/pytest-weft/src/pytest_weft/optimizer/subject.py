"""The optimizer under check, a small task for it, and a model whose answers come in no fixed order."""

from __future__ import annotations

import asyncio
from random import Random
from typing import Any, ClassVar, Literal

import weft
from weft import context

from ..conformance import Conformance

_MESSAGES = (
    ("I want my money back", "refund"),
    ("please return the money for the broken lamp", "refund"),
    ("the refund is still missing", "refund"),
    ("you took the money twice, give it back", "refund"),
    ("where is my parcel", "delivery"),
    ("the parcel never arrived", "delivery"),
    ("when does the courier come", "delivery"),
    ("the courier left the parcel in the rain", "delivery"),
    ("I forgot my password", "login"),
    ("the password reset mail does not come", "login"),
    ("my login fails since Monday", "login"),
    ("the login page stays white", "login"),
)
_LONGEST_DELAY_SECONDS = 0.004


class Sort(weft.Module):
    """The program under optimization: sorts a message of a customer."""

    def __init__(self) -> None:
        form: Any = {
            "message": (str, weft.InputField(desc="what the customer writes")),
            "topic": (Literal["refund", "delivery", "login"], weft.OutputField(desc="what it is about")),
        }
        self.sort = weft.Predict(weft.Signature(form, "Sort the message by its topic."))

    async def aforward(self, message: str) -> Any:
        """Return a prediction with ``topic``."""
        return await self.sort.acall(message=message)


class UnhurriedLM(weft.LM):
    """The embedded model, with an answer that depends on the prompt alone and a delay that depends on nothing."""

    def __init__(self) -> None:
        self._inner = weft.LM("embedded/incontext")
        super().__init__("incontext", provider="unhurried", capabilities=self._inner.capabilities, cache="off")
        self._delays = Random()  # noqa: S311 - unseeded on purpose: an optimizer must not see the order of answers
        self.calls = 0

    async def generate(self, request: weft.Request) -> weft.Response:
        self.calls += 1
        await asyncio.sleep(self._delays.random() * _LONGEST_DELAY_SECONDS)
        return await self._inner.generate(request)

    def count_tokens(self, request: weft.Request) -> int:
        return self._inner.count_tokens(request)


class OptimizerSubject(Conformance):
    """See `OptimizerConformance`."""

    kind: ClassVar[str] = "optimizer"

    def program(self) -> weft.Module:
        """Return a new program to optimize."""
        return Sort()

    def trainset(self) -> list[weft.Example]:
        """Return the examples to learn from."""
        return [weft.Example(message=message, topic=topic).with_inputs("message") for message, topic in _MESSAGES]

    def lm(self) -> weft.LM:
        """Return a new model; where it counts its `calls`, no call beside weft's pipeline goes unnoticed."""
        return UnhurriedLM()

    def made(self, **options: Any) -> weft.Optimizer:
        """Return the optimizer, with a metric unless the options hold one."""
        return self.make(**{"metric": weft.exact_match, **self.options, **options})

    def optimized(self, optimizer: weft.Optimizer, lm: weft.LM | None = None) -> weft.Optimized[weft.Module]:
        """Return what the optimizer finds for the kit's task."""
        with context(lm=lm or self.lm()):
            return optimizer.optimize(self.program(), trainset=self.trainset())

    def key(self, **options: Any) -> str:
        """Return the key of the state that the optimizer finds."""
        return self.optimized(self.made(**options)).program.state.key
