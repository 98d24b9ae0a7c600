"""How a model is told to think: a budget of tokens or a level of effort, whichever it understands."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from weft_http import not_sent

if TYPE_CHECKING:
    from ._models import Model

_OFF = ("none", 0)


def thinking_of(ref: str, model: Model, effort: str | int | None, display: object) -> dict[str, Any]:
    """Return the fields of a request that say how much to think, and whether its thoughts are shown.

    Args:
        ref: the model's reference, for messages.
        model: what is known of the model.
        effort: as in `weft.Request.reasoning_effort`.
        display: ``summarized`` or ``omitted``; None leaves it to the model.

    Raises:
        LMInvalidRequestError: the model cannot be told so; says what it takes.
    """
    fields = {} if effort is None else _asked(ref, model, effort)
    if display is not None:
        fields["thinking"] = {"type": "adaptive", **fields.get("thinking", {}), "display": display}
    return fields


def _asked(ref: str, model: Model, effort: str | int) -> dict[str, Any]:
    if effort in _OFF:
        if model.thinking == "always":
            raise not_sent(ref, f"{ref} cannot be told not to think; reasoning_effort must be {_levels(model)}.")
        return {"thinking": {"type": "disabled"}}
    if isinstance(effort, int):
        if model.thinking in ("adaptive", "always"):
            raise not_sent(ref, f"{ref} takes no number of tokens as reasoning_effort; it must be {_levels(model)}.")
        return {"thinking": {"type": "enabled", "budget_tokens": effort}}
    if model.efforts is not None and effort not in model.efforts:
        raise not_sent(ref, f"{ref} has no reasoning_effort {effort!r}; it must be {_levels(model)}.")
    fields: dict[str, Any] = {"output_config": {"effort": effort}}
    if model.thinking != "budget":
        fields["thinking"] = {"type": "adaptive"}
    return fields


def _levels(model: Model) -> str:
    levels = ["'low', 'medium' or 'high'"] if model.efforts is None else [repr(level) for level in model.efforts]
    if model.thinking in ("budget", "either"):
        levels.append("a number of tokens of at least 1024")
    return " or ".join([", ".join(levels[:-1]), levels[-1]]) if levels[1:] else levels[0]
