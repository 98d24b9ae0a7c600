"""The checks of the Optimizer contract."""

from __future__ import annotations

from .plans import PlanChecks
from .results import ResultChecks
from .seeds import SeedChecks


class OptimizerConformance(ResultChecks, SeedChecks, PlanChecks):
    """Derive a test class and say which optimizer is meant.

    Attributes:
        ref: the optimizer's name, such as ``hill-climb``.
        options: keyword options of ``weft.Optimizer(ref, **options)``; keep the search small. ``metric`` is given
            where they leave it out.
        heavy: modules that must not be imported before the optimizer is used.

    Override `program`, `trainset` and `lm` where the kit's small sorting task does not suit.
    """
