"""MultiChainComparison: several attempts at an answer are compared, and a better one is made of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Generic, TypeVar, cast, overload

from ..data.prediction import Completions, Prediction
from ..errors import InputError, SignatureError
from ..program.module import Module
from ..program.options import whole_number
from ..program.predict import Predict
from ..signature import InputField, OutputField, Signature
from ..signature.describe import text_of
from ..signature.signature import ensure_signature
from ..spelling import hint

if TYPE_CHECKING:
    from ..adapter.base import Adapter
    from ..lm.base import LM

    Attempts = Prediction | Completions | Signature | Sequence[Prediction | Signature | Mapping[str, Any]]
    """Predictions with the outputs of one signature, or one prediction with several completions."""

R = TypeVar("R")
S = TypeVar("S", bound=Signature)

_THOUGHTS = ("rationale", "reasoning")


class MultiChainComparison(Module, Generic[R]):
    """Shows the model `M` attempts, each with its reasoning, and asks for the right answer, which may be another one.

    Its predictor is the attribute ``predict``. It has an input for each attempt, ``reasoning_attempt_1`` and so on, and
    an output ``rationale`` before the others.

    Args:
        signature: as for `Predict`; a ``rationale`` output of its own is used as it is.
        M: how many attempts it is given.
        lm, adapter, config: as for `Predict`.

    Raises:
        SignatureError: an input has a name that is taken: ``completions``, or that of an attempt.

    Source: Yoran et al. 2023, "Answering Questions by Meta-Reasoning over Multiple Chains of Thought".

    Example:
        >>> import weft
        >>> answers = [{"reasoning": "2 + 2", "answer": 4}, {"reasoning": "2 * 2 * 2", "answer": 8}]
        >>> compare = weft.MultiChainComparison("question -> answer: int", M=2)
        >>> lm = weft.LM("scripted/x", answers=[{"rationale": "The first adds, as asked.", "answer": 4}])
        >>> with weft.context(lm=lm):
        ...     compare(answers, question="2+2?").answer
        4
    """

    @overload
    def __init__(
        self: MultiChainComparison[S],
        signature: type[S],
        M: int = ...,  # noqa: N803
        *,
        lm: LM | str | None = ...,
        adapter: Adapter | str | None = ...,
        **config: Any,
    ) -> None: ...
    @overload
    def __init__(
        self: MultiChainComparison[Prediction],
        signature: str | Mapping[str, Any],
        M: int = ...,  # noqa: N803
        *,
        lm: LM | str | None = ...,
        adapter: Adapter | str | None = ...,
        **config: Any,
    ) -> None: ...
    def __init__(
        self,
        signature: Any,
        M: int = 3,  # noqa: N803 - the name that users know
        *,
        lm: LM | str | None = None,
        adapter: Adapter | str | None = None,
        **config: Any,
    ) -> None:
        declared = ensure_signature(signature)
        self.M = whole_number("MultiChainComparison", "M", M, 1)
        self._outputs = tuple(declared.output_fields)
        compared = _comparing(declared, self.M)
        self.predict: Predict[R] = Predict(compared, lm=lm, adapter=adapter, **config)  # type: ignore[assignment]

    def __call__(self, completions: Attempts, **inputs: Any) -> R:
        """Compare attempts; blocking.

        Args:
            completions: `M` attempts: predictions or dicts with the signature's outputs, and ``reasoning`` or
                ``rationale`` where they have one; or a prediction with `M` completions.
            inputs: the signature's inputs.

        Raises:
            InputError: there are more or fewer attempts than `M`, or one lacks an output; before any call.
        """
        return super().__call__(completions, **inputs)

    async def acall(self, completions: Attempts, **inputs: Any) -> R:
        """Compare attempts; see `__call__`."""
        return await super().acall(completions, **inputs)

    async def aforward(self, completions: Attempts, **inputs: Any) -> R:
        given: Any = completions.completions if isinstance(completions, Prediction) else completions
        if not isinstance(given, Sequence) or isinstance(given, str):
            raise InputError(f"What is compared is a list of attempts, not {given!r}.")
        attempts = list(cast("Sequence[Any]", given))
        if len(attempts) != self.M:
            raise InputError(f"MultiChainComparison compares {self.M} attempts (M), and {len(attempts)} were given.")
        texts = {_name(number): self._text(attempt, number) for number, attempt in enumerate(attempts, 1)}
        return await self.predict.acall(**inputs, **texts)

    def _text(self, attempt: Any, number: int) -> str:
        if not isinstance(attempt, Mapping):
            raise InputError(f"Attempt {number} must be a prediction or a dict, not {attempt!r}.")
        fields = dict(cast("Mapping[str, Any]", attempt))
        for name in self._outputs:
            if name not in fields and name not in _THOUGHTS:
                raise InputError(f"Attempt {number} has no {name!r}.{hint(name, fields)}")
        names = dict.fromkeys([name for name in (*_THOUGHTS, *self._outputs) if name in fields])
        return "\n".join(f"{name}: {text_of(fields[name])}" for name in names)


def _comparing(declared: type[Signature], attempts: int) -> type[Signature]:
    if "completions" in declared.input_fields:
        raise SignatureError(f"{declared.__name__} has an input 'completions', which is where the attempts are given.")
    compared = declared
    for number in range(1, attempts + 1):
        compared = compared.append(_name(number), InputField(f"attempt {number}, which may be wrong"), str)
    if "rationale" in declared.output_fields:
        return compared
    return compared.prepend("rationale", OutputField("what is right and wrong in the attempts, before the answer"), str)


def _name(number: int) -> str:
    return f"reasoning_attempt_{number}"
