"""From a prompt to an answer: a vote of the demonstrations for each field, with weak evidence for listed choices."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from .described import choices_of
from .evidence import evidence
from .form import form_of, resolved
from .literal import best_sentence, literal, sentences
from .sections import text_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from .form import Form
    from .reading import Demonstration, Reading

    Chooser = Callable[[list[tuple[Any, float]]], Any]

_WEAK = 0.25
"""Weight of weak evidence beside the vote, which counts as much as the reading is confident of it."""


_LIMITS_ON_TEXT = frozenset(
    ["const", "format", "minLength", "maxLength", "anyOf", "oneOf", "allOf", "properties", "items"]
)
"""Words of JSON schema with which not every sentence will do."""


def answer(reading: Reading, response_schema: Mapping[str, Any] | None, choose: Chooser) -> str:
    """Return an answer to the question in the form that the demonstrations, the guidance or the schema ask for.

    Args:
        reading: the prompt.
        response_schema: JSON schema that the answer must satisfy, or None.
        choose: picks one of several values, given with their scores.
    """
    form = _usable(form_of(reading.guidance, response_schema), reading)
    if form is None:
        return _without_form(reading, choose)
    values = _values(reading, form, choose)
    model = _nearest_with(reading, form, values)
    if model is not None and response_schema is None:
        return model.answer
    return form.write(values)


def _usable(form: Form | None, reading: Reading) -> Form | None:
    """Return the form unless the demonstrations answer in another one, with none of its fields."""
    demonstrations = reading.demonstrations
    if form is None or form.template is None or not demonstrations:
        return form
    return form if any(name in demo.fields for demo in demonstrations for name in form.schemas) else None


def _without_form(reading: Reading, choose: Chooser) -> str:
    """Answer as the demonstrations do, or with a choice that the guidance lists, or with a sentence."""
    choices = choices_of(reading.guidance)
    demonstrations = reading.demonstrations
    if not demonstrations:
        return choose(_scored(reading, "", choices) if choices else sentences(reading.content) or [("", 0.0)])
    decisive = next(reversed(demonstrations[-1].fields))
    winner = choose(_scored(reading, decisive, choices))
    model = _nearest(reading, decisive, winner)
    if model is not None:
        return model.answer
    nearest = max(demonstrations, key=lambda demo: demo.similarity)
    replaced = text_of(nearest.fields[decisive])
    if not replaced:
        return text_of(winner)
    before, _, after = nearest.answer.rpartition(replaced)
    return f"{before}{text_of(winner)}{after}"


def _values(reading: Reading, form: Form, choose: Chooser) -> dict[str, Any]:
    """Return a value for each field: the last by vote, the others from the demonstration that goes with it."""
    decisive = form.decisive
    values: dict[str, Any] = {decisive: choose(_candidates(reading, form, decisive))}
    model = _nearest(reading, decisive, values[decisive])
    for name in form.schemas:
        if name == decisive:
            continue
        if model is None or name not in model.fields or _choices(form, name):
            values[name] = choose(_candidates(reading, form, name))
        else:
            values[name] = model.fields[name]
    return {name: _fitting(values[name], form, name, reading) for name in form.schemas}


def _candidates(reading: Reading, form: Form, name: str) -> list[tuple[Any, float]]:
    scored = _scored(reading, name, _choices(form, name))
    if scored:
        return scored
    schema = resolved(form.schemas[name], form.definitions)
    if schema.get("type", "string") == "string" and not schema.keys() & _LIMITS_ON_TEXT:
        return sentences(reading.content) or [(best_sentence(reading.content), 0.0)]
    return [(literal(schema, reading.content, form.definitions), 0.0)]


def _choices(form: Form, name: str) -> list[Any]:
    """Return the values that a field lists, also behind a reference or an alternative to null."""
    schema = resolved(form.schemas[name], form.definitions)
    for option in (schema, *schema.get("anyOf", ())):
        listed = resolved(option, form.definitions).get("enum")
        if listed:
            return list(listed)
    return []


def _scored(reading: Reading, name: str, choices: list[Any]) -> list[tuple[Any, float]]:
    """Return the values a field may take with their scores: the vote, plus weak evidence for listed ones."""
    values = {text_of(choice): choice for choice in choices}
    scores = dict.fromkeys(values, 0.0)
    if choices:
        weak = evidence(reading.content, reading.guidance, tuple(values))
        scores = {text: _WEAK * found for text, found in zip(values, weak, strict=True)}
    confidence = reading.confidence
    for demo in reading.demonstrations:
        if name in demo.fields:
            text = text_of(demo.fields[name])
            values.setdefault(text, demo.fields[name])
            scores[text] = scores.get(text, 0.0) + confidence * demo.vote
    return [(values[text], score) for text, score in scores.items()]


def _nearest(reading: Reading, name: str, value: Any) -> Demonstration | None:
    """Return the most similar demonstration in which the field has the value, the last of equals."""
    text = text_of(value)
    having = [demo for demo in reading.demonstrations if name in demo.fields and text_of(demo.fields[name]) == text]
    return max(reversed(having), key=lambda demo: demo.similarity, default=None)


def _nearest_with(reading: Reading, form: Form, values: Mapping[str, Any]) -> Demonstration | None:
    """Return the demonstration whose answer says exactly these values, if one does."""
    model = _nearest(reading, form.decisive, values[form.decisive])
    if model is None:
        return None
    same = all(text_of(model.fields.get(name)) == text_of(value) for name, value in values.items())
    return model if same else None


def _fitting(value: Any, form: Form, name: str, reading: Reading) -> Any:
    """Return the value as the field's schema has it: a demonstration may show a number or a list as text."""
    schema = resolved(form.schemas[name], form.definitions)
    if not form.is_json or not isinstance(value, str) or schema.get("type", "string") == "string":
        return value
    try:
        return json.loads(value)
    except ValueError:
        return literal(schema, reading.content, form.definitions)
