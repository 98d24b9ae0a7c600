"""A provider's HTTP API as data: where it is, how it wants its key, and how it words its errors."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple, cast

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from weft.errors import LMError

    from .limits import LimitHeaders


class Problem(NamedTuple):
    """What the body of an error says.

    Attributes:
        message: the provider's words; empty where the body has none.
        codes: the machine-readable names of the error, in any of the provider's fields, most telling first.
        retry_after: seconds to wait, for providers that say so in the body and not in a header.
    """

    message: str = ""
    codes: tuple[str, ...] = ()
    retry_after: float | None = None


def bearer(key: str) -> dict[str, str]:
    """Return the header of most providers: ``Authorization: Bearer …``."""
    return {"Authorization": f"Bearer {key}"}


def read_problem(body: Any) -> Problem:
    """Read the shape that most providers use: ``{"error": {"message", "code", "type"}}``, or one like it."""
    if not isinstance(body, dict):
        return Problem(body if isinstance(body, str) else "")
    fields = cast("dict[str, Any]", body)
    inner = fields.get("error", fields.get("detail", fields))
    if isinstance(inner, str):
        return Problem(inner, _texts(fields.get("error_type"), fields.get("code")))
    if not isinstance(inner, dict):
        inner = fields
    error = cast("dict[str, Any]", inner)
    message = error.get("message") or fields.get("message") or ""
    return Problem(message if isinstance(message, str) else str(message), _texts(error.get("code"), error.get("type")))


def _texts(*values: object) -> tuple[str, ...]:
    return tuple(value for value in values if isinstance(value, str) and value)


def _no_codes() -> Mapping[str, type[LMError]]:
    return {}


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """What a client has to know of a provider.

    Attributes:
        provider: the name before the slash.
        base_url: the address up to what differs from call to call; empty where the user must say it.
        base_url_env: environment variables that may hold the address.
        address_of: makes a base address of what a variable or the user says; None: it is one.
        key_env: environment variables that may hold the key.
        key_is_needed: whether requests without a key are of no use.
        authorize: the headers that hold the key.
        headers: more headers of every request.
        problem: reads the body of an error.
        codes: error classes by the provider's codes; they win over the status.
        limits: the rate-limit headers, or None where there are none.
        request_id: the header that identifies a request.
        hint: what to do when nothing listens, as a sentence, such as ``Is Ollama running? Start it with …``.
    """

    provider: str
    base_url: str
    base_url_env: tuple[str, ...] = ()
    address_of: Callable[[str], str] | None = None
    key_env: tuple[str, ...] = ()
    key_is_needed: bool = True
    authorize: Callable[[str], Mapping[str, str]] = bearer
    headers: Mapping[str, str] = field(default_factory=dict[str, str])
    problem: Callable[[Any], Problem] = read_problem
    codes: Mapping[str, type[LMError]] = field(default_factory=_no_codes)
    limits: LimitHeaders | None = None
    request_id: str = "x-request-id"
    hint: str = ""

    def ref_of(self, model: str) -> str:
        """Return how messages call a model; without one, the provider."""
        return f"{self.provider}/{model}" if model else self.provider
