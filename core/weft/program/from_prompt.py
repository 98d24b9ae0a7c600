"""Predictors out of existing prompts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast

from ..adapter.demo_turns import without_demos
from ..adapter.filling import OWN_NAMES
from ..adapter.freeforms import reading_of
from ..adapter.placeholders import checked_style
from ..adapter.taking_apart import taken_apart
from ..adapter.template import TemplateAdapter
from ..adapter.templates import messages_of, turns_of
from ..errors import OptionError, StateError
from ..signature.fields import InputField, OutputField
from ..signature.signature import Signature, ensure_signature
from .export import unfilled
from .state import checked_slot

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from ..adapter.placeholders import Style
    from ..adapter.taking_apart import Slots
    from ..lm.messages import Message
    from .predict import Predict

P = TypeVar("P", bound="Predict[Any]")
_OUTPUT = "answer"


def predictor_from(
    cls: type[P], messages: Any, signature: Any, slots: Slots, frozen: Iterable[str], options: Mapping[str, Any]
) -> P:
    """Return a predictor that sends an existing prompt; see `Predict.from_prompt`."""
    if "adapter" in options:
        raise OptionError("A prompt is its own adapter; leave out adapter, and say how answers are read with read.")
    style, write = checked_style(options.get("style", "{name}")), options.get("write")
    given = messages_of([("user", messages)] if isinstance(messages, str) else messages)
    named = _placeholders(given, style)
    form = ensure_signature(_inferred(named) if signature is None else signature)
    read = options.get("read", "text" if len(form.output_fields) == 1 else "json")
    kept, demos = without_demos(given, form, reading_of(read, write), style)
    apart = taken_apart(kept, slots, style, {*form.fields, *named})
    others = {name: value for name, value in options.items() if name not in ("read", "style", "write")}
    adapter = TemplateAdapter(messages=apart.messages, read=read, write=write, style=style)
    predictor = _assembled(cls, form, adapter, apart.slots, others)
    predictor.demos = demos
    hidden = {"fields", "instructions"} - ({*_placeholders(apart.messages, style)} - {*form.fields})
    predictor.frozen = frozen
    predictor.frozen |= hidden
    unfilled(predictor)  # whatever is wrong with the placeholders is said now
    return predictor


def _assembled(
    cls: type[P], form: type[Signature], adapter: TemplateAdapter, slots: Mapping[str, str], options: Mapping[str, Any]
) -> P:
    instructions = slots.get("instructions")
    if instructions is not None:
        form = form.with_instructions(instructions)
    predictor = cls(form, adapter=adapter, **options)
    predictor.instructions = instructions  # in the state as well, which files keep
    predictor.texts = {name: text for name, text in slots.items() if name != "instructions"}
    return predictor


def _placeholders(messages: Sequence[Message], style: Style) -> list[str]:
    return [name for turn in turns_of(messages, style) for name in turn.placeholders]


def _inferred(names: Sequence[str]) -> type[Signature]:
    """Return the signature that a prompt without one has: texts that go in, and a text that comes out."""
    if _OUTPUT in names:
        raise OptionError(
            f"The prompt has {{{_OUTPUT}}}, which is what the output is called; give a signature such as "
            f"'{_OUTPUT} -> verdict'."
        )
    fields: dict[str, Any] = {name: (str, InputField()) for name in names}
    return Signature({**fields, _OUTPUT: (str, OutputField())})


def checked_texts(texts: Any, signature: type[Signature]) -> dict[str, str]:
    """Return the texts of a prompt by name.

    Raises:
        StateError: one is no text, or its name is none or means something else in a template.
    """
    if not isinstance(texts, Mapping):
        raise StateError(f"Texts are a dict of texts by name, not {texts!r}.")
    named = cast("Mapping[Any, Any]", texts)
    for name, text in named.items():
        if not isinstance(name, str) or not name.isidentifier() or name in OWN_NAMES or name in signature.fields:
            raise StateError(f"A text of a prompt cannot be called {name!r}: it is no name, or that of something else.")
        checked_slot("texts", text)
    return dict(named)
