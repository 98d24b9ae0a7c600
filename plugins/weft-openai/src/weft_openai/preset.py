"""What is known of one kind of server, as data."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from .templates import VALUE, Template

if TYPE_CHECKING:
    from collections.abc import Mapping

    from weft import Prices
    from weft_http import Service

    from .models import Model

Api = Literal["chat", "responses", "completions"]

SAMPLING = frozenset({"temperature", "top_p", "max_tokens", "stop", "seed", "n", "rollout_id"})
"""The parameters that nearly every server takes."""

PARAMETERS_OF_API: Mapping[Api, frozenset[str]] = {
    "chat": SAMPLING | {"logprobs", "reasoning_effort"},
    "responses": frozenset(
        {"temperature", "top_p", "max_tokens", "n", "rollout_id", "logprobs", "reasoning_effort"},
    ),
    "completions": SAMPLING | {"logprobs"},
}
"""The parameters that each API has a place for; `n` is asked for in several calls where it has none."""


def _no_models() -> Mapping[str, Model]:
    return {}


def _no_names() -> Mapping[str, str]:
    return {}


@dataclass(frozen=True, slots=True, kw_only=True)
class Preset:
    """One kind of server.

    Attributes:
        service: its address, key, errors and limits.
        apis: those that it has; the first is the default.
        parameters: those of `weft.Request` that it takes.
        extra: names of its own parameters, sent as they are.
        names: its names for parameters that are called otherwise.
        schema_form: how it wants the schema of an answer, a key of `SCHEMA_FORMS`; None: it cannot hold to one.
        grammar: how it wants the parameter ``grammar``; None: it has none.
        grammar_kind: the language of its grammars, for the docs.
        regex: how it wants the parameter ``regex``; None: it has none.
        effort: how it wants ``reasoning_effort`` as a word.
        effort_tokens: how it wants ``reasoning_effort`` as a number of tokens; None: it does not.
        tools: whether its models can be given tools.
        named_tool: whether it can be told which tool must be called.
        n: whether it gives several answers to one call.
        streams: whether it streams; otherwise a streamed answer comes in one piece.
        stream_usage: whether it has to be asked for the usage of a stream, and can be.
        cache_points: whether it wants to be told how far a prompt should be cached.
        batches: whether it takes batches of requests.
        finetunes: whether it tunes models.
        prices: of all its models; zeros for servers of one's own.
        models: what is known of its models by name.
        any_name: whether it has one model, which answers under any name.
        probe: how `weft doctor` asks it, a key of `PROBES`.
        start: how its models are got, as a sentence with a place for the name.
    """

    service: Service
    apis: tuple[Api, ...] = ("chat", "completions")
    parameters: frozenset[str] = SAMPLING
    extra: frozenset[str] = frozenset()
    names: Mapping[str, str] = field(default_factory=_no_names)
    schema_form: str | None = "json_schema"
    grammar: Template | None = None
    grammar_kind: str = ""
    regex: Template | None = None
    effort: Template = field(default_factory=lambda: {"reasoning_effort": VALUE})
    effort_tokens: Template | None = None
    tools: bool = True
    named_tool: bool = True
    n: bool = False
    streams: bool = True
    stream_usage: bool = True
    cache_points: bool = False
    batches: bool = False
    finetunes: bool = False
    prices: Prices | None = None
    models: Mapping[str, Model] = field(default_factory=_no_models)
    any_name: bool = False
    probe: str = "models"
    start: str = ""
