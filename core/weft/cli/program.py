"""The program a command works on: from a signature's text, or from a file that holds a saved program."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, cast

from ..adapter.base import Adapter
from ..errors import OptionError, StateError
from ..lm.base import LM
from ..modules import ChainOfThought
from ..program.predict import Predict
from ..runtime.settings import context, settings
from ..signature.signature import ensure_signature
from .arguments import typed_pairs

if TYPE_CHECKING:
    from collections.abc import Mapping
    from contextlib import AbstractContextManager
    from pathlib import Path

    from ..program.module import Module
    from ..signature import Signature
    from ..signature.signature import SignatureMeta


def declared_signature(text: str | None) -> type[Signature]:
    """Return the signature of ``--signature``.

    Raises:
        OptionError: none was given.
        SignatureError: the text is no signature.
    """
    if text is None:
        raise OptionError('Say what goes in and what comes out with --signature, such as "text -> category".')
    return ensure_signature(text)


def built_program(signature: type[Signature], *, reasons: bool, instructions: str | None = None) -> Module:
    """Return the program that asks for a signature's outputs; the instructions become part of its state."""
    program = ChainOfThought(signature) if reasons else Predict(signature)
    for predictor in program.predictors():
        predictor.instructions = instructions
    return program


def saved_program(
    path: Path,
    *,
    signature: str | None = None,
    instructions: str | None = None,
    reasons: bool = False,
    adapter: str | None = None,
) -> Module:
    """Return the program in a file: `Predict` or `ChainOfThought` on the stored signature, with the stored state.

    The other arguments are options that must not go with it; `adapter` only where the program has one of its own.

    Raises:
        OptionError: one of those options was given.
        StateError: the file is no saved program, or one of a class that only its own code can build.
    """
    if signature is not None or instructions is not None or reasons:
        raise OptionError("--program holds its own signature; leave out --signature, --instructions and --cot.")
    name, saved = _saved_predictors(path)
    shape = (name, *saved)
    slots: Mapping[str, Any] = next(iter(saved.values()), dict[str, Any]())
    if adapter is not None and "adapter" in slots:
        raise OptionError("--program holds its own adapter; leave out --adapter.")
    if shape == ("Predict", "self"):
        program: Module = Predict(ensure_signature(slots["signature"]), **_options(path, slots))
    elif shape == ("ChainOfThought", "predict"):
        program = ChainOfThought(_without_reasoning(ensure_signature(slots["signature"])), **_options(path, slots))
    else:
        raise StateError(
            f"{path} was saved by {name!r}, which only its own code can build: "
            f"use {name}(…).load({str(path)!r}) in Python."
        )
    for predictor in program.predictors():
        predictor.texts = slots.get("texts", {})
        predictor.frozen = slots.get("frozen", ())
    return program.load(path)


def _saved_predictors(path: Path) -> tuple[str, dict[str, dict[str, Any]]]:
    """Return the program's class and its predictors; whatever else is wrong with the file, `load` says."""
    content = _json(path)
    predictors = content.get("predictors")
    if "weft_state" not in content or not isinstance(predictors, dict):
        raise StateError(f"{path} is no saved weft program.")
    saved: dict[str, dict[str, Any]] = {}
    for name, slots in cast("dict[str, Any]", predictors).items():
        spec = cast("dict[str, Any]", slots).get("signature") if isinstance(slots, dict) else None
        if not isinstance(spec, str):
            raise StateError(f"{path} does not say what the signature of {name!r} is.")
        saved[name] = cast("dict[str, Any]", slots)
    return str(content.get("program")), saved


def _options(path: Path, slots: Mapping[str, Any]) -> dict[str, Any]:
    """Return what a predictor was built with beside its signature."""
    if "adapter" not in slots:
        return {}
    described: Any = slots["adapter"]
    if not isinstance(described, dict) or not isinstance(cast("dict[str, Any]", described).get("ref"), str):
        raise StateError(
            f"{path} was saved by a program whose adapter only its own code can build; load the file there, in Python."
        )
    options = dict(cast("dict[str, Any]", described))
    return {"adapter": Adapter(options.pop("ref"), **options)}


def _json(path: Path) -> Mapping[str, Any]:
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise StateError(f"There is no file {str(path)!r}.") from None
    except ValueError as error:
        raise StateError(f"{path} cannot be read as JSON: {error}.") from error
    return cast("Mapping[str, Any]", content) if isinstance(content, dict) else {}


def _without_reasoning(signature: type[Signature]) -> type[Signature]:
    """Leave out the output that `ChainOfThought` adds itself, with a description that a spec does not hold."""
    first = next(iter(signature.output_fields.values()))
    alone = len(signature.output_fields) == 1
    return signature.delete("reasoning") if first.name == "reasoning" and first.type is str and not alone else signature


def task_signature(program: Module) -> SignatureMeta:
    """Return what users of the program give and get: the signature, without the reasoning that comes in between."""
    signature = program.predictors()[0].signature
    return _without_reasoning(signature) if isinstance(program, ChainOfThought) else signature


def in_force(lm: str | None, lm_options: list[str] | None, adapter: str | None) -> AbstractContextManager[None]:
    """Return the context with the model and adapter that were asked for; both are found before anything else runs.

    Raises:
        PluginError: nothing provides one of them.
        OptionError: the model has no such option, or no model is named anywhere.
    """
    options = typed_pairs(lm_options, "--lm-option")
    changes: dict[str, Any] = {}
    if lm is not None:
        changes["lm"] = LM(lm, **options)
    elif options:
        raise OptionError("--lm-option needs the model it is for: --lm provider/model.")
    if adapter is not None:
        changes["adapter"] = Adapter(adapter)
    return context(**changes)


def need_model(program: Module) -> None:
    """Make sure that every predictor has a model.

    Raises:
        OptionError: one has none, and there is no setting either.
    """
    if settings.get("lm") is None and any(predictor.lm is None for predictor in program.predictors()):
        raise OptionError(
            "Say which language model with --lm provider/model or the setting 'lm' (environment WEFT_LM); "
            "embedded/incontext works offline and without a key."
        )
