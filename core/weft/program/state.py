"""State: everything about a program that may be tuned, as frozen JSON-ready data with addressable slots.

    qa.instructions            text
    qa.demos                   examples
    qa.neighbours              how many demos are chosen for each input; None: all are shown
    qa.fields.answer.desc      text
    qa.tools.search.desc       text
    qa.texts.tone              text: a piece of a prompt of the user's own
    qa.lm                      {"ref": "openai/gpt-5-mini", "temperature": 0.7}

Signature and program code are no part of it. A candidate in a search is a State, never a copy of a program.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import field, replace
from typing import Any, cast

from ..data.example import Example
from ..errors import StateError
from ..runtime.frozen import frozen
from ..spelling import check_keywords, hint

_SLOT_NAMES = frozenset({"demos", "fields", "instructions", "lm", "neighbours", "texts", "tools"})


@frozen
class PredictState:
    """The tunable slots of one predictor; None and empty leave what the signature and settings say.

    Attributes:
        instructions: replaces the signature's.
        demos: worked examples, shown in order.
        neighbours: with a number k, only the k demos most like the input are shown, the nearest last.
        fields: descriptions that replace the signature's, by field name.
        tools: descriptions that replace those of the tools that the predictor shows, by the tool's name.
        texts: pieces of a prompt of the user's own by name, for adapters that have a place for them.
        lm: the model, as `LM.describe` gives it.
    """

    instructions: str | None = None
    demos: tuple[Example, ...] = ()
    neighbours: int | None = None
    fields: Mapping[str, str] = field(default_factory=dict[str, str])
    texts: Mapping[str, str] = field(default_factory=dict[str, str])
    lm: Mapping[str, Any] | None = None
    tools: Mapping[str, str] = field(default_factory=dict[str, str])
    _prepared: dict[Any, Any] = field(default_factory=dict[Any, Any], init=False, repr=False, compare=False)

    def changed(self, **slots: Any) -> PredictState:
        """Return the state with some slots changed.

        Raises:
            OptionError: no such slot.
        """
        check_keywords("PredictState", slots, _SLOT_NAMES)
        new = replace(self, **slots)
        if "lm" not in slots and "lm" in self._prepared:
            new._prepared["lm"] = self._prepared["lm"]  # the live object behind the description
        return new

    def to_json(self) -> dict[str, Any]:
        """Return the slots that are set, as JSON-ready data."""
        slots: dict[str, Any] = {
            "instructions": self.instructions,
            "demos": [demo.to_dict() for demo in self.demos] or None,
            "neighbours": self.neighbours,
            "fields": dict(self.fields) or None,
            "tools": dict(self.tools) or None,
            "texts": dict(self.texts) or None,
            "lm": dict(self.lm) if self.lm is not None else None,
        }
        return {name: value for name, value in slots.items() if value is not None}


SLOTS = ("instructions", "demos", "neighbours", "lm")
DESCRIPTIONS = ("fields", "tools")
"""Slots that hold descriptions by name; each is a slot of its own, such as ``fields.answer.desc``."""


class State(Mapping[str, PredictState]):
    """The states of a program's predictors by path.

    Example:
        >>> state = State({"qa": PredictState()}).set("qa.instructions", "Be brief.")
        >>> state.get_slot("qa.instructions")
        'Be brief.'
        >>> state.diff(State({"qa": PredictState()}))
        {'qa.instructions': ('Be brief.', None)}
    """

    __slots__ = ("_key", "_states")

    def __init__(self, states: Mapping[str, PredictState]) -> None:
        self._states = dict(states)
        self._key: str | None = None

    def __getitem__(self, path: str) -> PredictState:
        try:
            return self._states[path]
        except KeyError:
            raise StateError(f"There is no predictor {path!r}.{hint(path, self._states)}") from None

    def __iter__(self) -> Iterator[str]:
        return iter(self._states)

    def __len__(self) -> int:
        return len(self._states)

    def __contains__(self, path: object) -> bool:
        return path in self._states

    def __hash__(self) -> int:
        return hash(self.key)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, State) and self.key == other.key

    def __repr__(self) -> str:
        return f"State({self.to_json()!r})"

    @property
    def key(self) -> str:
        """A hash of the content: equal states have equal keys, in every process."""
        if self._key is None:
            canonical = json.dumps(self.to_json(), sort_keys=True, ensure_ascii=False)
            self._key = hashlib.sha256(canonical.encode()).hexdigest()[:16]
        return self._key

    def to_json(self) -> dict[str, Any]:
        """Return the whole state as JSON-ready data."""
        return {path: state.to_json() for path, state in self._states.items()}

    def slots(self) -> list[str]:
        """Return the address of every slot that is set, and of every predictor's instructions and demos."""
        addresses: list[str] = []
        for path, state in self._states.items():
            shown = {"instructions", "demos", *(name for name in SLOTS if getattr(state, name) is not None)}
            addresses += [f"{path}.{name}" for name in SLOTS if name in shown]
            addresses += [f"{path}.{slot}.{name}.desc" for slot in DESCRIPTIONS for name in getattr(state, slot)]
            addresses += [f"{path}.texts.{name}" for name in state.texts]
        return addresses

    def get_slot(self, address: str) -> Any:
        """Return the value of a slot.

        Raises:
            StateError: no such slot.
        """
        path, slot, name = self._parsed(address)
        value = getattr(self._states[path], slot)
        return value.get(name) if name else value

    def set(self, address: str, value: Any) -> State:
        """Return the state with one slot changed.

        Raises:
            StateError: no such slot, or a value it cannot hold.
        """
        path, slot, name = self._parsed(address)
        state = self._states[path]
        value = checked_slot(slot, value)
        if name:
            named = {**getattr(state, slot), name: value}
            value = {other: text for other, text in named.items() if text is not None}
        return State({**self._states, path: state.changed(**{slot: value})})

    def diff(self, other: State) -> dict[str, tuple[Any, Any]]:
        """Return the slots in which the two differ, with both values, this state's first."""
        mine, theirs = _flat(self), _flat(other)
        addresses = dict.fromkeys([*mine, *theirs])
        pairs = {address: (mine.get(address), theirs.get(address)) for address in addresses}
        return {address: (own, others) for address, (own, others) in pairs.items() if own != others}

    def _parsed(self, address: str) -> tuple[str, str, str]:
        for path in sorted(self._states, key=len, reverse=True):
            if not address.startswith(f"{path}."):
                continue
            rest = address[len(path) + 1 :]
            if rest in SLOTS:
                return path, rest, ""
            slot, _, name = rest.removesuffix(".desc").partition(".")
            if slot in DESCRIPTIONS and name and rest == f"{slot}.{name}.desc" and "." not in name:
                return path, slot, name
            texts = [f"texts.{text}" for text in self._states[path].texts]
            if rest in texts:
                return path, "texts", rest.removeprefix("texts.")
            described = [f"{slot}.NAME.desc" for slot in DESCRIPTIONS]
            known = [f"{path}.{slot}" for slot in (*SLOTS, *described, *texts)]
            raise StateError(f"There is no slot {address!r}.{hint(address, known)}")
        raise StateError(f"There is no slot {address!r}.{hint(address, self.slots())}")


