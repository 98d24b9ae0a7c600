"""The functions with which code of an RLM puts questions to a model, and what they may cost."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..data.tools import Tool
from ..errors import ParseError, WeftError
from ..runtime.concurrent import map_ordered
from ..runtime.settings import settings

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping


async def llm_query(prompt: str) -> str:
    """Ask a language model, which sees nothing but the prompt. Put the text that it should read into the prompt."""
    raise NotImplementedError  # what a call of the module has instead is `Queries.ask`


async def llm_query_batched(prompts: list[str]) -> list[str]:
    """Ask a language model several things at once, which is quicker than one after the other; answers in order."""
    raise NotImplementedError  # as above


OFFERED = (Tool(llm_query), Tool(llm_query_batched))
"""What a model is told of the functions."""


class Queries:
    """The questions of one call of an RLM.

    Args:
        ask: puts one question to the model.
        most: how many questions there may be.
        failures: gets what ends the work: errors that are not of an answer, such as a key that is refused.
    """

    def __init__(self, ask: Callable[[str], Awaitable[str]], most: int, failures: list[Exception]) -> None:
        self._ask, self._most, self._failures = ask, most, failures
        self._left = most

    def functions(self) -> Mapping[str, Any]:
        """Return the functions, by the names that code has for them; the time of a question is the model's affair."""
        by_name = {"llm_query": self.one, "llm_query_batched": self.many}
        return {tool.name: Tool(by_name[tool.name], name=tool.name, timeout=float("inf")) for tool in OFFERED}

    async def one(self, prompt: str) -> str:
        """Answer a question."""
        return (await self.many([prompt]))[0]

    async def many(self, prompts: list[str]) -> list[str]:
        """Answer questions, in their order."""
        if len(prompts) > self._left:
            raise RuntimeError(
                f"Of {self._most} questions to the model {self._left} are left, and not {len(prompts)}. "
                "Go on with what is known."
            )
        self._left -= len(prompts)
        return await map_ordered(self._answer, prompts, concurrency=settings.get("concurrency"))

    async def _answer(self, prompt: str) -> str:
        try:
            return await self._ask(prompt)
        except ParseError:
            raise
        except WeftError as error:
            self._failures.append(error)
            raise
