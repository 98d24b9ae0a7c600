"""Runs of one module on the same inputs, each a sample of its own that is judged by a reward."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..data.results import Err, Ok
from ..data.rollouts import Rollout
from ..errors import InputError
from ..lm.rehearsal import current_rehearsal
from ..program.backtracking import Replay, asks_in, place_of, refused_around, tell_around
from ..program.rollouts import nested_rollout
from ..program.running import told
from ..program.runs import apart, current_run, entered
from ..program.scope import binding
from ..runtime.events import emit
from ..runtime.ledger import track_usage

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from contextlib import AbstractContextManager

    from ..data.checks import Feedback
    from ..data.metric import Reward, Score
    from ..program.module import Module
    from ..program.runs import Run


class Samples:
    """The runs of a module for one call of what chooses among them.

    Args:
        module: what runs.
        inputs: what it is given every time.
        reward: judges what it returns.
        temperature: of every run but the first, where a model takes one.
    """

    def __init__(self, module: Module, inputs: Mapping[str, Any], reward: Reward, temperature: float) -> None:
        self._module, self._inputs, self._reward, self._temperature = module, inputs, reward, temperature
        self._outer_rollout: int | None = binding.get().parameters.get("rollout_id")
        self._refused = refused_around(current_run())

    async def take(self, number: int, feedback: Mapping[str, Feedback]) -> Rollout:
        """Run the module once and judge the result; a failure of either is the rollout's outcome.

        Raises:
            InputError: the module does not take the inputs, so that no run could succeed.
            DataError: the reward function returned something that is no score.
        """
        with track_usage() as ledger:
            with self._module.using(parameters=self._parameters(number), feedback=feedback), self._apart() as run:
                try:
                    prediction = await self._module.acall(**self._inputs)
                except Exception as error:
                    if asks_in(error):  # a step outside of the module is asked again, and all that came after it
                        raise
                    if isinstance(error, InputError) and not run.steps:
                        raise
                    return self._over(number, run, Err(error, "program", ledger.total))
                finally:
                    self._note_told(run)
            try:
                verdict = await self._verdict(prediction, run.steps)
            except Exception as error:  # noqa: BLE001 - a reward function that fails on one result judges the others
                return self._over(number, run, Err(error, "metric", ledger.total, prediction))
        return self._over(number, run, Ok(prediction, ledger.total), self._reward.as_score(verdict))

    def _parameters(self, number: int) -> dict[str, Any]:
        """Return the sampling of a run: the first is the module as it is, so that its answers may be in the cache."""
        if number == 1:
            return {} if self._outer_rollout is None else {"rollout_id": nested_rollout(self._outer_rollout, 0)}
        return {"rollout_id": nested_rollout(self._outer_rollout, number - 1), "temperature": self._temperature}

    def _apart(self) -> AbstractContextManager[Run]:
        """Give the run steps of its own; if a check refused steps of the one that was chosen, every run is told."""
        return apart(Replay((), self._refused, None) if self._refused else None)

    def _note_told(self, run: Run) -> None:
        if run.outer is not None and run.replay is not None:
            untold = {place_of(step) for step in run.replay.untold}
            tell_around(run.outer, [step for step in self._refused if place_of(step) not in untold])

    async def _verdict(self, prediction: Any, steps: Sequence[Any]) -> Any:
        if current_rehearsal() is not None:  # a stand-in deserves no reward
            return 0.0
        with entered(None):  # whatever the reward function calls is no step of the program
            return await self._reward.verdict(dict(self._inputs), prediction, steps)

    def _over(self, number: int, run: Run, outcome: Ok[Any] | Err, score: Score | None = None) -> Rollout:
        worth, feedback = (None, "") if score is None else (score.score, score.feedback)
        rollout = Rollout(number, self._inputs, outcome, worth, feedback, steps=tuple(run.steps))
        if told():
            emit("rollout.end", number=number, score=worth, error=rollout.error)
        return rollout
