"""The forms in which an answer may give its fields, the surest first; each yields what it finds."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, NamedTuple

from ..data.loosejson import loads
from ..signature.sightings import Sighting, json_values
from .candidates import Candidate
from .envelopes import decoded_text, plain_objects, wrapped_objects
from .functions import call_objects
from .labels import fields_under, labelled, marked
from .tags import tagged
from .thoughts import answer_part

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from ..lm.records import Completion
    from ..signature import Signature
    from .names import FieldNames
    from .reading import Reading

_GENERIC = frozenset({"value", "result", "output", "response", "answer", "text", "content", "data", "json"})
_BEGINS_A_MARKER = re.compile(r"\s*\[\[\s*##")
_BEGINS_AN_OBJECT = re.compile(r"\s*(?:```json\s*|\{\s*[\"'\\]|\{\s*\}?\s*\Z|\{\s*\w+\s*:|null\s*\Z)")


class Answer(NamedTuple):
    """An answer, with what all forms look at.

    Attributes:
        signature: whose outputs are wanted.
        names: how they may be spelt.
        text: what the model wrote, without thoughts and tokens around it.
        values: the JSON values in the text.
        calls: the arguments of the tools it calls, as JSON.
    """

    signature: type[Signature]
    names: FieldNames
    text: str
    values: tuple[Sighting, ...]
    calls: tuple[str, ...]

    @classmethod
    def of(cls, signature: type[Signature], names: FieldNames, completion: Completion) -> Answer:
        """Return a completion as forms see it."""
        text = answer_part(signature, completion)
        calls = tuple(call.arguments for call in completion.tool_calls)
        return cls(signature, names, text, tuple(json_values(text)), calls)


def _native_calls(answer: Answer) -> Iterator[Candidate]:
    for arguments in answer.calls:
        try:
            value = decoded_text(loads(arguments))
        except ValueError:
            continue
        for one in (*plain_objects(answer.names, value), *wrapped_objects(answer.names, value)):
            yield Candidate(one, "whole")


def _objects(answer: Answer) -> Iterator[Candidate]:
    for value, _, end in answer.values:
        yield from (Candidate(one, end) for one in plain_objects(answer.names, value))


def _wrapped(answer: Answer) -> Iterator[Candidate]:
    for value, _, end in answer.values:
        yield from (Candidate(one, end) for one in wrapped_objects(answer.names, value))
    together = plain_objects(answer.names, [value for value, _, _ in answer.values])
    ends = {end for _, _, end in answer.values}
    yield from (Candidate(one, "cut" if "cut" in ends else "open" if "open" in ends else "whole") for one in together)


def _calls_in_text(answer: Answer) -> Iterator[Candidate]:
    for value in call_objects(answer.names, answer.text):
        yield from (Candidate(one, "whole") for one in plain_objects(answer.names, value))


def _markers(answer: Answer) -> Iterator[Candidate]:
    return marked(answer.names, answer.signature, answer.text)


def _tags(answer: Answer) -> Iterator[Candidate]:
    return tagged(answer.names, answer.signature, answer.text)


def _labels(answer: Answer) -> Iterator[Candidate]:
    return labelled(answer.names, answer.signature, answer.text)


def _labels_and_object(answer: Answer) -> Iterator[Candidate]:
    """Yield the fields under headings together with those of an object after them."""
    for value, start, end in answer.values:
        if isinstance(value, dict):
            before = answer.text[:start].rstrip().removesuffix("```json").removesuffix("```").rstrip()
            yield Candidate({**fields_under(answer.names, answer.signature, before), **value}, end)


def _nothing_around(answer: Answer) -> Iterator[Candidate]:
    """Yield an answer that is nothing but the value of the only field.

    An object that lacks the field is no text, nor is anything that begins as one or as a marker.
    """
    if len(answer.signature.output_fields) != 1 or not answer.text.strip() or _BEGINS_A_MARKER.match(answer.text):
        return
    ((name, field),) = answer.signature.output_fields.items()
    for value, _, end in answer.values:
        if end == "cut":
            return
        inner = _generic(value)
        if inner is not None or not field.holds_text:
            yield Candidate({name: value if inner is None else inner}, end)
    if not _BEGINS_AN_OBJECT.match(answer.text):
        yield Candidate({name: _without_quotes(answer.text.strip())}, "open")


def _without_quotes(text: str) -> str:
    """Return what an answer says that is one text in JSON, or the answer itself."""
    try:
        value = loads(text) if text[:1] == text[-1:] == '"' else text
    except ValueError:
        return text
    return value if isinstance(value, str) else text


def _generic(value: Any) -> Any:
    """Return what an object wraps under a name that says nothing, such as ``result``."""
    if not isinstance(value, dict) or len(value) != 1:  # pyright: ignore[reportUnknownArgumentType]
        return None
    ((key, inner),) = value.items()  # pyright: ignore[reportUnknownVariableType]
    return inner if isinstance(key, str) and key.casefold() in _GENERIC else None  # pyright: ignore[reportUnknownVariableType]


class Form(NamedTuple):
    """A way of giving fields.

    Attributes:
        name: what events call it.
        find: yields what an answer gives in this form.
        is_sure: whether what it finds was meant as an answer even where the adapter's own form gives the field too.
        ends_others: whether where it finds a field the one before has its end, whatever the adapter's own form says.
        needs_silence: whether it is only for answers in which no other form finds anything.
    """

    name: str
    find: Callable[[Answer], Iterable[Candidate]]
    is_sure: bool = False
    ends_others: bool = False
    needs_silence: bool = False


_FORMS = (
    Form("tool call", _native_calls, is_sure=True),
    Form("json", _objects, is_sure=True),
    Form("envelope", _wrapped, is_sure=True),
    Form("call in text", _calls_in_text),
    Form("markers", _markers, is_sure=True, ends_others=True),
    Form("tags", _tags, is_sure=True),
    Form("labels", _labels),
    Form("labels and json", _labels_and_object),
    Form("nothing around", _nothing_around, needs_silence=True),
)


def forms_for(own: Reading) -> Iterator[Form]:
    """Return the forms to try beside the adapter's own: if that gave all that it must, only the sure ones."""
    lacks = not own.given or any(unfit is None for unfit in own.problems.values())
    return (form for form in _FORMS if lacks or form.is_sure)
