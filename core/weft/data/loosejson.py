"""JSON out of texts that are nearly JSON: small slips first, then json-repair for all other damage.

json-repair takes time that grows with the square of the brackets in some texts, and it drops what follows a number.
So it is given only texts of a bounded size, and such values in quotes.
"""

from __future__ import annotations

import json
import re
from typing import Any

from .brackets import extent, with_lists_closed

_LONGEST = 100_000
_MOST_BRACKETS = 600
_DEEPEST = 60
_MOST_CURLY_QUOTES = 200
_BRACKETS = re.compile(r"[\[\]{}]")
_PYTHON = {"True": "true", "False": "false", "None": "null"}
_SLIP = re.compile(
    r"""(?P<string>"(?:[^"\\]|\\.)*"?)|(?<=[{\[,:\s])'(?P<single>(?:[^'\\\n]|\\.)*)'(?=\s*[:,}\]])"""
    r"""|,(?=\s*[}\]])|//[^\n]*|/\*.*?(?:\*/|\Z)|\b(?:True|False|None)\b""",
    re.DOTALL,
)
_ESCAPE = re.compile(r"\\(u[0-9a-fA-F]{4}|.)", re.DOTALL)
_ESCAPE_OR_QUOTE = re.compile(rf'{_ESCAPE.pattern}|"', re.DOTALL)
_STRING_OR_VALUE = re.compile(
    r'"(?:[^"\\]|\\.)*"?|(?P<colon>:\s*)(?P<value>[-+~≈<>$€£¥.]{0,2}\d[^"\'\[\]{},\n]*)', re.DOTALL
)
_NUMBER = re.compile(r"[-+]?(?:\d[\d_]*(?:\.\d+)?|\.\d+)(?:[eE][-+]?\d+)?\s*(?:(?://|#|/\*).*)?", re.DOTALL)
_ENDS_WITH_BACKSLASH = re.compile(r"\\(\"\s*[,}\]])")
_OTHER_QUOTES = re.compile(
    r"(?<=[:\[,\s])(?:\"\"\"(?P<double>.*?)\"\"\"|'''(?P<single>.*?)'''|`(?P<back>[^`]*)`)", re.DOTALL
)
_ESCAPED_AS_A_WHOLE = re.compile(r'[\[{\s]+\\"')
_ARGUMENT = re.compile(r"\"(?:[^\"\\]|\\.)*\"?|'(?:[^'\\]|\\.)*'?|(?P<name>\b\w+)\s*=(?!=)|(?P<mark>[()])", re.DOTALL)
_FENCE = re.compile(r"\A\s*```[\w-]*\s*\n(?P<inside>.*?)\n?\s*```\s*\Z", re.DOTALL)
_OPENING = re.compile(r"[\[{]")
_CURLY_STRUCTURE = re.compile(r"[{\[,:]\s*[“”]")


class Twice:
    """Stands for the value of a key that an object has several times, with different values."""


