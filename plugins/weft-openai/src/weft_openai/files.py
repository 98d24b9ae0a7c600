"""Files that batches and fine-tuning jobs are handed in as: JSON lines."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from aiohttp import FormData

from weft_http import encoded, reading

if TYPE_CHECKING:
    from collections.abc import Iterable

    from .lm import OpenAILM


async def upload(lm: OpenAILM, rows: Iterable[Any], purpose: str) -> str:
    """Keep rows as a file of the provider's, and return its id."""
    form = FormData({"purpose": purpose})
    lines = b"".join(encoded(row) + b"\n" for row in rows)
    form.add_field("file", lines, filename="weft.jsonl", content_type="application/jsonl")
    reply = await lm.client.post_form(lm.path_of("files"), form)
    with reading(lm.ref):
        return reply.value["id"]


async def download(lm: OpenAILM, file: str) -> list[Any]:
    """Return the rows of a file of the provider's."""
    raw = await lm.client.get_bytes(lm.path_of(f"files/{file}/content"))
    return [lm.client.decoded(line) for line in raw.splitlines() if line.strip()]
