"""The slots of a predictor's own state as attributes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from ..lm.current import as_lm
from .demos import model_of, with_model
from .freezing import checked_frozen
from .state import checked_slot

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from ..lm.base import LM
    from ..signature import Signature
    from .predict import Predict
    from .state import PredictState


class SlotAttributes:
    """The part of `Predict` that holds its state.

    Attributes:
        signature: what goes in and what comes out.
        own: the predictor's own state.
    """

    signature: type[Signature]
    own: PredictState

    @property
    def frozen(self) -> frozenset[str]:
        """The slots that optimizers leave alone; assign their names to replace them."""
        return self.__dict__.get("_frozen", frozenset())

    @frozen.setter
    def frozen(self, frozen: Iterable[str]) -> None:
        self.__dict__["_frozen"] = checked_frozen(frozen, cast("Predict[Any]", self))

    @property
    def texts(self) -> Mapping[str, str]:
        """The texts of the user's own prompt by name; assign a dict to replace them."""
        return self.own.texts

    @texts.setter
    def texts(self, texts: Mapping[str, str]) -> None:
        from .from_prompt import checked_texts  # only prompts of one's own have any

        self.own = self.own.changed(texts=checked_texts(texts, self.signature))

    @property
    def demos(self) -> tuple[Any, ...]:
        """The demos of this predictor's own state; assign a list of examples or dicts to replace them."""
        return self.own.demos

    @demos.setter
    def demos(self, demos: Any) -> None:
        self._set("demos", demos)

    @property
    def instructions(self) -> str:
        """The instructions in force: the state's, else the signature's; assign to replace them."""
        return self.own.instructions if self.own.instructions is not None else self.signature.instructions

    @instructions.setter
    def instructions(self, instructions: str | None) -> None:
        self._set("instructions", instructions)

    @property
    def lm(self) -> LM | None:
        """The model of this predictor alone; None: the settings' model. Assign an LM or its name to replace it."""
        return model_of(self.own)

    @lm.setter
    def lm(self, lm: LM | str | None) -> None:
        self.own = with_model(self.own, None if lm is None else as_lm(lm))

    def _set(self, slot: str, value: Any) -> None:
        self.own = self.own.changed(**{slot: checked_slot(slot, value)})
