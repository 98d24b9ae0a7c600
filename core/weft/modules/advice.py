"""Advice: what a model says the predictors of a program should do better after a run."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, cast

from ..signature import InputField, OutputField, Signature
from ..signature.describe import text_of

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from ..data.metric import Reward
    from ..data.rollouts import Rollout
    from ..program.module import Module

_MOST_CHARACTERS = 4000
"""Of one value in a prompt for advice: enough to judge it by."""


class OfferFeedback(Signature):
    """A program was run on some inputs, and its result got less reward than wanted.

    Find out which of its predictors are to blame, and tell each of them what to do better when the program runs again
    on the same inputs. A predictor reads its advice together with its own instructions and inputs, and sees nothing
    else: say in concrete words what its answer should be like. Give no advice to predictors that did well.
    """

    predictors: dict[str, str] = InputField("by name, what each predictor is asked for")
    program_inputs: dict[str, str] = InputField()
    program_steps: str = InputField("what each predictor was given and answered, in order", trim="middle")
    program_outputs: str = InputField("what the program returned, or how it failed")
    reward: float | None = InputField("none if the program failed")
    wanted_reward: float | None = InputField("the least that is good enough; none: as much as possible")
    reward_feedback: str = InputField("what the reward function says about the result")
    reward_function: str = InputField("how the reward is found")
    discussion: str = OutputField("what was wrong, and which predictor could have avoided it")
    advice: dict[str, str] = OutputField("advice by the name of the predictor")


def advice_inputs(module: Module, reward: Reward, threshold: float | None, rollout: Rollout) -> dict[str, Any]:
    """Return what `OfferFeedback` is given about a run of a module."""
    return {
        "predictors": {path: _asked_for(predictor) for path, predictor in module.named_predictors()},
        "program_inputs": {name: _shown(value) for name, value in rollout.inputs.items()},
        "program_steps": "\n\n".join(_step(step, module) for step in rollout.steps) or "none",
        "program_outputs": _outcome(rollout),
        "reward": rollout.score,
        "wanted_reward": threshold,
        "reward_feedback": rollout.feedback,
        "reward_function": _source_of(reward.function),
    }


def _asked_for(predictor: Any) -> str:
    return f"{predictor.signature.spec}\n{predictor.instructions}"


def _step(step: Any, module: Module) -> str:
    named = (path for path, predictor in module.named_predictors() if predictor is step.predictor)
    lines = [f"{next(named, step.path)} was given"]
    lines += [f"  {name}: {_shown(value)}" for name, value in step.inputs.items()]
    lines += ["and answered", *(f"  {name}: {_shown(value)}" for name, value in step.prediction.items())]
    return "\n".join(lines)


def _outcome(rollout: Rollout) -> str:
    if rollout.error is None:
        return _shown(rollout.prediction)
    failed = f"{type(rollout.error).__name__}: {rollout.error}"
    return failed if rollout.prediction is None else f"{_shown(rollout.prediction)}\nJudging it failed: {failed}"


def _shown(value: Any) -> str:
    text = text_of(dict(cast("Mapping[str, Any]", value)) if isinstance(value, Mapping) else value)
    return text if len(text) <= _MOST_CHARACTERS else f"{text[:_MOST_CHARACTERS]}…"


def _source_of(function: Callable[..., Any]) -> str:
    """Return a function's code, or where there is none at hand its name and what it says of itself."""
    import inspect

    try:
        return inspect.cleandoc(inspect.getsource(function))
    except (OSError, TypeError):  # it was typed into a shell, is built in, or is an object that can be called
        name = getattr(function, "__name__", type(function).__name__)
        return f"{name}\n{inspect.getdoc(function) or ''}".rstrip()


def known_advice(advice: Mapping[str, str], paths: Sequence[str]) -> dict[str, str]:
    """Return the advice for predictors that there are; a single one is meant whatever it was called."""
    meant = {paths[0]: next(iter(advice.values()))} if len(paths) == 1 and len(advice) == 1 else advice
    return {path: meant[path] for path in paths if meant.get(path, "").strip()}
