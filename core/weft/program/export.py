"""Prompts handed out: the messages of a program's predictors, for people and programs that don't use weft."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

from ..adapter.apart import histories
from ..adapter.current import current_adapter
from ..adapter.tool_fields import tool_values
from ..adapter.unfilled import unfilled_request
from ..data.history import History
from ..errors import EstimateError, OptionError
from ..lm.chat_form import chat_body
from ..lm.current import current_lm, some_model
from ..lm.parameters import check_parameters
from ..lm.rehearsal import rehearsing
from ..runtime.frozen import frozen
from ..spelling import hint
from .demos import model_of
from .estimate import MOST_CALLS
from .runs import entered
from .scope import binding
from .tool_slots import with_descriptions

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from ..lm.messages import Message
    from ..lm.records import Request
    from .module import Module
    from .predict import Predict


@frozen
class RenderedStep:
    """A call that a program would make.

    Attributes:
        path: the predictor's path.
        request: what would be sent.
        is_known: whether it is just that; otherwise stand-ins for earlier answers may be in it.
    """

    path: str
    request: Request
    is_known: bool


async def rendered(program: Module, inputs: Mapping[str, Any]) -> tuple[RenderedStep, ...]:
    """Return the calls that a program would make; see `Module.render`."""
    with some_model(), rehearsing(MOST_CALLS) as rehearsal, entered(None):
        try:
            await program.acall(**inputs)
        except Exception as error:  # whatever a program's code makes of a stand-in
            if not rehearsal.calls:
                raise
            last = rehearsal.calls[-1].path
            raise EstimateError(
                f"{type(program).__name__} cannot go on with a stand-in for the answer of {last!r}: {error}"
            ) from error
    return tuple(RenderedStep(call.path, call.request, call.is_known) for call in rehearsal.calls)


def unfilled(predictor: Predict[Any]) -> Request:
    """Return a predictor's request with placeholders in place of inputs.

    Raises:
        OptionError: there is no such, because the prompt depends on the inputs in other ways.
    """
    scope = binding.get()
    state = scope.states.get(predictor, predictor.own)
    if state.neighbours is not None:
        raise OptionError("Demonstrations are chosen for each input here; export the prompt with inputs.")
    with some_model():
        lm = scope.lm or model_of(state) or current_lm()
        adapter = predictor._around(current_adapter(predictor.adapter), lm, (lm.parameters, predictor.config))
    fixed = with_descriptions(predictor.signature, tool_values(predictor.signature), state.tools)
    fixed = {**fixed, **dict.fromkeys(histories(predictor.signature), History())}
    request = unfilled_request(adapter, predictor._prepared_prompt(state), fixed, lm.capabilities)
    return lm.prepared(request.replace(**check_parameters(lm, predictor.config)) if predictor.config else request)


def exported(form: str | Callable[[Mapping[str, Request]], Any], requests: Mapping[str, Request]) -> Any:
    """Return requests by path in some form: a dict of bodies, a text, or what a function makes of them.

    Raises:
        OptionError: there is no such form.
    """
    if callable(form):
        return form(requests)
    if form == "openai":
        return {path: chat_body(request) for path, request in requests.items()}
    if form == "markdown":
        return "\n".join(_markdown(path, request) for path, request in requests.items())
    forms = ("openai", "markdown")
    raise OptionError(
        f"The form of an export is 'openai', 'markdown' or a function, not {form!r}.{hint(str(form), forms)}"
    )


def _markdown(path: str, request: Request) -> str:
    title = "Prompt" if path == "self" else f"`{path}`"
    body = chat_body(request)
    others = {name: value for name, value in body.items() if name != "messages"}
    sections = [f"## {title}", *(_turn(message) for message in request.messages)]
    if others:
        sections.append(f"**Sent with it**\n\n{_fenced(json.dumps(others, indent=2, ensure_ascii=False), 'json')}")
    return "\n\n".join(sections) + "\n"


def _turn(message: Message) -> str:
    """Return a turn as a block that shows every character of its text."""
    calls = "".join(f"\n\nCalls `{call.name}`:\n\n{_fenced(call.arguments, 'json')}" for call in message.tool_calls)
    text = f"\n\n{_fenced(message.text, 'text')}" if message.text or not calls else ""
    return f"**{message.role}**{text}{calls}"


def _fenced(text: str, language: str) -> str:
    longest = max((len(run) for run in re.findall("`+", text)), default=0)
    fence = "`" * max(3, longest + 1)
    return f"{fence}{language}\n{text}\n{fence}"
