"""A provider's key: given, from the environment, or made anew for each request."""

from __future__ import annotations

import asyncio
import inspect
import os
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, cast

from weft import Secret
from weft.errors import LMAuthError, OptionError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

KeySource = str | Secret | Callable[[], "str | Secret | Awaitable[str | Secret]"]
"""What the option ``api_key`` takes: a key, or a function that returns one, such as a token of a cloud's identity."""


_SECRET_WORDS = ("auth", "key", "token", "secret", "cookie", "password")


class ApiKey:
    """The key of one model. It is looked up when the first request is made, and never shown.

    Args:
        given: the option ``api_key``; a function is called for each request, in a thread where it is not async.
        env: names of the environment variables to look in, in order.
        ref: the model's reference, for messages.
        is_needed: whether there is no use in asking without a key.

    Raises:
        OptionError: the option is neither a text nor a function.
    """

    def __init__(self, given: KeySource | None, *, env: Sequence[str], ref: str, is_needed: bool = True) -> None:
        self._source = None if isinstance(given, str | Secret) else given
        self._value = _secret(given) if isinstance(given, str | Secret) else None
        if self._source is not None and not callable(self._source):
            raise OptionError(f"api_key for {ref} must be a text or a function, not a {type(given).__name__}.")
        self._env, self._ref, self._is_needed = tuple(env), ref, is_needed

    @property
    def is_fixed(self) -> bool:
        """Whether the same key holds for all requests."""
        return self._source is None

    async def value(self) -> Secret | None:
        """Return the key, or None where there is none and none is needed.

        Raises:
            LMAuthError: there is no key; names the environment variable to set.
        """
        key = _secret(await _called(self._source)) if self._source is not None else self._value
        if key is None:
            key = self._value = next((_secret(os.environ[name]) for name in self._env if os.environ.get(name)), None)
        if key is None or not key.reveal():
            if self._is_needed:
                raise self._missing()
            return None
        if not key.reveal().isascii() or not key.reveal().isprintable():
            raise self._refused(f"The key for {self._ref} has characters that no key has.")
        return key

    def _missing(self) -> LMAuthError:
        where = f"Set the environment variable {self._env[0]}, or pass api_key." if self._env else "Pass api_key."
        return self._refused(f"There is no key for {self._ref}. {where}")

    def _refused(self, message: str) -> LMAuthError:
        provider, _, model = self._ref.partition("/")
        return LMAuthError(message, provider=provider, model=model)


def _secret(value: str | Secret) -> Secret:
    return Secret(value.strip() if isinstance(value, str) else value)


async def _called(source: Callable[[], object]) -> str | Secret:
    """Call a function that may block, or is async, and return the key it gives."""
    made = source() if inspect.iscoroutinefunction(source) else await asyncio.to_thread(source)
    return cast("str | Secret", await made if inspect.isawaitable(made) else made)


def hide_keys(headers: Mapping[str, str]) -> None:
    """Let the values of headers that seem to hold keys be struck out of all messages."""
    for name, value in headers.items():
        if any(word in name.casefold() for word in _SECRET_WORDS):
            Secret(value)
