"""Backtracking: after a failed check a module's forward runs again, and only what must be is asked again.

What earlier steps answered is replayed, the step in question is told what was wrong, and what depends on it is asked
as usual. Two calls are the same where the answer cache would say so.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any, cast

from ..data.checks import Feedback
from ..errors import CheckFailed
from ..lm.cache_key import key_of
from ..runtime.settings import settings
from .options import whole_number
from .streaming import announce_again

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterable, Sequence

    from ..lm.base import LM
    from ..lm.records import Request
    from .module import Module
    from .predict import Predict
    from .runs import Run, Step
    from .stepping import Call

Role = tuple[str, str]
"""What a predictor is in a run, also where forward makes it anew each time: its path and its signature."""

Key = tuple[Role, Any]
"""What two calls have in common that are the same."""


class AskAgain(CheckFailed):
    """A check failed, and the run it names can ask the step again; only code inside ``forward`` ever sees it."""

    def __init__(self, message: str, *, run: Run, step: Step) -> None:
        super().__init__(message, records=step.checks)
        self.run = run
        self.asked = step


class Replay:
    """What an attempt knows of those before: the answers to keep, and what refused steps are told.

    Args:
        steps: the steps of the attempt before.
        refused: those that are asked again.
        before: what that attempt knew; what it did not come to is kept.

    Attributes:
        void: the refused steps and those that ended after the first of them.
        is_told: whether one of the refused was asked again.
    """

    __slots__ = ("_answers", "_untold", "_void", "is_told", "void")

    def __init__(self, steps: Sequence[Step], refused: Sequence[Step], before: Replay | None) -> None:
        self.is_told = False
        self.void = _since(refused, steps)
        self._void = {place_of(step) for step in self.void}
        self._untold = {place_of(step): (_key_of(step), step) for step in refused}
        again = set(self._untold)
        left: Sequence[Step] = ()
        if before is not None:
            self._void |= before._void
            self._untold |= before._untold
            left = before.unused()
        self._answers: dict[Hashable, list[Step]] = {}
        for step in (*steps, *left):
            if place_of(step) not in again:
                self._answers.setdefault(_key_of(step), []).append(step)

    @property
    def untold(self) -> Sequence[Step]:
        """The refused steps that were not asked again so far."""
        return [step for _, step in list(self._untold.values())]

    def unused(self) -> Sequence[Step]:
        """Return the answers that no call was given."""
        return [step for steps in self._answers.values() for step in steps]

    def given_up(self) -> Sequence[Step]:
        """Return those of them that are not void yet, for an attempt that was the last."""
        return [step for step in self.unused() if place_of(step) not in self._void]

    def answered(self, key: Key) -> Step | None:
        """Return the step that answered the same call before, each once."""
        try:
            step = self._answers[key].pop(0)
        except (KeyError, IndexError):
            return None
        if place_of(step) in self._void:
            self._void.discard(place_of(step))
            announce_again(step)
        return step

    def refused(self, key: Key) -> Step | None:
        """Return a step whose answer was refused, once: that of the same call, or else of a call in the same role."""
        of_role = [(known, step) for known, step in list(self._untold.values()) if known[0] == key[0]]
        for _, step in sorted(of_role, key=lambda entry: entry[0] != key):
            if self._untold.pop(place_of(step), None) is not None:  # else another thread was quicker
                self.is_told = True
                return step
        return None


def place_of(step: Step) -> tuple[str, int]:
    """Return what tells a step from all others of its program's run."""
    return step.path, step.call


def _since(refused: Sequence[Step], steps: Sequence[Step]) -> Sequence[Step]:
    """Return the refused steps and all that ended after the first of them."""
    places = {place_of(step) for step in refused}
    first = next((index for index, step in enumerate(steps) if place_of(step) in places), len(steps))
    return steps[first:] or refused


def asks_in(error: BaseException) -> Sequence[AskAgain]:
    """Return the wishes to ask steps again that an error is: itself, or all members of a group of tasks' errors."""
    if isinstance(error, AskAgain):
        return [error]
    if not isinstance(error, BaseExceptionGroup):
        return ()
    members = [asks_in(member) for member in cast("BaseExceptionGroup[BaseException]", error).exceptions]
    return [ask for asks in members for ask in asks] if all(members) else ()


