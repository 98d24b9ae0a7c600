"""Log probabilities in the three shapes that OpenAI's endpoints have: one token a word."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..records import pieces_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ..records import Answer

USUAL = -0.25


def token_logprobs(answer: Answer) -> list[tuple[str, float]]:
    """Return each word of an answer with its log probability."""
    given = list(answer.logprobs)
    return [(piece, given[i] if i < len(given) else USUAL) for i, piece in enumerate(pieces_of(answer.text))]


def chat_logprobs(answer: Answer, body: Mapping[str, Any]) -> Any:
    """Return what a chat choice reports, or None where the client does not ask."""
    if not body.get("logprobs"):
        return None
    wanted = body.get("top_logprobs") or 0
    return {"content": [entry(token, logprob, wanted) for token, logprob in token_logprobs(answer)], "refusal": None}


def entry(token: str, logprob: float, wanted: int) -> dict[str, Any]:
    """Return a token with its `wanted` likeliest alternatives, itself first."""
    top = [_token(token, logprob), *(_token(f"{token}~{i}", logprob - i) for i in range(1, wanted))][:wanted]
    return {**_token(token, logprob), "top_logprobs": top}


def _token(token: str, logprob: float) -> dict[str, Any]:
    return {"token": token, "logprob": logprob, "bytes": list(token.encode())}