def _flat(state: State) -> dict[str, Any]:
    flat: dict[str, Any] = {}
    for path, slots in state.to_json().items():
        for name, value in slots.items():
            if name in DESCRIPTIONS:
                flat.update({f"{path}.{name}.{described}.desc": desc for described, desc in value.items()})
            elif name == "texts":
                flat.update({f"{path}.texts.{text_name}": text for text_name, text in value.items()})
            else:
                flat[f"{path}.{name}"] = value
    return flat


def checked_slot(slot: str, value: Any) -> Any:
    """Return `value` as the slot holds it.

    Raises:
        StateError: the slot cannot hold it.
    """
    if slot == "demos":
        return _demos(value)
    if (value is None and slot != "texts") or _fits(slot, value):
        return value
    wanted = {"neighbours": "a whole number of at least 1", "lm": "a mapping with 'ref'"}.get(slot, "a text")
    raise StateError(f"The slot {slot!r} holds {wanted}, not {value!r}.")


def _fits(slot: str, value: Any) -> bool:
    if slot == "neighbours":
        return isinstance(value, int) and not isinstance(value, bool) and value >= 1
    if slot == "lm":
        return isinstance(value, Mapping) and "ref" in value
    return isinstance(value, str)


def _demos(value: Any) -> tuple[Example, ...]:
    if isinstance(value, str | Mapping) or not isinstance(value, Sequence):
        raise StateError(f"Demos are a list of examples or dicts, not {value!r}.")
    demos: list[Example] = []
    for number, demo in enumerate(cast("Sequence[Any]", value), 1):
        if not isinstance(demo, Mapping):
            raise StateError(f"Demo {number} must be an Example or a dict, not {demo!r}.")
        demos.append(demo if isinstance(demo, Example) else Example(cast("Mapping[str, Any]", demo)))
    return tuple(demos)
