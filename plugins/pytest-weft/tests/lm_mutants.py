"""A language model that keeps the contract, models that break it in one way each, and the check that must say so."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from itertools import count
from typing import TYPE_CHECKING, Any, ClassVar

import weft
from weft import BatchState, Capabilities, Completion, Prices, Request, Response, Usage
from weft.errors import ContextWindowExceeded, LMAuthError, LMInvalidRequestError

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

_serial = count()


class Correct(weft.LM):
    """Repeats the last turn; a token is a word."""

    declared: ClassVar[Capabilities] = Capabilities(context_window=300, prices=Prices(input=1.0, output=2.0))

    def __init__(self, model: str = "x", /, *, key: str = "", **parameters: Any) -> None:
        super().__init__(model, provider=type(self).__name__.lower(), capabilities=self.declared, **parameters)
        self._key = key
        self._batches: dict[str, dict[str, Request]] = {}
        self._looked_at: dict[str, int] = {}

    async def generate(self, request: Request) -> Response:
        await asyncio.sleep(0.001)
        self.admit(request)
        return self.response(request, self.answer(request.messages[-1].text, request))

    def admit(self, request: Request) -> None:
        if self._key == "wrong":
            raise LMAuthError("The key is wrong.", provider=self.provider, model=self.model)
        if self.count_tokens(request) > 300:
            raise ContextWindowExceeded("The prompt is too long.", provider=self.provider, model=self.model)

    def answer(self, text: str, request: Request) -> Completion:
        for stop in request.stop:
            text = text.partition(stop)[0]
        words = text.split(" ")
        cut = request.max_tokens is not None and len(words) > request.max_tokens
        return Completion(" ".join(words[: request.max_tokens]), "length" if cut else "stop")

    def response(self, request: Request, completion: Completion) -> Response:
        return Response((completion,), Usage(self.count_tokens(request), len(completion.text.split())))

    def count_tokens(self, request: Request) -> int:
        return sum(len(message.text.split()) for message in request.messages)

    async def submit_batch(self, requests: Mapping[str, Request]) -> str:
        batch = f"batch-{len(self._batches)}"
        self._batches[batch] = dict(requests)
        return batch

    async def read_batch(self, batch: str) -> BatchState:
        if batch not in self._batches:
            raise LMInvalidRequestError(f"There is no batch {batch!r}.", provider=self.provider, model=self.model)
        requests = self._batches[batch]
        looks = self._looked_at[batch] = self._looked_at.get(batch, 0) + 1
        if looks == 1:
            return BatchState("running", 0, len(requests))
        return BatchState("done", len(requests), len(requests), self.answered(requests))

    def answered(self, requests: Mapping[str, Request]) -> Mapping[str, Response]:
        return {
            key: self.response(request, self.answer(request.messages[-1].text, request))
            for key, request in requests.items()
        }

    async def find_batch(self, keys: Collection[str]) -> str | None:
        return next((batch for batch, requests in self._batches.items() if set(requests) == set(keys)), None)

    async def cancel_batch(self, batch: str) -> None:
        self._looked_at[batch] = 1


class InventsReasons(Correct):
    """Ends answers for a reason that does not exist."""

    def answer(self, text: str, request: Request) -> Completion:
        answer = super().answer(text, request)
        return Completion(answer.text, "eos" if answer.finish_reason == "stop" else "length")  # type: ignore[arg-type]


class NoSystemRole(Correct):
    """Fails on a system turn."""

    def admit(self, request: Request) -> None:
        super().admit(request)
        if any(message.role == "system" for message in request.messages):
            raise LMAuthError("What is a system?", provider=self.provider, model=self.model)


class AsciiOnly(Correct):
    """Loses what is not ASCII."""

    def answer(self, text: str, request: Request) -> Completion:
        return super().answer(text.encode("ascii", "replace").decode(), request)


class OneAnswer(Correct):
    """Declares n and ignores it."""

    declared = Capabilities(n=True, prices=Prices(input=1.0, output=2.0), context_window=300)


class WritesIntoRequest(Correct):
    """Puts its own parameters into the caller's request."""

    async def generate(self, request: Request) -> Response:
        request.extra["session"] = 1  # type: ignore[index]
        return await super().generate(request)


