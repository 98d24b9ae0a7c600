"""A request's parameters as llama.cpp takes them; what the request does not say is left to llama.cpp."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from .refusals import refusal

if TYPE_CHECKING:
    import weft

    from .engine import Engine

NUMBERS = ("frequency_penalty", "min_p", "presence_penalty", "repeat_penalty", "top_k")
"""Parameters of llama.cpp's own that are numbers; `top_k` is a whole one."""


def sampling_of(engine: Engine, request: weft.Request) -> dict[str, Any]:
    """Return the arguments of ``llama_cpp.Llama.generate`` for a request.

    Raises:
        LMInvalidRequestError: a value is none that llama.cpp takes.
    """
    sampling: dict[str, Any] = {}
    if request.temperature is not None:
        sampling["temp"] = float(request.temperature)
    if request.top_p is not None:
        sampling["top_p"] = float(request.top_p)
    for name in NUMBERS:
        if name in request.extra:
            sampling[name] = _number(engine, name, request.extra[name])
    if (grammar := _grammar(engine, request)) is not None:
        sampling["grammar"] = grammar
    return sampling


def _number(engine: Engine, name: str, value: object) -> float:
    kind = int if name == "top_k" else float
    if isinstance(value, bool) or not isinstance(value, int | kind):
        wanted = "a whole number" if kind is int else "a number"
        raise refusal(engine.name, f"{name} for {engine.name} must be {wanted}, not {value!r}.")
    return kind(value)


def _grammar(engine: Engine, request: weft.Request) -> Any:
    text: object = request.extra.get("grammar")
    if text is not None and request.response_schema is not None:
        problem = f"{engine.name} was given a grammar and a response schema; an answer can be held to one of them."
        raise refusal(engine.name, problem)
    if request.response_schema is not None:
        return engine.grammar_of(json.dumps(request.response_schema, default=dict))
    return None if text is None else engine.grammar(str(text))
