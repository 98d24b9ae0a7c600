"""One answer of a model, from the request to its last piece; runs in the model's thread."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from weft import Delta, Usage
from weft.errors import ContextWindowExceeded

from .cutting import Cutter
from .refusals import refusal
from .sampling import sampling_of

if TYPE_CHECKING:
    import threading
    from collections.abc import Callable

    import weft

    from .engine import Engine


def turns_of(engine: Engine, request: weft.Request) -> list[dict[str, Any]]:
    """Return a request's conversation as chat templates take it.

    Raises:
        LMInvalidRequestError: it holds something that the model cannot be given.
    """
    if request.tools:
        problem = f"{engine.name} cannot be given tools in this process; behind a llama-server it can."
        raise refusal(engine.name, problem)
    return [{"role": message.role, "content": message.text} for message in request.messages]


def answer(engine: Engine, request: weft.Request, sink: Callable[[Delta], None], stopped: threading.Event) -> None:
    """Generate an answer and hand its pieces to `sink`, until it ends or `stopped` is set.

    Raises:
        ContextWindowExceeded: the prompt leaves no room for an answer; nothing was computed.
        LMInvalidRequestError: llama.cpp does not take the request.
    """
    prompt = _fitting_prompt(engine, request)
    room = engine.window - len(prompt)
    most = min(room, request.max_tokens or room)
    count, reason = 0, "stop"
    cutter = Cutter(request.stop)
    tokens = engine.generate(prompt, sampling_of(engine, request), seed=request.seed, logprobs=request.logprobs)
    for count, token in enumerate(tokens, 1):
        text = cutter.feed(token.text)
        if text or token.logprob:
            sink(Delta(text, logprobs=() if token.logprob is None else (token.logprob,)))
        if cutter.is_over or stopped.is_set():
            break
        if count == most:
            reason = "length"
            break
    rest = "" if cutter.is_over else cutter.feed(b"", final=True)
    sink(Delta(rest, finish_reason=reason, usage=Usage(len(prompt), count, calls=1)))


def _fitting_prompt(engine: Engine, request: weft.Request) -> list[int]:
    prompt = engine.prompt(turns_of(engine, request))
    if not prompt:
        raise refusal(engine.name, f"The conversation has no tokens that {engine.name} knows.")
    if len(prompt) >= engine.window:
        raise ContextWindowExceeded(
            f"The prompt has {len(prompt)} tokens, and {engine.name} has a context of {engine.window}; n_ctx=… makes "
            "it longer, as far as the model was trained for it.",
            provider="gguf",
            model=engine.name,
            tokens=len(prompt),
            window=engine.window,
        )
    return prompt
