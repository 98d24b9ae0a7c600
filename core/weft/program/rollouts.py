"""Numbers of samples, where one thing that samples stands inside another."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..lm.parameters import check_parameters

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ..lm.base import LM
    from ..lm.records import Request

_ROOM = 1000


def nested_rollout(outer: int | None, inner: int) -> int:
    """Return the number of a sample that is taken while another number is in force.

    Different pairs give different numbers for fewer than a thousand samples at a place.
    """
    return inner if outer is None else outer * _ROOM + inner


def sampled(lm: LM, request: Request, wishes: Mapping[str, Any]) -> Request:
    """Return the request with those of the wishes that the model takes; a rollout adds to the request's own."""
    taken = lm.capabilities.parameters
    parameters = check_parameters(lm, {name: wishes[name] for name in wishes if name in taken})
    if "rollout_id" in parameters:
        own = lm.parameters.get("rollout_id") if request.rollout_id is None else request.rollout_id
        parameters["rollout_id"] = nested_rollout(own, parameters["rollout_id"])
    return request.replace(**parameters)
