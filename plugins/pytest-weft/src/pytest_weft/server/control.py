"""``/__weft__/``: the server's own paths, for a test in another process; no fault reaches them, and no count."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from . import wire
from .bodies import decoded
from .delivery import Reply
from .problems import Problem
from .transfer import exchange_to_json, options_from_json, tally_to_json

if TYPE_CHECKING:
    from .service import Service

PREFIX = "/__weft__/"


def control(service: Service, http: wire.Incoming) -> Reply:
    """Answer a request to one of the server's own paths."""
    try:
        return Reply(200, [], wire.json_bytes(_content(service, http)))
    except (TypeError, ValueError) as error:  # an option that does not exist, or one with a wrong value
        return Reply(400, [], wire.json_bytes({"error": str(error)}))
    except Problem as problem:
        return Reply(problem.status, [], wire.json_bytes({"error": problem.message}))


def _content(service: Service, http: wire.Incoming) -> Any:
    action = http.path.removeprefix(PREFIX)
    if (http.method, action) == ("GET", "state"):
        return tally_to_json(service.tally)
    if (http.method, action) == ("GET", "exchanges"):
        return [exchange_to_json(exchange) for exchange in service.books.exchanges]
    if (http.method, action) == ("POST", "control"):
        service.change(options_from_json(decoded(http.body)))
        return {}
    if (http.method, action) == ("POST", "reset"):
        service.reset()
        return {}
    raise Problem(404, f"The server has state, exchanges, control and reset, but no {action!r}.")
