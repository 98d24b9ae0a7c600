"""Parameters of a request, under the names that a server has for them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from weft.errors import OptionError

from .templates import SCHEMA_FORMS, fill

if TYPE_CHECKING:
    from collections.abc import Mapping

    from weft import Request

    from .lm import OpenAILM

_PLAIN = ("temperature", "top_p", "max_tokens", "seed")


def add_parameters(body: dict[str, Any], lm: OpenAILM, request: Request, names: Mapping[str, str]) -> None:
    """Add what the request says and nothing else: a parameter that is not set is not sent."""
    for name in _PLAIN:
        value = getattr(request, name)
        if value is not None:
            body[names.get(name, name)] = value
    if request.stop:
        body["stop"] = list(request.stop)
    if request.n > 1:
        body["n"] = request.n
    if request.extra:
        _add_extra(body, lm, request.extra)


def add_schema(body: dict[str, Any], lm: OpenAILM, request: Request) -> None:
    """Hold the answer to the request's schema, in the form that the server understands."""
    if request.response_schema is None:
        return
    if lm.schema_form is None:
        raise OptionError(f"{lm.ref} cannot hold answers to a schema; say how with schema_form, if the server can.")
    fill(body, SCHEMA_FORMS[lm.schema_form], request.response_schema)


def add_effort(body: dict[str, Any], lm: OpenAILM, request: Request) -> None:
    """Say how much the model should reason.

    Raises:
        OptionError: it is a number of tokens, and the server takes words only.
    """
    effort = request.reasoning_effort
    if effort is None:
        return
    template = lm.preset.effort if isinstance(effort, str) else lm.preset.effort_tokens
    if template is None:
        raise OptionError(f"reasoning_effort for {lm.ref} is a word such as 'low' or 'high', not {effort!r} tokens.")
    fill(body, template, effort)


def _add_extra(body: dict[str, Any], lm: OpenAILM, extra: Mapping[str, Any]) -> None:
    templates = {"grammar": lm.preset.grammar, "regex": lm.preset.regex}
    for name, value in extra.items():
        template = templates.get(name)
        if template is not None:
            fill(body, template, value)
        elif name != "extra_body":
            body[name] = value
    body.update(extra.get("extra_body", ()))
