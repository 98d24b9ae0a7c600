"""What an optimizer returns, and what it leaves alone."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import pytest

import weft
from weft import context
from weft.errors import DataError, OptionError, WeftError

from ..running import in_running_loop, within
from .subject import OptimizerSubject

if TYPE_CHECKING:
    from pathlib import Path

_PATIENCE_SECONDS = 300.0


class ResultChecks(OptimizerSubject):
    """Programs, metrics and refusals."""

    def test_given_program_is_untouched(self) -> None:
        """The given program, its train set and its model are as they were, whatever was tried."""
        program, trainset = self.program(), self.trainset()
        before, models = program.state, [predictor.lm for predictor in program.predictors()]
        key, rows = before.key, list(trainset)
        with context(lm=self.lm()):
            self.made().compile(program, trainset=trainset)
        assert program.state.key == key, f"the given program was changed: {program.state.diff(before)}"
        assert [predictor.lm for predictor in program.predictors()] == models, "the given program's model was changed"
        assert trainset == rows, "the train set was changed"

    def test_result_is_of_the_same_class(self) -> None:
        """The result is a new program of the class that the optimizer arranges: the given one's, unless it says."""
        program, optimizer = self.program(), self.made()
        with context(lm=self.lm()):
            compiled = optimizer.compile(program, trainset=self.trainset())
        wanted = type(optimizer.arrange(program))
        assert type(compiled) is wanted, f"{wanted.__name__} was compiled to {compiled!r}"
        assert compiled is not program, "the given program itself was returned"

    def test_result_is_saved_and_loaded(self, tmp_path: Path) -> None:
        """The state that was found can be saved, and loaded into a new program, unchanged."""
        optimizer = self.made()
        compiled = self.optimized(optimizer).program
        compiled.save(tmp_path / "state.json")
        again = optimizer.arrange(self.program()).load(tmp_path / "state.json")
        assert again.state.key == compiled.state.key, f"loading changed it: {compiled.state.diff(again.state)}"

    def test_async_metric_works(self) -> None:
        """A metric may be async; the result is that of the sync one."""

        async def metric(example: weft.Example, prediction: Any) -> bool:
            await asyncio.sleep(0)
            return weft.exact_match(example, prediction)

        assert self.key(metric=metric) == self.key(), "an async metric gives another result than the same one in sync"

    def test_failing_metric_is_no_score(self) -> None:
        """A metric that always raises ends in a WeftError; its failures never become scores."""
        calls: list[Any] = []

        def metric(example: weft.Example, prediction: Any) -> float:
            calls.append(example)
            raise ZeroDivisionError("conformance")

        optimizer = self.made(metric=metric)
        try:
            found = self.optimized(optimizer)
        except WeftError:
            return
        assert not (calls and optimizer.needs_metric), "every call of the metric raised, and the optimizer went on"
        scored = [candidate.label for candidate in found.candidates if candidate.scores]
        assert not (calls and scored), f"every call of the metric raised, and yet there are scores for {scored}"

    def test_empty_trainset_is_refused(self) -> None:
        """An empty train set is a DataError."""
        with context(lm=self.lm()), pytest.raises(DataError):
            self.made().compile(self.program(), trainset=[])

    def test_misspelt_option_gets_a_suggestion(self) -> None:
        """A misspelt option is an OptionError that names the right one."""
        with pytest.raises(OptionError) as caught:
            self.made(concurency=2)
        assert "'concurrency'" in str(caught.value), f"'concurency' should suggest 'concurrency': {caught.value}"

    def test_compiles_inside_a_running_loop(self) -> None:
        """Compiling works where an event loop runs already, blocking and awaited, with the same result."""
        trainset = self.trainset()

        def blocking() -> str:
            with context(lm=self.lm()):
                return self.made().compile(self.program(), trainset=trainset).state.key

        async def awaited() -> str:
            with context(lm=self.lm()):
                return (await self.made().acompile(self.program(), trainset=trainset)).state.key

        found = within(_PATIENCE_SECONDS, lambda: in_running_loop(blocking))
        assert asyncio.run(awaited()) == found, "acompile gives another result than compile"
