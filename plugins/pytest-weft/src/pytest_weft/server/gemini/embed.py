"""``:embedContent`` and ``:batchEmbedContents``: a vector a text."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..bodies import joined_text, required_list
from ..contract import Endpoint, Made
from ..records import Received
from ..vectors import vector_of
from .vendor import GEMINI

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ..wire import Incoming


class Embed(Endpoint):
    """Embeddings of one content or of many."""

    format = "gemini.embed"
    vendor = GEMINI
    answers = False

    def __init__(self, *, many: bool) -> None:
        self._many = many

    def read(self, number: int, http: Incoming, body: Any, names: Mapping[str, str]) -> Received:
        requests = required_list(body, "requests") if self._many else [body]
        texts = tuple([("user", joined_text(each["content"].get("parts"))) for each in requests])
        return Received(number, self.format, http, body, model=names["model"], messages=texts)

    def whole(self, made: Made) -> Any:
        body = made.received.body
        requests = body["requests"] if self._many else [body]
        vectors = [
            {"values": vector_of(text, request.get("outputDimensionality") or made.settings.dimensions)}
            for request, (_, text) in zip(requests, made.received.messages, strict=True)
        ]
        return {"embeddings": vectors} if self._many else {"embedding": vectors[0]}
