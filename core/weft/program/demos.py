"""Demos chosen for each input, and models that a state names."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any

from ..data.similarity import NgramIndex
from ..lm.base import LM
from ..lm.current import as_lm
from ..signature.describe import text_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from ..data.example import Example
    from .state import PredictState

_lock = threading.Lock()


def chosen_demos(state: PredictState, values: Mapping[str, Any]) -> list[Example]:
    """Return the ``state.neighbours`` demos most like the inputs, the nearest last; no call is made."""
    names = tuple(values)
    key = ("index", names)
    if key not in state._prepared:
        with _lock:  # a large pool is indexed once, not once a thread
            if key not in state._prepared:
                state._prepared[key] = NgramIndex([inputs_text(demo, names) for demo in state.demos])
    index: NgramIndex = state._prepared[key]
    nearest = index.nearest(inputs_text(values, names), state.neighbours or 1)
    return [state.demos[position] for position, _ in reversed(nearest)]


def inputs_text(values: Mapping[str, Any], names: Iterable[str]) -> str:
    """Return the text by which inputs are compared: those of the names that are there, a line each."""
    return "\n".join(text_of(values[name]) for name in names if name in values)


def model_of(state: PredictState) -> LM | None:
    """Return the model that a state names, built once for the state, or None where it names none."""
    if state.lm is None:
        return None
    lm = state._prepared.get("lm")
    if lm is None:
        described = dict(state.lm)
        ref = described.pop("ref")
        lm = state._prepared["lm"] = LM(ref, **described) if described else as_lm(ref)
    return lm


def with_model(state: PredictState, lm: LM | None) -> PredictState:
    """Return the state with another model: as data, and the object itself for as long as the process lasts."""
    changed = state.changed(lm=None if lm is None else lm.describe())
    if lm is not None:
        changed._prepared["lm"] = lm
    return changed
