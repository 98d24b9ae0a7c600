"""Descriptions of servers: how to reach one, which of its tools to take, and how long to wait for it."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, Any, Final, TypedDict, Unpack

from weft.errors import OptionError
from weft.spelling import check_keywords, parameter_names

from .given import (
    address_of,
    count,
    header_lines,
    hidden_parts,
    is_url,
    names,
    pairs,
    revealed,
    seconds,
    shown,
    text,
    text_or_secret,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from contextlib import AbstractAsyncContextManager
    from os import PathLike

    import httpx2

    from weft import Secret

    from .last_words import LastWords

_LONGEST_LABEL = 80


class Options(TypedDict, total=False):
    """What can be said of every server; see `Server`."""

    allow: Iterable[str]
    block: Iterable[str]
    prefix: str
    timeout: float
    connect_timeout: float
    reconnects: int


class Server(ABC):
    """What is known of one server before anything is asked of it. Subclass it for another way to reach one.

    Args:
        label: what messages call the server; no secret.
        allow: names of the only tools to take; default: all.
        block: names of tools not to take.
        prefix: what the names of its tools begin with here, such as ``"github_"``.
        timeout: seconds for one call of a tool; default: the setting ``tool_timeout``.
        connect_timeout: seconds for the server to start and to answer; default 30.
        reconnects: how often a call that certainly was not carried out is tried again, on a new connection where the
            old one is gone; default 3.

    Raises:
        OptionError: an option does not exist, or cannot have that value.
    """

    def __init__(self, label: str, **options: Unpack[Options]) -> None:
        kind = type(self).__name__
        own = parameter_names(type(self).__init__.__code__)
        check_keywords(kind, options, own | frozenset(Options.__annotations__))
        self.label: Final = label if len(label) <= _LONGEST_LABEL else f"{label[:_LONGEST_LABEL]}…"
        allow = options.get("allow")
        self.allow: Final = None if allow is None else names(kind, "allow", allow)
        self.block: Final = names(kind, "block", options.get("block", ()))
        self.prefix: Final = text(kind, "prefix", options.get("prefix", ""))
        self.timeout: Final = seconds(kind, "timeout", options.get("timeout"))
        self.connect_timeout: Final = seconds(kind, "connect_timeout", options.get("connect_timeout", 30.0)) or 0.0
        self.reconnects: Final = count(kind, "reconnects", options.get("reconnects", 3))

    @abstractmethod
    def transport(self, last_words: LastWords) -> AbstractAsyncContextManager[Any]:
        """Return what `mcp` connects through, once; `last_words` takes what the server says aside, for messages."""

    @classmethod
    def read(cls, value: Any) -> Server:
        """Return the server that a value is: a server, or the URL of one.

        Raises:
            OptionError: it is none.
        """
        if isinstance(value, Server):
            return value
        if isinstance(value, str) and is_url(value):
            return HTTP(value)
        raise OptionError(
            f"A server is weft_mcp.Stdio('command', …), weft_mcp.HTTP('https://…') or a URL, not {value!r}."
        )

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.label!r})"


class Stdio(Server):
    """A server that is a process of its own, started here and spoken to over its standard input and output.

    The process gets a few harmless variables of the environment, such as ``PATH`` and ``HOME``, and what `env` says.

    Args:
        command: the program.
        args: its arguments; a `weft.Secret` is one that is never shown.
        env: variables of its environment; a value may be a `weft.Secret`.
        cwd: folder to start it in; default: the current one.
        options: see `Server`.

    Example:
        >>> Stdio("python", "-m", "acme_tools", env={"ACME_KEY": "k-123456"}, allow=["search"])
        Stdio('python -m acme_tools')
    """

    def __init__(
        self,
        command: str,
        *args: str | Secret,
        env: Mapping[str, str | Secret] | None = None,
        cwd: str | PathLike[str] | None = None,
        **options: Unpack[Options],
    ) -> None:
        self.command: Final = text("Stdio", "command", command)
        if not command:
            raise OptionError("Stdio needs a command, such as Stdio('python', '-m', 'acme_tools').")
        self.args: Final = tuple(text_or_secret("Stdio", "args", argument) for argument in args)
        self.env: Final = pairs("Stdio", "env", env)
        self.cwd: Final = cwd
        super().__init__(" ".join(map(shown, (command, *self.args))), **options)

    def transport(self, last_words: LastWords) -> AbstractAsyncContextManager[Any]:
        from .stdio import over_stdio

        return over_stdio(self, last_words)


class HTTP(Server):
    """A server that is reached over HTTP, by the protocol's streamable transport.

    Args:
        url: its endpoint; a `weft.Secret` where the address itself is one.
        headers: headers of every request; a value may be a `weft.Secret`.
        auth: an ``httpx2.Auth``, such as one of `mcp`'s OAuth providers.
        options: see `Server`.

    Example:
        >>> HTTP("https://tools.acme.example/mcp?user=7", headers={"Authorization": "Bearer k-123456"})
        HTTP('https://tools.acme.example/mcp')
    """

    def __init__(
        self,
        url: str | Secret,
        *,
        headers: Mapping[str, str | Secret] | None = None,
        auth: httpx2.Auth | None = None,
        **options: Unpack[Options],
    ) -> None:
        given = text_or_secret("HTTP", "url", url)
        if not is_url(revealed(given)):
            raise OptionError(f"HTTP needs a URL such as 'https://tools.example/mcp', not {shown(given)!r}.")
        self.url: Final = hidden_parts(given)
        self.headers: Final = header_lines("HTTP", "headers", headers)
        self.auth: Final = auth
        super().__init__(address_of(given), **options)

    def transport(self, last_words: LastWords) -> AbstractAsyncContextManager[Any]:
        from .http import over_http

        return over_http(self)
