"""Backtracking: after a failed check a module's forward runs again, and only what must be is asked again.

What earlier steps answered is replayed, the step in question is told what was wrong, and what depends on it is asked
as usual. Two calls are the same where the answer cache would say so.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..data.checks import Feedback
from ..errors import CheckFailed, OptionError
from ..lm.cache_key import key_of
from ..runtime.settings import settings

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterable

    from ..lm.base import LM
    from ..lm.records import Request
    from .module import Module
    from .predict import Predict
    from .runs import Run, Step

Role = tuple[str, str]
"""What a predictor is in a run, also where forward makes it anew each time: its path and its signature."""


class AskAgain(CheckFailed):
    """A check failed, and the run it names can ask the step again; only code inside ``forward`` ever sees it."""

    def __init__(self, message: str, *, run: Run, step: Step) -> None:
        super().__init__(message, records=step.checks)
        self.run = run
        self.asked = step


class Replay:
    """What an attempt knows of the one before: the answers to keep, and what the step in question is told."""

    __slots__ = ("_answers", "_untold", "told_role")

    def __init__(self, steps: Iterable[Step], refused: Step) -> None:
        self.told_role = role_of(refused.path, refused.predictor)
        self._untold = [refused]
        self._answers: dict[Hashable, list[Step]] = {}
        for step in steps:
            if step is not refused:
                key = _key(role_of(step.path, step.predictor), step.lm, step.request)
                self._answers.setdefault(key, []).append(step)

    @property
    def is_told(self) -> bool:
        """Whether the step in question was asked again."""
        return not self._untold

    def answered(self, key: Hashable) -> Step | None:
        """Return the step that answered the same call before, each once."""
        try:
            return self._answers[key].pop(0)
        except (KeyError, IndexError):
            return None

    def refused(self, role: Role) -> Step | None:
        """Return the step whose answer was refused, once, where a call is of its role."""
        try:
            return self._untold.pop() if role == self.told_role else None
        except IndexError:
            return None


def role_of(path: str, predictor: Predict[Any]) -> Role:
    """Return what a predictor is in a run."""
    return path, predictor.signature.spec


def _key(role: Role, lm: LM, request: Request) -> Hashable:
    return role, key_of(lm, lm.prepared(request))


def answered_before(run: Run, role: Role, lm: LM, request: Request) -> Step | None:
    """Return the step that answered this call in an earlier attempt of the run, or of one around it."""
    key = _key(role, lm, request)
    around: Run | None = run
    while around is not None:
        if around.replay is not None and (step := around.replay.answered(key)) is not None:
            return step
        around = around.outer
    return None


def refused_before(run: Run, role: Role) -> Step | None:
    """Return the step that this call is to answer better, or None."""
    around: Run | None = run
    while around is not None:
        if around.replay is not None and (step := around.replay.refused(role)) is not None:
            return step
        around = around.outer
    return None


def feedback_on(step: Step) -> Feedback:
    """Return what a step is told of its last answer; of those before, only what was wrong, once each."""
    messages = list(dict.fromkeys(record.message for record in step.checks if record.attempt == step.attempt))
    earlier = dict.fromkeys(record.message for record in step.checks)
    others = [message for message in earlier if message not in messages]
    if others:
        messages += ["Answers before were refused, too:", *others]
    return Feedback("\n".join(messages), dict(step.prediction))


class Retries:
    """How often the steps of one module's run may be asked again, over all its attempts."""

    __slots__ = ("_made", "_module")

    def __init__(self, module: Module) -> None:
        self._module = module
        self._made: dict[tuple[Role, bool], int] = {}

    def allow(self, run: Run, step: Step, *, hard: bool) -> bool:
        """Whether a step may be asked again for a failed check, which counts then; checks and suggestions count apart.

        A step has so many retries. All steps of its role in the run together have no more, which ends programs that
        take another way each time, so that the step in question is not reached.
        """
        role = role_of(step.path, step.predictor)
        most = self._most(step.predictor)
        asked = {earlier.attempt for earlier in step.checks if earlier.hard == hard}
        if len(asked) >= most or (run.replay is not None and not run.replay.is_told):
            return False
        made = self._made[role, hard] = self._made.get((role, hard), 0) + 1
        others = sum(1 for other in run.steps if other is not step and role_of(other.path, other.predictor) == role)
        return made <= most * (1 + others)

    def _most(self, predictor: Predict[Any]) -> int:
        for module in (predictor, self._module):
            if (most := module.max_backtracks) is not None:
                return checked_backtracks(most, type(module).__name__)
        return settings.get("max_backtracks")


def checked_backtracks(value: Any, owner: str) -> int:
    """Return a number of retries.

    Raises:
        OptionError: it is no whole number of at least 0.
    """
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        raise OptionError(f"max_backtracks of {owner} must be a whole number of at least 0, not {value!r}.")
    return value
