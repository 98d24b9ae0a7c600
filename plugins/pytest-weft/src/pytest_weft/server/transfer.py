"""Options, sums and requests as JSON, for a server in another process."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Any, cast

from .bodies import decoded
from .books import Exchange, Tally
from .faults import Chances, Fault
from .limits import Limits
from .problems import Problem
from .records import Answer, Received, ToolCall, Usage
from .wire import Incoming

if TYPE_CHECKING:
    from .settings import Options


def options_to_json(options: Options) -> dict[str, Any]:
    """Return options as JSON.

    Raises:
        TypeError: one is a function, which cannot go to another process.
    """
    return {name: _plain(name, value) for name, value in options.items()}


def options_from_json(data: Mapping[str, Any]) -> Options:
    """Return the options that were sent."""
    readers = {"answer": _answers, "faults": _faults, "limits": _limits}
    return cast("Options", {name: readers.get(name, _same)(value) for name, value in data.items()})


def _plain(name: str, value: Any) -> Any:
    if isinstance(value, Chances):
        return {"chances": [[asdict(fault), share] for fault, share in value.of.items()], "seed": value.seed}
    if isinstance(value, (Answer, Fault, Limits)):
        return asdict(value)
    if callable(value):
        raise TypeError(f"A server in another process cannot take a function as {name!r}. Give it text or a list.")
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [_plain(name, each) for each in cast("Sequence[Any]", value)]
    return value


def _same(value: Any) -> Any:
    return value


def _answers(value: Any) -> Any:
    if isinstance(value, list):
        return [_answers(each) for each in cast("list[Any]", value)]
    return answer_from_json(value) if isinstance(value, dict) else value


def answer_from_json(data: Any) -> Answer:
    """Return an answer that was sent."""
    given: dict[str, Any] = dict(data)
    given["tool_calls"] = [ToolCall(**call) for call in data.get("tool_calls", ())]
    if data.get("usage") is not None:
        given["usage"] = Usage(**data["usage"])
    return Answer(**given)


def _faults(value: Any) -> Any:
    if value is None:
        return None
    if isinstance(value, list):
        return [_faults(each) for each in cast("list[Any]", value)]
    given = cast("dict[str, Any]", value)
    if "chances" in given:
        return Chances({Fault(**fault): share for fault, share in given["chances"]}, given["seed"])
    return Fault(**given)


def _limits(value: Any) -> Limits | None:
    return None if value is None else Limits(**value)


def tally_to_json(tally: Tally) -> dict[str, Any]:
    """Return the sums as JSON."""
    return {**asdict(tally), "counts": [[*key, count] for key, count in tally.counts.items()]}


def tally_from_json(data: Mapping[str, Any]) -> Tally:
    """Return the sums that were sent."""
    counts = {(path, status): count for path, status, count in data["counts"]}
    given: dict[str, Any] = {**data, "counts": counts, "usage": Usage(**data["usage"]), "lost": Usage(**data["lost"])}
    return Tally(**given)


def exchange_to_json(exchange: Exchange) -> dict[str, Any]:
    """Return a request as JSON; each byte of its body is one character."""
    http = exchange.http
    received = exchange.received
    return {
        "number": exchange.number, "status": exchange.status, "fault": exchange.fault, "end": exchange.end,
        "usage": asdict(exchange.usage),
        "http": [http.method, http.path, http.query, http.headers, http.body.decode("latin-1")],
        "received": received and {name: getattr(received, name) for name in RECEIVED},
    }  # fmt: skip


RECEIVED = ("number", "format", "model", "messages", "stream", "n", "max_tokens", "schema", "tools", "stop", "prefix")


def exchange_from_json(data: Mapping[str, Any]) -> Exchange:
    """Return a request that was sent."""
    method, path, query, headers, body = data["http"]
    http = Incoming(method, path, query, headers, body.encode("latin-1"))
    received = data["received"] and _received(data["received"], http)
    given: dict[str, Any] = {**data, "http": http, "usage": Usage(**data["usage"]), "received": received}
    return Exchange(**given)


def _received(data: dict[str, Any], http: Incoming) -> Received:
    try:
        body: Any = decoded(http.body)
    except Problem:
        body = None
    given: dict[str, Any] = {**data, "http": http, "body": body}
    for name in ("messages", "tools", "stop"):
        given[name] = tuple([_as_tuple(each) for each in data[name]])
    return Received(**given)


def _as_tuple(value: Any) -> Any:
    return tuple(cast("list[Any]", value)) if isinstance(value, list) else value
