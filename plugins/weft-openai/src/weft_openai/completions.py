"""Text completions: ``POST completions``, for models that go on with a text and know no turns."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from weft import Completion, Delta, Response, TokenLogprob
from weft.errors import OptionError

from .parameters import add_parameters
from .reading import EMPTY, StreamRefusal, check_refusals, finish_reason, raise_error_in, usage_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from weft import RateLimits, Request

    from .lm import OpenAILM


class CompletionsWire:
    """The prompt is the turns' texts with a blank line between them, and nothing else."""

    path = "completions"

    def body(self, lm: OpenAILM, request: Request) -> dict[str, Any]:
        """Return the body of a request.

        Raises:
            OptionError: the request has tools or a schema, which this API has no place for.
        """
        if request.tools or request.response_schema is not None:
            raise OptionError(f"{lm.ref} completes texts: it takes no tools and no schema. Use api='chat'.")
        body: dict[str, Any] = {
            "model": lm.model,
            "prompt": "\n\n".join(message.text for message in request.messages),
        }
        if request.logprobs is not None:
            body["logprobs"] = request.logprobs
        add_parameters(body, lm, request, {})
        return body

    def streaming(self, lm: OpenAILM, body: dict[str, Any]) -> dict[str, Any]:
        """Return the body that asks for a stream that ends with the usage."""
        body["stream"] = True
        if lm.preset.stream_usage:
            body["stream_options"] = {"include_usage": True}
        return body

    def response(self, lm: OpenAILM, value: Any, limits: RateLimits | None = None) -> Response:
        """Return what an answer says."""
        raise_error_in(lm, value)
        completions = tuple(
            Completion(
                choice["text"] or "",
                finish_reason(choice.get("finish_reason")),
                logprobs=_logprobs(choice.get("logprobs")),
            )
            for choice in value["choices"]
        )
        usage = usage_of(lm, value.get("usage"))
        check_refusals(lm, completions, "", usage)
        return Response(completions, usage, value.get("model") or "", limits=limits)

    def reader(self, lm: OpenAILM) -> ChunkReader:
        """Return what reads the chunks of one stream."""
        return ChunkReader(lm)


class ChunkReader:
    """Reads the chunks of one stream."""

    def __init__(self, lm: OpenAILM) -> None:
        self._lm = lm
        self._refusal = StreamRefusal(lm)

    def read(self, chunk: Any) -> Iterator[Delta]:
        """Give the pieces of a chunk; raises where it is an error."""
        raise_error_in(self._lm, chunk)
        model = chunk.get("model") or ""
        for choice in chunk.get("choices") or ():
            yield self._refusal.note(_piece(choice, model))
        if chunk.get("usage"):
            yield self._refusal.note(Delta(usage=usage_of(self._lm, chunk["usage"]), model=model))

    def end(self) -> None:
        """End the stream; raises where a filter left nothing of it."""
        self._refusal.end()


def _piece(choice: Mapping[str, Any], model: str) -> Delta:
    ended = choice.get("finish_reason")
    return Delta(
        choice.get("text") or "",
        choice.get("index") or 0,
        logprobs=_logprobs(choice.get("logprobs")) or (),
        finish_reason=finish_reason(ended) if ended else None,
        model=model,
    )


def _logprobs(fields: Mapping[str, Any] | None) -> tuple[TokenLogprob, ...] | None:
    """Return a record a token; the first token of a prompt that is repeated has none."""
    if not fields or not fields.get("tokens"):
        return None
    tops = fields.get("top_logprobs") or [None] * len(fields["tokens"])
    return tuple(
        TokenLogprob(token, float(logprob), tuple(sorted((top or EMPTY).items(), key=lambda pair: -pair[1])))
        for token, logprob, top in zip(fields["tokens"], fields["token_logprobs"], tops, strict=True)
        if logprob is not None
    )
