"""What the lines of a prompt say about a field: its choices, its type, its bounds."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any, cast

if TYPE_CHECKING:
    from collections.abc import Iterator

Schema = dict[str, Any]

_ONE_OF = re.compile(r"\bone of(?: these| the following)?\b\s*:?[ \t]*(.*)$", re.IGNORECASE)
_SENTENCE_END = re.compile(r"(?<=\w\w)\.(?:\s|$)")
_LITERAL = re.compile(r"Literal\[(.*?)\]")
_QUOTED = re.compile(r'"(?:[^"\\\n]|\\.)*"')
_BULLET = re.compile(r"^\s*[-*•]\s+(.*)$")
_SCHEMA_WORDS = {
    "int": "integer", "integer": "integer", "float": "number", "number": "number", "bool": "boolean",
    "boolean": "boolean", "list": "array", "array": "array", "tuple": "array", "set": "array", "dict": "object",
    "object": "object", "str": "string", "string": "string",
}  # fmt: skip
_BOUND = re.compile(r"\b(at least|at most|greater than|less than) (-?\d+(?:\.\d+)?)( long)?", re.IGNORECASE)
_BOUNDS = {
    ("at least", False): "minimum",
    ("at most", False): "maximum",
    ("greater than", False): "exclusiveMinimum",
    ("less than", False): "exclusiveMaximum",
    ("at least", True): "minLength",
    ("at most", True): "maxLength",
}


def schema_of(name: str, guidance: str) -> Schema:
    """Return a field's JSON schema as the first line that describes it has it; ``{}`` where none does."""
    lines = guidance.splitlines()
    named = re.compile(rf"^\W*{re.escape(name)}\b")
    places = [place for place, line in enumerate(lines) if named.search(line)]
    places += [place for place, line in enumerate(lines) if re.search(rf"\b{re.escape(name)}\b", line)]
    nothing: Schema = {}
    return next(filter(None, (_schema_in(lines, place, name) for place in places)), nothing)


def _schema_in(lines: list[str], place: int, name: str) -> Schema:
    line = lines[place]
    choices = _choices_in(lines, place)
    typed = re.search(rf"\b{re.escape(name)}\b\W*?\(([A-Za-z]+)", line)
    kind = _SCHEMA_WORDS.get(typed[1]) if typed else None
    if choices:
        return {"enum": [_typed(choice, kind) for choice in choices]}
    return _schema_written_in(line) or ({"type": kind, **_bounds(line)} if kind else {})


def _bounds(line: str) -> Schema:
    """Return what a line says like ``at least 1, at most 5``, by the words of JSON schema."""
    return {
        _BOUNDS[found[1].lower(), bool(found[3])]: json.loads(found[2])
        for found in _BOUND.finditer(line)
        if (found[1].lower(), bool(found[3])) in _BOUNDS
    }


def choices_of(guidance: str) -> list[str]:
    """Return the choices listed last in the guidance, or none."""
    lines = guidance.splitlines()
    nothing: list[str] = []
    return next(filter(None, (_choices_in(lines, place) for place in reversed(range(len(lines))))), nothing)


def _choices_in(lines: list[str], place: int) -> list[str]:
    """Return the two or more choices that a line lists, or that bullets below it do."""
    choices = _listed(lines, place)
    return choices if len(choices) > 1 else []


def _listed(lines: list[str], place: int) -> list[str]:
    line = lines[place]
    listed = _ONE_OF.search(line)
    if listed is None:
        literal = _LITERAL.search(line)
        return list(_separated(literal[1], ",")) if literal else []
    inline = re.sub(r"\s+or null\b.*$", "", listed[1]).strip()
    quoted = _QUOTED.findall(inline) if inline.startswith('"') else []
    if quoted:
        return [json.loads(choice) for choice in quoted]
    if inline:
        separator = next((mark for mark in ";|," if mark in inline), ";")
        return list(_separated(_SENTENCE_END.split(inline)[0], separator))
    below = (_BULLET.match(further) for further in lines[place + 1 :])
    choices: list[str] = []
    for bullet in below:
        if bullet is None:
            break
        choices.append(bullet[1].strip(" `'\""))
    return choices


def _separated(text: str, separator: str) -> Iterator[str]:
    for piece in text.split(separator):
        choice = piece.strip().rstrip(".").strip(" `'\"")
        if choice:
            yield choice


def _typed(choice: str, kind: str | None) -> Any:
    if kind in (None, "string"):
        return choice
    try:
        return json.loads(choice)
    except ValueError:
        return choice


def _schema_written_in(line: str) -> Schema:
    """Return a JSON schema that the line shows, such as ``must be JSON for the schema {…}``."""
    start = line.find("{")
    if start < 0:
        return {}
    try:
        found = json.JSONDecoder().raw_decode(line, start)[0]
    except ValueError:
        return {}
    return cast("Schema", found) if isinstance(found, dict) else {}