class IgnoresMaxTokens(Correct):
    def answer(self, text: str, request: Request) -> Completion:
        return super().answer(text, request.replace(max_tokens=None))


class IgnoresStop(Correct):
    def answer(self, text: str, request: Request) -> Completion:
        return super().answer(text, request.replace(stop=()))


class TakesAnyParameter(Correct):
    """Drops call-time parameters that it does not know."""

    async def acall(self, prompt: Any, **parameters: Any) -> Response:
        return await super().acall(
            prompt, **{name: value for name, value in parameters.items() if name in weft.Capabilities().parameters}
        )

    def __call__(self, prompt: Any, **parameters: Any) -> Response:
        return super().__call__(
            prompt, **{name: value for name, value in parameters.items() if name in weft.Capabilities().parameters}
        )


class TakesAnyOption(Correct):
    """Drops options that it does not know."""

    def __init__(self, model: str = "x", /, *, key: str = "", cache: str | None = None, **others: Any) -> None:
        super().__init__(model, key=key, cache=cache)


class CountsDownwards(Correct):
    """Has fewer tokens for longer prompts, while it answers with the right ones."""

    def admit(self, request: Request) -> None:
        if super().count_tokens(request) > 300:
            raise ContextWindowExceeded("The prompt is too long.", provider=self.provider, model=self.model)
        if self._key == "wrong":
            raise LMAuthError("The key is wrong.", provider=self.provider, model=self.model)

    def count_tokens(self, request: Request) -> int:
        return max(1, 100 - super().count_tokens(request))


class CountsHalf(Correct):
    """Counts half of the tokens that it reports."""

    def response(self, request: Request, completion: Completion) -> Response:
        return Response((completion,), Usage(2 * self.count_tokens(request), len(completion.text.split())))


class CutsLongPrompts(Correct):
    """Truncates in silence what does not fit."""

    def admit(self, request: Request) -> None:
        if self._key == "wrong":
            super().admit(request)


class MixesCallsUp(Correct):
    """Keeps the request on itself while it waits."""

    async def generate(self, request: Request) -> Response:
        self._request = request
        await asyncio.sleep(0.001)
        return await super().generate(self._request)


class BoundToOneLoop(Correct):
    """Has a client that belongs to the event loop of the first call."""

    async def generate(self, request: Request) -> Response:
        loop = asyncio.get_running_loop()
        self._loop = getattr(self, "_loop", loop)
        if self._loop is not loop:
            raise RuntimeError("Event loop is closed")
        return await super().generate(request)


class RunsItsOwnLoop(Correct):
    """Blocks with asyncio.run."""

    def __call__(self, prompt: Any, **parameters: Any) -> Response:
        coroutine = self.acall(prompt, **parameters)
        try:
            return asyncio.run(coroutine)
        finally:
            coroutine.close()


class ForgetsPromptTokens(Correct):
    async def generate(self, request: Request) -> Response:
        return Response((await super().generate(request)).completions, Usage(0, 1))


class NegativeUsage(Correct):
    def response(self, request: Request, completion: Completion) -> Response:
        return Response((completion,), Usage(5, 1, reasoning_tokens=-1))


class AsksTwice(Correct):
    """Makes a call that it does not report."""

    async def complete(self, request: Request) -> Response:
        await super().complete(request)
        return await super().complete(request)


class NeverTheSameRequest(Correct):
    """Adds a running number to every request, so that no two are the same for the cache."""

    def prepared(self, request: Request) -> Request:
        return super().prepared(request).replace(rollout_id=next(_serial))


class NegativeCost(Correct):
    def response(self, request: Request, completion: Completion) -> Response:
        return Response((completion,), Usage(5, 1, cost=-0.1))


class ForgetsParameters(Correct):
    """Describes itself without its defaults."""

    def describe(self) -> dict[str, Any]:
        return {"ref": self.ref}


class DescribesKey(Correct):
    def describe(self) -> dict[str, Any]:
        return {**super().describe(), **({"key": self._key} if self._key else {})}


class ShowsKey(Correct):
    def __repr__(self) -> str:
        return f"ShowsKey({self._key})"


class RaisesItsOwnErrors(Correct):
    def admit(self, request: Request) -> None:
        if self._key == "wrong":
            raise PermissionError("401")
        super().admit(request)


