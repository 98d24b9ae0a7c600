"""One step of a run: answered as before, or asked, and again with feedback where a check refused its answer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from ..runtime import ledger
from .backtracking import before, feedback_on
from .rollouts import nested_rollout
from .running import Announced, told
from .runs import Step, current_branch

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ..adapter.base import Adapter
    from ..data.prediction import Prediction
    from ..lm.base import LM
    from ..lm.records import Request, Response
    from .predict import Predict
    from .repair import Repair
    from .runs import Run


class Call(NamedTuple):
    """What a call of a predictor takes.

    Attributes:
        lm: the model that is asked.
        adapter: what wrote the request and reads the answer.
        request: what is asked.
        values: the inputs, checked.
        repair_max: how often it may be asked again for what cannot be read; None leaves it to the settings.
    """

    lm: LM
    adapter: Adapter
    request: Request
    values: Mapping[str, Any]
    repair_max: int | None = None


class Answered(NamedTuple):
    """What comes of a call.

    Attributes:
        prediction: what the predictor returns.
        response: what the model answered.
        repairs: the re-asks for what could not be read of it.
    """

    prediction: Prediction
    response: Response
    repairs: tuple[Repair, ...] = ()


async def stepped(run: Run, predictor: Predict[Any], call: Call) -> Prediction:
    """Make a predictor's call as a step of a run."""
    branch = current_branch()
    run.begin(branch)
    path = run.path_of(predictor)
    refused: Step | None = None
    if run.is_again:
        answered, refused = before(run, path, predictor, call)
        if answered is not None:
            run.add(answered, branch)
            return answered.prediction
    program = run.program
    if program is not None:
        program.begin_asking(branch)
    try:
        step = await _asked(run, predictor, path, call, refused)
        run.add(step, branch)
    finally:
        if program is not None:
            program.end_asking(branch)
    return step.prediction


async def _asked(run: Run, predictor: Predict[Any], path: str, call: Call, refused: Step | None) -> Step:
    attempt, checks, asked = 1, (), call
    if refused is not None:
        attempt, checks = refused.attempt + 1, refused.checks
        asked = call._replace(request=_asked_again(call, refused))
    number = run.number(path)
    with ledger.at_path(path, number):
        prediction, response, repairs = await _told(predictor, asked, path, number)
    return Step(
        path,
        predictor,
        call.values,
        prediction,
        response,
        call.request,
        call.lm,
        number,
        attempt,
        checks,
        repairs,
    )


async def _told(predictor: Predict[Any], call: Call, path: str, number: int) -> Answered:
    if not told():
        return await predictor._answered(call)
    with Announced(type(predictor).__name__, path, number):
        return await predictor._answered(call)


def _asked_again(call: Call, refused: Step) -> Request:
    """Return the request with feedback; the rollout makes it another sample, should the same be refused again."""
    request = call.adapter.with_feedback(call.request, feedback_on(refused))
    return request.replace(rollout_id=nested_rollout(request.rollout_id, refused.attempt))
