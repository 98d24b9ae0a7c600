"""Reading calls of tools out of what models write: lists, single calls, and the envelopes they come in."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any, NamedTuple, cast

from .loosejson import whole
from .tool_arguments import ENVELOPES

_TAGGED = re.compile(r"<tool_call>\s*(.*?)\s*</tool_call>", re.DOTALL)
_LISTS = ("tool_calls", "calls")
_NOTHING = frozenset({"", "none", "null", "n/a", "[]", "{}"})


class Read(NamedTuple):
    """A call that was read."""

    name: str
    arguments: str
    id: str = ""


def read_calls(value: Any) -> list[Read]:
    """Return the calls in a text, a list or a mapping.

    Raises:
        ValueError: there are none, and the value is not empty either.
    """
    if value is None:
        return []
    if isinstance(value, str):
        return _from_text(value)
    if isinstance(value, Mapping):
        return _from_mapping(cast("Mapping[str, Any]", value))
    if isinstance(value, list | tuple):
        return [call for one in cast("list[Any]", value) for call in read_calls(one)]
    raise ValueError(f"a list of calls was expected, not {value!r}")


def tagged_calls(text: str) -> tuple[list[Read], str]:
    """Return the calls that stand in ``<tool_call>`` tags, which some servers leave in the text, and the other text.

    Raises:
        ValueError: what stands in a tag is no call.
    """
    calls = [call for inside in _TAGGED.findall(text) for call in read_calls(whole(inside))]
    return calls, _TAGGED.sub("", text).strip()


def _from_text(text: str) -> list[Read]:
    if text.strip().casefold() in _NOTHING:
        return []
    if "<tool_call>" in text:
        return tagged_calls(text)[0]
    value = whole(text)
    if isinstance(value, str):
        raise ValueError(f"a list of calls was expected, not {value!r}")  # noqa: TRY004 - the text is wrong
    return read_calls(value)


def _from_mapping(value: Mapping[str, Any]) -> list[Read]:
    if not value:
        return []
    for key in _LISTS:
        if isinstance(value.get(key), list | tuple):
            return read_calls(value[key])
    if isinstance(value.get("function"), Mapping):
        return [call._replace(id=call.id or _text(value.get("id"))) for call in _from_mapping(value["function"])]
    if isinstance(name := value.get("name"), str):
        arguments = next((value[key] for key in ENVELOPES if key in value), None)
        return [Read(name, arguments_text(arguments), _text(value.get("id")))]
    (key, inside), *others = value.items()
    if not others and isinstance(inside, Mapping):
        return [Read(key, arguments_text(cast("Any", inside)))]
    raise ValueError(f"a call has 'name' and 'arguments'; {dict(value)!r} has not")


def arguments_text(arguments: Any) -> str:
    """Return arguments as the JSON text that calls hold; a text is one already."""
    if isinstance(arguments, str):
        return arguments
    from pydantic_core import to_jsonable_python

    return json.dumps({} if arguments is None else to_jsonable_python(arguments), ensure_ascii=False)


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""
