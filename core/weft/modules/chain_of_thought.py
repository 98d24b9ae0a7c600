"""ChainOfThought: the model writes its reasoning before it answers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Generic, TypeVar, overload

from ..program.module import Module
from ..program.predict import Predict
from ..signature import OutputField, Signature
from ..signature.signature import ensure_signature

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ..adapter.base import Adapter
    from ..data.prediction import Prediction
    from ..lm.base import LM

R = TypeVar("R")
S = TypeVar("S", bound=Signature)


class ChainOfThought(Module, Generic[R]):
    """Predict with an output ``reasoning: str`` before the others; its predictor is the attribute ``predict``.

    Args:
        signature: as for `Predict`; a ``reasoning`` output of its own is used as it is.
        lm, adapter, config: as for `Predict`.

    Source: Wei et al. 2022, "Chain-of-Thought Prompting Elicits Reasoning in Large Language Models".

    Example:
        >>> import weft
        >>> solve = weft.ChainOfThought("question -> answer: int")
        >>> lm = weft.LM("scripted/x", answers=[{"reasoning": "2 and 2 make 4.", "answer": 4}])
        >>> with weft.context(lm=lm):
        ...     solve(question="2+2?").answer
        4
    """

    @overload
    def __init__(
        self: ChainOfThought[S],
        signature: type[S],
        *,
        lm: LM | str | None = ...,
        adapter: Adapter | str | None = ...,
        **config: Any,
    ) -> None: ...
    @overload
    def __init__(
        self: ChainOfThought[Prediction],
        signature: str | Mapping[str, Any],
        *,
        lm: LM | str | None = ...,
        adapter: Adapter | str | None = ...,
        **config: Any,
    ) -> None: ...
    def __init__(
        self, signature: Any, *, lm: LM | str | None = None, adapter: Adapter | str | None = None, **config: Any
    ) -> None:
        declared = ensure_signature(signature)
        if "reasoning" not in declared.output_fields:
            declared = declared.prepend("reasoning", OutputField("step by step, before the answer"), str)
        self.predict: Predict[R] = Predict(declared, lm=lm, adapter=adapter, **config)  # type: ignore[assignment]

    def __call__(self, *args: Any, **inputs: Any) -> R:
        """Ask the model; blocking. Raises what `Predict` raises."""
        return super().__call__(*args, **inputs)

    async def acall(self, *args: Any, **inputs: Any) -> R:
        """Ask the model."""
        return await super().acall(*args, **inputs)

    async def aforward(self, *args: Any, **inputs: Any) -> R:
        return await self.predict.acall(*args, **inputs)
