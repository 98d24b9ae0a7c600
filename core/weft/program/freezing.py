"""Frozen slots: parts of a state that optimizers leave as the program has them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, cast

from ..adapter.tool_fields import own_tools
from ..errors import OptionError
from ..spelling import hint
from .state import State

if TYPE_CHECKING:
    from .module import Module
    from .predict import Predict
    from .state import PredictState

ALL = "all"
_SLOTS = ("demos", "fields", "instructions", "lm", "texts", "tools")


def checked_frozen(frozen: Iterable[str] | str, predictor: Predict[Any]) -> frozenset[str]:
    """Return the names of frozen slots.

    Args:
        frozen: one name or several: ``all``, ``instructions``, ``demos``, ``fields``, ``fields.NAME``, ``texts``,
            ``texts.NAME``, ``tools``, ``tools.NAME`` and ``lm``.
        predictor: whose slots they are.

    Raises:
        OptionError: the predictor has no slot of that name.
    """
    fields = [f"fields.{name}" for name in predictor.signature.fields]
    texts = [f"texts.{name}" for name in predictor.own.texts]
    own = own_tools(predictor.signature)
    known = {ALL, *_SLOTS, *fields, *texts, *(f"tools.{name}" for name in own or ())}
    if not isinstance(frozen, Iterable):  # pyright: ignore[reportUnnecessaryIsInstance]
        raise OptionError(f"frozen is a list of slots such as ['instructions', 'demos'], not {frozen!r}.")
    names = [frozen] if isinstance(frozen, str) else list(frozen)
    for name in cast("list[Any]", names):
        if own is None and isinstance(name, str) and name.startswith("tools."):
            continue  # a call may bring any
        if not isinstance(name, str) or name.removesuffix(".desc") not in known:
            raise OptionError(
                f"frozen names the slot {name!r}, which the predictor does not have.{hint(str(name), known)}"
            )
    return frozenset(name.removesuffix(".desc") for name in names)


def tunable_slots(program: Module) -> dict[str, Any]:
    """Return the slots that optimizers may change, by address, with the values in force."""
    found: dict[str, Any] = {}
    for path, predictor in program.named_predictors():
        for slot, value in _values(predictor).items():
            if not _is_frozen(predictor, slot):
                found[f"{path}.{slot}"] = value
    return found


def is_tunable(predictor: Predict[Any], slot: str) -> bool:
    """Whether optimizers may change a slot of a predictor, or one of those that are called ``slot.NAME``."""
    free = [name for name in _values(predictor) if not _is_frozen(predictor, name)]
    return any(name == slot or name.startswith(f"{slot}.") for name in free)


def _values(predictor: Predict[Any]) -> dict[str, Any]:
    own = predictor.own
    tools = {name: tool.desc for name, tool in (own_tools(predictor.signature) or {}).items()}
    descs = {name: own.fields.get(name, field.desc) for name, field in predictor.signature.fields.items()}
    return {
        "instructions": predictor.instructions,
        "demos": own.demos,
        **{f"fields.{name}.desc": desc for name, desc in descs.items()},
        **{f"texts.{name}": text for name, text in own.texts.items()},
        **{f"tools.{name}.desc": desc for name, desc in {**tools, **own.tools}.items()},
    }


def _is_frozen(predictor: Predict[Any], slot: str) -> bool:
    return not predictor.frozen.isdisjoint({ALL, slot.partition(".")[0], slot.removesuffix(".desc")})


def held_state(program: Module, state: State) -> State:
    """Return a state with the frozen slots as the program has them."""
    held: dict[str, PredictState] = {}
    for path, predictor in program.named_predictors():
        if predictor.frozen and path in state:
            held[path] = _held(predictor, state[path])
    return State({**state, **held}) if held else state


def _held(predictor: Predict[Any], slots: PredictState) -> PredictState:
    own = predictor.own
    kept: dict[str, Any] = {
        slot: getattr(own, slot) for slot in ("instructions", "demos", "lm") if _is_frozen(predictor, slot)
    }
    if "demos" in kept:
        kept["neighbours"] = own.neighbours
    for slot in ("fields", "texts", "tools"):
        mine, theirs = getattr(own, slot), getattr(slots, slot)
        names = dict.fromkeys([*mine, *theirs])
        chosen = {name: mine if _is_frozen(predictor, f"{slot}.{name}") else theirs for name in names}
        kept[slot] = {name: source[name] for name, source in chosen.items() if name in source}
    changed = slots.changed(**kept)
    if "lm" in kept and "lm" in own._prepared:
        changed._prepared["lm"] = own._prepared["lm"]  # the live object behind the description
    return changed