class NamelessErrors(Correct):
    """Does not say which provider failed."""

    def admit(self, request: Request) -> None:
        if self._key == "wrong":
            raise LMAuthError("401")
        super().admit(request)


class AnswersInAnotherOrder(Correct):
    """Takes the lines of a batch's answers for those of its requests."""

    def answered(self, requests: Mapping[str, Request]) -> Mapping[str, Response]:
        found = super().answered(requests)
        return dict(zip(found, reversed(found.values()), strict=True))


class BatchesWithoutUsage(Correct):
    def answered(self, requests: Mapping[str, Request]) -> Mapping[str, Response]:
        return {key: Response(found.completions) for key, found in super().answered(requests).items()}


class HasResultsEarly(Correct):
    """Gives what is answered already while a batch goes on."""

    async def read_batch(self, batch: str) -> BatchState:
        state = await super().read_batch(batch)
        if state.status != "running":
            return state
        return replace(state, results=self.answered(self._batches[batch]))


class CountsNoRequests(Correct):
    async def read_batch(self, batch: str) -> BatchState:
        return replace(await super().read_batch(batch), total=0)


class FindsAnyBatch(Correct):
    """Takes the latest batch for the one that is looked for."""

    async def find_batch(self, keys: Collection[str]) -> str | None:
        return next(reversed(self._batches), None)


class CannotCancel(Correct):
    async def cancel_batch(self, batch: str) -> None:
        raise NotImplementedError


class ForgivesUnknownBatches(Correct):
    async def read_batch(self, batch: str) -> BatchState:
        return await super().read_batch(batch) if batch in self._batches else BatchState("done")


CAUGHT_BY: dict[type[weft.LM], str] = {
    InventsReasons: "test_answers_with_a_response",
    NoSystemRole: "test_takes_every_role",
    AsciiOnly: "test_carries_unicode",
    OneAnswer: "test_n_gives_as_many_answers",
    WritesIntoRequest: "test_request_is_not_changed",
    IgnoresMaxTokens: "test_max_tokens_cuts_the_answer",
    IgnoresStop: "test_stop_ends_the_answer",
    TakesAnyParameter: "test_undeclared_parameter_is_refused",
    TakesAnyOption: "test_unknown_option_is_refused",
    CountsDownwards: "test_counts_tokens",
    CountsHalf: "test_count_holds_what_is_reported",
    CutsLongPrompts: "test_prompt_beyond_the_window_is_refused",
    MixesCallsUp: "test_fifty_calls_at_once",
    BoundToOneLoop: "test_sync_and_async_agree",
    RunsItsOwnLoop: "test_answers_inside_a_running_loop",
    ForgetsPromptTokens: "test_usage_counts_are_plausible",
    NegativeUsage: "test_usage_counts_are_plausible",
    AsksTwice: "test_ledger_counts_what_is_reported",
    NeverTheSameRequest: "test_cache_answers_the_second_time",
    NegativeCost: "test_prices_become_cost",
    AnswersInAnotherOrder: "test_batch_answers_by_key",
    BatchesWithoutUsage: "test_batch_answers_by_key",
    HasResultsEarly: "test_batch_tells_how_far_it_is",
    CountsNoRequests: "test_batch_tells_how_far_it_is",
    FindsAnyBatch: "test_batch_is_found_by_its_keys_only",
    CannotCancel: "test_batch_that_is_cancelled_ends",
    ForgivesUnknownBatches: "test_unknown_batch_is_an_lm_error",
    ForgetsParameters: "test_description_gives_the_model_again",
    DescribesKey: "test_description_holds_no_secret",
    ShowsKey: "test_repr_holds_no_secret",
    RaisesItsOwnErrors: "test_failures_are_lm_errors",
    NamelessErrors: "test_failures_are_lm_errors",
}


def _echo(_: object, text: str) -> str:
    return text


MANNERS: dict[str, Any] = {
    "options": {"temperature": 0.5},
    "deterministic": True,
    "secret_option": "key",
    "failing_options": {"key": "wrong"},
    "overflow": "much ",
    "echo": _echo,
}
ARGUMENTS = ("x",)
REGISTER = "lm"
SELECT = ""