def _told_apart(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Return an object; of several values of one key none is taken for the right one."""
    found = dict(pairs)
    if len(found) < len(pairs):
        found.update({key: Twice() for key, value in pairs if found[key] != value})
    return found


_DECODER = json.JSONDecoder(strict=False, object_pairs_hook=_told_apart)


def decoded(text: str, start: int = 0) -> tuple[Any, int]:
    """Return the JSON value that begins at `start`, and where it ends.

    Raises:
        ValueError: none does.
    """
    try:
        return _DECODER.raw_decode(text, start)
    except RecursionError as error:
        raise ValueError("nested too deeply") from error


def loads(text: str) -> Any:
    """Return the value of a text that is JSON, or JSON with mistakes.

    Raises:
        ValueError: it is neither, or too large to be mended.
    """
    text = text.strip()
    for version in (text, escaped(text), escaped(_ENDS_WITH_BACKSLASH.sub(r"\\\\\1", text))):
        try:
            value, end = decoded(version)
        except ValueError:
            continue
        if end == len(version):
            return value
    return repaired(text)


def whole(text: str) -> Any:
    """Return the value of a text as `loads` does, and of a fenced one, but never of one that breaks off.

    It is for what is acted upon, such as a call of a tool: the end that is missing could have been anything.

    Raises:
        ValueError: it is no JSON, or breaks off.

    Example:
        >>> whole("{'query': 'cats', 'all': True,}")
        {'query': 'cats', 'all': True}
    """
    fenced = _FENCE.match(text)
    plain = (fenced["inside"] if fenced else text).strip()
    if plain[:1] not in ("{", "["):
        return _scalar(plain)
    if _breaks_off(_SLIP.sub(_tidied, _unwrapped(plain))):
        raise ValueError("it breaks off")
    return loads(plain)


def _scalar(text: str) -> Any:
    try:
        return json.loads(text, strict=False)
    except ValueError as error:
        raise ValueError("it is no JSON") from error


def _breaks_off(text: str) -> bool:
    place = 0
    while (opening := _OPENING.search(text, place)) is not None:
        end = extent(text, opening.start()).end
        if end is None:
            return True
        place = end
    return False


def escaped(text: str) -> str:
    r"""Return JSON in which every backslash begins an escape that JSON has: ``\_`` becomes ``\\_``."""
    text = _unwrapped(text)
    return _ESCAPE.sub(_escape, text) if "\\" in text else text


def _unwrapped(text: str) -> str:
    """Return JSON that was escaped as a whole, as if it stood in a string, without those escapes."""
    return text.replace('\\"', '"').replace("\\n", "\n") if _ESCAPED_AS_A_WHOLE.match(text) else text


def _escape(found: re.Match[str]) -> str:
    following = found[1]
    if following is None:  # a quote that needs an escape
        return '\\"'
    if following[0] in '"\\/bfnrt' or len(following) == 5:
        return found[0]
    return following if following == "'" else f"\\\\{following}"


def repaired(text: str) -> Any:
    """Return the value of damaged JSON.

    Raises:
        ValueError: it is beyond repair, or too large to be repaired in time.
    """
    text = _OTHER_QUOTES.sub(_in_quotes, _unwrapped(text))
    tidy = with_lists_closed(escaped(_SLIP.sub(_tidied, text)))  # in this order: \' ends no text in single quotes
    try:
        value, end = decoded(tidy)
        if not tidy[end:].strip():
            return value
    except ValueError:
        pass
    if len(text) > _LONGEST or _depth(text) > _DEEPEST or len(_BRACKETS.findall(text)) > _MOST_BRACKETS:
        raise ValueError("too large to be repaired")
    if _CURLY_STRUCTURE.search(text):
        text = text.replace("“", '"').replace("”", '"')
    elif text.count("“") + text.count("”") > _MOST_CURLY_QUOTES:
        raise ValueError("too many curly quotes to be repaired")
    import json_repair

    try:
        return json_repair.loads(_STRING_OR_VALUE.sub(_quoted, escaped(text)))
    except Exception as error:  # it raises whatever its own code runs into
        raise ValueError("beyond repair") from error


def _tidied(found: re.Match[str]) -> str:
    """Return a piece of JSON without the slip that it is: a comma before a bracket, a comment, Python's spelling."""
    if found["single"] is not None:
        return f'"{_ESCAPE_OR_QUOTE.sub(_escape, found["single"])}"'
    return _PYTHON.get(found[0], "") if found["string"] is None else found[0]


def _in_quotes(found: re.Match[str]) -> str:
    return json.dumps(next(text for text in found.groups() if text is not None), ensure_ascii=False)


def _quoted(found: re.Match[str]) -> str:
    value = found["value"]
    if value is None or _NUMBER.fullmatch(value):
        return found[0]
    return f"{found['colon']}{json.dumps(value.strip(), ensure_ascii=False)}"


def arguments(text: str, start: int) -> str | None:
    """Return the arguments by name from `start` to the bracket that closes their call, written as a JSON object."""
    depth, place, pieces = 1, start, ["{"]
    for piece in _ARGUMENT.finditer(text, start):
        pieces.append(text[place : piece.start()])
        place = piece.end()
        if piece["mark"]:
            depth += 1 if piece["mark"] == "(" else -1
            if not depth:
                return "".join([*pieces, "}"])
        pieces.append(f'"{piece["name"]}":' if piece["name"] and depth == 1 else piece[0])
    return None


def _depth(text: str) -> int:
    """Return how deep brackets nest at most, strings disregarded, which is never less than the true depth by much."""
    depth = deepest = 0
    for mark in _BRACKETS.findall(text):
        depth = depth + 1 if mark in "[{" else max(0, depth - 1)
        deepest = max(deepest, depth)
    return deepest
