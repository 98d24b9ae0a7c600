"""How a model is told to think: a budget of tokens or a level, whichever it understands."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from weft_http import not_sent

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ._models import Model

_BUDGETS: Mapping[str, int] = {"minimal": 1024, "low": 1024, "medium": 8192, "high": 24576}
"""What Google documents each effort to be, for models that know tokens only."""


def thinking_config(ref: str, model: Model, effort: str | int | None, include: object) -> dict[str, Any]:
    """Return the ``thinkingConfig`` of a request; empty where nothing is asked for.

    Args:
        ref: the model's reference, for messages.
        model: what is known of the model.
        effort: as in `weft.Request.reasoning_effort`.
        include: whether thoughts are wanted; None leaves it to the model.

    Raises:
        LMInvalidRequestError: the model cannot be told so; says what it takes.
    """
    config = {} if effort is None else _asked(ref, model, effort)
    return config if include is None else {**config, "includeThoughts": include}


def _asked(ref: str, model: Model, effort: str | int) -> dict[str, Any]:
    if effort in ("none", 0):
        if not model.can_stop_thinking:
            raise not_sent(ref, f"{ref} cannot be told not to think; reasoning_effort must be {_choices(model)}.")
        return {"thinkingBudget": 0}
    if isinstance(effort, int):
        if model.thinking == "level":
            raise not_sent(ref, f"{ref} takes no number of tokens as reasoning_effort; it must be {_choices(model)}.")
        return {"thinkingBudget": effort}
    known = _BUDGETS if model.thinking == "budget" else model.levels
    if known is not None and effort not in known:
        raise not_sent(ref, f"{ref} has no reasoning_effort {effort!r}; it must be {_choices(model)}.")
    return {"thinkingBudget": _BUDGETS[effort]} if model.thinking == "budget" else {"thinkingLevel": effort.upper()}


def _choices(model: Model) -> str:
    names = [repr(name) for name in (_BUDGETS if model.levels is None else model.levels)]
    if model.thinking != "level":
        names.append("a number of tokens")
    return f"{', '.join(names[:-1])} or {names[-1]}"
