"""Fine-tuning jobs: ``POST fine_tuning/jobs``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from weft import FinetuneState
from weft_http import reading

from .files import upload
from .reading import EMPTY
from .turns import turns

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from weft import Message

    from .lm import OpenAILM

_STATUSES: Mapping[str, Any] = {"succeeded": "done", "failed": "failed", "cancelled": "cancelled"}


async def start(lm: OpenAILM, conversations: Sequence[Sequence[Message]], options: Mapping[str, Any]) -> str:
    """Begin to tune the model on conversations, and return the job's id."""
    job = {name: value for name, value in options.items() if name != "validation"}
    body: dict[str, Any] = {"model": lm.model, "training_file": await _kept(lm, conversations), **job}
    if options.get("validation"):
        body["validation_file"] = await _kept(lm, options["validation"])
    reply = await lm.client.post_json(lm.path_of("fine_tuning/jobs"), body)
    with reading(lm.ref):
        return reply.value["id"]


async def read(lm: OpenAILM, job: str) -> FinetuneState:
    """Return how far a job is."""
    fields = (await lm.client.get_json(lm.path_of(f"fine_tuning/jobs/{job}"))).value
    with reading(lm.ref):
        status = _STATUSES.get(fields["status"], "running")
        model, problem = fields.get("fine_tuned_model"), (fields.get("error") or EMPTY).get("message")
    return FinetuneState(status, f"{lm.provider}/{model}" if model else "", problem or "")


async def _kept(lm: OpenAILM, conversations: Sequence[Sequence[Message]]) -> str:
    return await upload(lm, ({"messages": turns(lm.ref, conversation)} for conversation in conversations), "fine-tune")