def refused_in(run: Run, error: BaseException) -> Sequence[Step]:
    """Return the steps that an error wants this run to ask again, with those refused beside them; none: it does not."""
    asks = [ask for ask in asks_in(error) if ask.run is run]
    if not asks:
        return ()
    refused = {place_of(step): step for step in run.steps if place_of(step) in run.refused}
    for ask in asks:
        refused.setdefault(place_of(ask.asked), ask.asked)
    return list(refused.values())


def role_of(path: str, predictor: Predict[Any]) -> Role:
    """Return what a predictor is in a run."""
    return path, predictor.signature.spec


def _key(role: Role, lm: LM, request: Request) -> Key:
    return role, key_of(lm, lm.prepared(request))


def _key_of(step: Step) -> Key:
    return _key(role_of(step.path, step.predictor), step.lm, step.request)


def before(run: Run, path: str, predictor: Predict[Any], call: Call) -> tuple[Step | None, Step | None]:
    """Return the step that answered this call in an earlier attempt of the run, or else the one that it is to better.

    The attempts of the runs around it count as well.
    """
    key = _key(role_of(path, predictor), call.lm, call.request)
    replays = [replay for around in run.outwards() if (replay := around.replay) is not None]
    answered = next((step for replay in replays if (step := replay.answered(key)) is not None), None)
    if answered is not None:
        return answered, None
    return None, next((step for replay in replays if (step := replay.refused(key)) is not None), None)


def refused_around(run: Run | None) -> Sequence[Step]:
    """Return the steps that calls in this run may yet have to better."""
    replays = [] if run is None else [around.replay for around in run.outwards() if around.replay is not None]
    return [step for replay in replays for step in replay.untold]


def tell_around(run: Run, steps: Iterable[Step]) -> None:
    """Take note in this run and those around it that refused steps were asked again, in a run that stands apart."""
    for step in steps:
        for around in run.outwards():
            if around.replay is not None and around.replay.refused(_key_of(step)) is not None:
                break


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

    __slots__ = ("_beside", "_counted", "_made", "_module")

    def __init__(self, module: Module) -> None:
        self._module = module
        if module.max_backtracks is not None:
            whole_number(type(module).__name__, "max_backtracks", module.max_backtracks, 0)
        self._made: dict[tuple[Role, bool], int] = {}
        self._counted: dict[Role, int] = {}
        self._beside = False

    def allow(self, run: Run, step: Step, *, hard: bool) -> bool:
        """Whether a step may be asked again for a failed check, which counts then; checks and suggestions count apart.

        A step has so many retries. All steps of its role in the run together have no more, which ends programs that
        take another way each time, so that the step in question is not reached.
        """
        role = role_of(step.path, step.predictor)
        most = self._most(step.predictor)
        asked = {earlier.attempt for earlier in step.checks if earlier.hard == hard}
        if len(asked) >= most or self._leads_nowhere(run):
            return False
        if step.attempt in asked:  # another step that failed at the same time was asked again first
            return True
        made = self._made[role, hard] = self._made.get((role, hard), 0) + 1
        self.count([step, *(other for other in run.steps if other is not step)])  # a trace inside the run has its own
        return made <= most * self._counted[role]

    def attempted(self, run: Run) -> None:
        """Take note of an attempt that is over."""
        self._beside |= run.is_shared
        self.count(run.steps)

    def _leads_nowhere(self, run: Run) -> bool:
        """Whether an attempt fails before it asks a refused step; what runs side by side may come to it later."""
        return run.replay is not None and not run.replay.is_told and not self._beside

    def count(self, steps: Sequence[Step]) -> None:
        """Take note of how many steps each role has in an attempt; the most of them counts."""
        for role, number in Counter(role_of(step.path, step.predictor) for step in steps).items():
            self._counted[role] = max(number, self._counted.get(role, 0))

    def _most(self, predictor: Predict[Any]) -> int:
        for module in (predictor, self._module):
            if (most := module.max_backtracks) is not None:
                return whole_number(type(module).__name__, "max_backtracks", most, 0)
        return settings.get("max_backtracks")
