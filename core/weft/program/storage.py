"""Saved state: one JSON file with a version, keyed by the predictors' names; loading it runs nothing."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from ..adapter.tool_fields import own_tools
from ..data.example import Example
from ..errors import StateError
from ..runtime.writing import write_whole
from ..signature.grammar import field_names
from ..spelling import hint
from .state import DESCRIPTIONS, SLOTS, PredictState, State, checked_slot

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ..signature import Signature
    from .module import Module
    from .predict import Predict

FORMAT = 1


def save_state(program: Module, path: str | Path) -> None:
    """Write a program's state; the file appears whole or not at all."""
    predictors = dict(program.named_predictors())
    content = {
        "weft_state": FORMAT,
        "program": type(program).__name__,
        "predictors": {
            name: {**_code_of(predictors[name]), **slots.to_json()} for name, slots in program.state.items()
        },
    }
    try:
        write_whole(Path(path), json.dumps(content, indent=2, ensure_ascii=False) + "\n")
    except OSError as error:
        raise StateError(f"The state cannot be written to {str(path)!r}: {error.strerror}.") from error


def _code_of(predictor: Predict[Any]) -> dict[str, Any]:
    """Return what the state is for: the signature, and the adapter and what is frozen where the program says so."""
    code: dict[str, Any] = {"signature": predictor.signature.spec}
    if isinstance(predictor.adapter, str):
        code["adapter"] = {"ref": predictor.adapter}
    elif predictor.adapter is not None:
        code["adapter"] = predictor.adapter.saved()
    if predictor.frozen:
        code["frozen"] = sorted(predictor.frozen)
    return code


def load_state(program: Module, path: str | Path) -> State:
    """Return the state in a file, checked against the program's predictors and signatures.

    Raises:
        StateError: the file cannot be read, has another format or belongs to another program.
    """
    saved = _predictors_in(Path(path))
    predictors = dict(program.named_predictors())
    for name in saved:
        if name not in predictors:
            raise StateError(
                f"{path} is for a predictor {name!r}, which {type(program).__name__} lacks.{hint(name, predictors)}"
            )
    for name in predictors:
        if name not in saved:
            raise StateError(
                f"{path} has no state for the predictor {name!r} of {type(program).__name__}.{hint(name, saved)}"
            )
    return State({name: _slots(name, saved[name], predictors[name].signature, path) for name in predictors})


def _predictors_in(path: Path) -> Mapping[str, Any]:
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise StateError(f"There is no file {str(path)!r}.") from None
    except OSError as error:
        raise StateError(f"{path} cannot be read: {error.strerror}.") from error
    except (ValueError, RecursionError) as error:
        raise StateError(f"{path} cannot be read as JSON: {error}.") from error
    version: Any = cast("dict[str, Any]", content).get("weft_state") if isinstance(content, dict) else None
    if version is None:
        raise StateError(f"{path} is no saved weft state.")
    if version != FORMAT:
        raise StateError(f"{path} has state format {version!r}; this weft reads format {FORMAT}.")
    predictors = cast("dict[str, Any]", content).get("predictors")
    if not isinstance(predictors, dict):
        raise StateError(f"{path} lists no predictors.")
    return cast("Mapping[str, Any]", predictors)


def _slots(name: str, saved: Any, signature: type[Signature], path: str | Path) -> PredictState:
    known = (*SLOTS, *DESCRIPTIONS, "texts", "signature", "adapter", "frozen")
    if not isinstance(saved, dict):
        raise StateError(f"{path}: the state of {name!r} must be an object.")
    slots = cast("dict[str, Any]", saved)
    for slot in slots:
        if slot not in known:
            raise StateError(f"{path}: {name!r} has no slot {slot!r}.{hint(slot, known)}")
    _check_names(name, slots.get("signature"), signature, path)
    try:
        values: dict[str, Any] = {slot: checked_slot(slot, slots[slot]) for slot in SLOTS if slot in slots}
    except StateError as error:
        raise StateError(f"{path}: {name!r}: {error}") from error
    for slot, names in zip(DESCRIPTIONS, (signature.fields, own_tools(signature)), strict=True):
        values[slot] = _descriptions(path, name, slot, slots.get(slot, {}), names)
    values["texts"] = _named_texts(name, slots.get("texts", {}), path)
    values["demos"] = tuple(_typed(demo, signature, f"{path}: a demo of {name!r}") for demo in values.get("demos", ()))
    return PredictState(**values)


def _check_names(name: str, spec: Any, signature: type[Signature], path: str | Path) -> None:
    """Refuse state that was saved for other fields; a field may have got another type, if its demos still fit."""
    if not isinstance(spec, str):
        return
    saved, current = field_names(spec), field_names(signature.spec)
    if saved is not None and saved != current:
        raise StateError(f"{path}: {name!r} was saved for the signature {spec!r}, and now it is {signature.spec!r}.")


def _descriptions(
    path: str | Path, name: str, slot: str, saved: Any, known: Mapping[str, Any] | None
) -> dict[str, str]:
    """Return the descriptions that a slot holds, by the names of what is described."""
    texts: dict[str, str] = {}
    for described, text in cast("dict[Any, Any]", saved).items() if isinstance(saved, dict) else [("", saved)]:
        if (known is not None and described not in known) or not isinstance(text, str):
            near = hint(str(described), known or ())
            raise StateError(f"{path}: {name!r} describes {described!r}, which is no {slot.removesuffix('s')}.{near}")
        texts[described] = text
    return texts


def _named_texts(name: str, saved: Any, path: str | Path) -> dict[str, str]:
    texts = cast("dict[Any, Any]", saved) if isinstance(saved, dict) else {}
    if texts is not saved or not all(isinstance(text, str) for text in texts.values()):
        raise StateError(f"{path}: the texts of {name!r} must be an object of texts, not {saved!r}.")
    return texts


def _typed(demo: Example, signature: type[Signature], place: str) -> Example:
    """Give a demo's values, JSON in the file, the types the signature declares; other fields stay as they are."""
    from pydantic import ValidationError

    values = {field: demo[field] for field in demo}
    for name, field in signature.fields.items():
        if values.get(name) is None:
            continue
        try:
            values[name] = field.adapter.validate_python(values[name])
        except ValidationError as error:
            raise StateError(
                f"{place} has {values[name]!r} for {name!r}, which the signature does not allow."
            ) from error
    return Example(values)
