"""``POST /v1/embeddings``: a vector a text, as numbers or in base64."""

from __future__ import annotations

import base64
import struct
from typing import TYPE_CHECKING, Any

from ..bodies import texts_of
from ..contract import Endpoint, Made, Vendor
from ..problems import Problem
from ..records import Received
from ..vectors import vector_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ..wire import Incoming


class Embeddings(Endpoint):
    """Embeddings of one text or of many."""

    format = "openai.embeddings"
    answers = False

    def __init__(self, vendor: Vendor) -> None:
        self.vendor = vendor

    def read(self, number: int, http: Incoming, body: Any, names: Mapping[str, str]) -> Received:
        texts = texts_of(body.get("input"))
        if not texts:
            raise Problem(400, "Missing required parameter: 'input'.")
        model = names.get("deployment") or body.get("model", "")
        messages = tuple([("user", text) for text in texts])
        return Received(number, self.format, http, body, model=model, messages=messages)

    def whole(self, made: Made) -> Any:
        body = made.received.body
        dimensions = body.get("dimensions") or made.settings.dimensions
        vectors = [vector_of(text, dimensions) for _, text in made.received.messages]
        written = map(_base64, vectors) if body.get("encoding_format") == "base64" else vectors
        data = [{"object": "embedding", "index": i, "embedding": each} for i, each in enumerate(written)]
        usage = {"prompt_tokens": made.usage.prompt, "total_tokens": made.usage.prompt}
        return {"object": "list", "data": data, "model": made.received.model, "usage": usage}


def _base64(vector: list[float]) -> str:
    return base64.b64encode(struct.pack(f"<{len(vector)}f", *vector)).decode()
