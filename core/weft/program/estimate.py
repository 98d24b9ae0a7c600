"""What a run of a program takes, found by rehearsing it: every step is rendered, and no model is called."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..lm.current import as_lm
from ..lm.estimates import Estimate, estimate
from ..lm.rehearsal import rehearsing
from ..runtime.frozen import frozen
from ..runtime.ledger import NOTHING, Usage
from .runs import entered
from .scope import bound

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ..lm.base import LM
    from ..lm.records import Request
    from .module import Module

MOST_CALLS = 1000


@frozen
class EstimatedStep:
    """One call of a rehearsed program.

    Attributes:
        path: the predictor's path.
        request: what would be sent.
        estimate: what it takes.
        is_known: whether the request is what would be sent; otherwise stand-ins for earlier answers may be in it.
    """

    path: str
    request: Request
    estimate: Estimate
    is_known: bool

    def __str__(self) -> str:
        rows = [
            f"    {row.name}  {row.tokens}" + ("" if row.done == "kept" else f"  {row.done}")
            for row in self.estimate.parts
        ]
        guess = "" if self.is_known else " (a guess: stand-ins answered before)"
        return "\n".join([f"{self.path}: {self.estimate}{guess}", *rows])


@frozen
class ProgramEstimate:
    """What a run takes, without a call. Print it for the table of steps and their parts.

    Attributes:
        steps: one a call, in order.
        problem: what ended the rehearsal early, such as code that could not go on with a stand-in; then the estimate
            holds the steps until there. None: the program ran to its end.
    """

    steps: Sequence[EstimatedStep]
    problem: Exception | None = None

    @property
    def is_known(self) -> bool:
        """Whether every request is what would be sent, as it is for a single predictor."""
        return self.problem is None and all(step.is_known for step in self.steps)

    @property
    def expected(self) -> Usage:
        """What a run probably takes."""
        return sum((step.estimate.expected for step in self.steps), NOTHING)

    @property
    def most(self) -> Usage:
        """What these steps seldom exceed."""
        return sum((step.estimate.most for step in self.steps), NOTHING)

    @property
    def total_tokens(self) -> int:
        """Tokens of prompts and answers, as expected."""
        return self.expected.total_tokens

    @property
    def cost(self) -> float | None:
        """US dollars, as expected; None where a price is not known."""
        return self.expected.cost

    def __str__(self) -> str:
        total = f"in all: {self.expected} expected, {self.most} at most"
        stopped = "" if self.problem is None else f"\nended early: {type(self.problem).__name__}: {self.problem}"
        return "\n".join([*map(str, self.steps), total]) + stopped


async def estimated(program: Module, inputs: dict[str, Any]) -> ProgramEstimate:
    """Rehearse a program and return what its calls would take; see `Module.estimate`."""
    given = dict(inputs)
    lm: LM | None = None
    if "lm" in given and not _takes_lm(program):
        lm = as_lm(given.pop("lm"))
    problem: Exception | None = None
    with rehearsing(MOST_CALLS) as rehearsal, bound({}, lm, {}), entered(None):
        try:
            await program.acall(**given)
        except Exception as error:  # whatever a program's code makes of a stand-in
            if not rehearsal.calls:
                raise
            problem = error
    steps = [
        EstimatedStep(call.path, call.request, estimate(call.lm, call.request), call.is_known)
        for call in rehearsal.calls
    ]
    return ProgramEstimate(steps, problem)


def _takes_lm(program: Module) -> bool:
    """Whether ``lm`` is an input: of the program, or of a predictor in it that gets all inputs."""
    taken = type(program)._weft_inputs
    if taken is not None:
        return "lm" in taken
    return any("lm" in predictor.signature.input_fields for predictor in program.predictors())
