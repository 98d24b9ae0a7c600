"""The client of one model: it sends JSON, reads JSON and events, and raises weft's errors only."""

from __future__ import annotations

import asyncio
import io
from contextlib import suppress
from typing import TYPE_CHECKING, Any, NamedTuple

from multidict import CIMultiDict
from yarl import URL

from weft.errors import LMError, LMServerError, OptionError

from .bodies import decoded, encoded
from .breaks import BREAKS, broken, safe_cause
from .proxies import Proxy, proxy_for
from .refusals import malformed, refusal
from .sessions import session
from .sse import EventParser

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Callable, Mapping

    import aiohttp

    from weft import RateLimits

    from .keys import ApiKey
    from .service import Service
    from .sse import Event

_MOST_URLS = 64
_LARGE_BODY = 1 << 20  # from here on aiohttp wants a file, so that writing does not hold up the loop
_DRAIN_SECONDS = 1.0
_NO_EVENTS = ("application/json", "text/html")  # other types stand before events, too, where proxies set them


class Reply(NamedTuple):
    """An answer.

    Attributes:
        value: what its JSON says.
        headers: its headers; their names are the same in upper and lower case.
        limits: what the provider reports of its rate limits.
    """

    value: Any
    headers: Mapping[str, str]
    limits: RateLimits | None


class Client:
    """Talks to one provider for one model. Safe for threads and loops; connections are shared by the process.

    A path is added to the base address; one that begins with ``/`` replaces the address's own path. Redirections are
    not followed: headers that hold keys would go along.

    Args:
        service: the provider.
        model: the model's name, for messages.
        key: the provider's key.
        base_url: the address; None: what the service says.
        headers: more headers of every request; they win over all others.

    Raises:
        OptionError: the address is none that can be called.
    """

    def __init__(
        self,
        service: Service,
        *,
        model: str,
        key: ApiKey,
        base_url: str | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        self.service, self.model = service, model
        self.base_url = _checked_base(service, base_url or service.base_url)
        self._key = key
        self._extra = dict(headers or {})
        self._ready: tuple[CIMultiDict[str], CIMultiDict[str]] | None = None
        self._urls: dict[str, URL] = {}
        self._is_new = True  # until the address has been heard from
        self._proxy = Proxy()

    async def post_json(self, path: str, body: Any) -> Reply:
        """Send a body as JSON and return the answer's.

        Raises:
            LMError: of the class that fits.
        """
        response, raw = await self._exchange("POST", path, encoded(body))
        return self._reply(response, raw)

    async def get_json(self, path: str) -> Reply:
        """Return the JSON at a path; raises as `post_json`."""
        response, raw = await self._exchange("GET", path)
        return self._reply(response, raw)

    async def delete(self, path: str) -> Reply:
        """Delete what is at a path and return the answer's JSON; raises as `post_json`."""
        response, raw = await self._exchange("DELETE", path)
        return self._reply(response, raw)

    async def get_bytes(self, path: str) -> bytes:
        """Return what is at a path as it is, such as a file; raises as `post_json`."""
        return (await self._exchange("GET", path))[1]

    async def post_form(self, path: str, form: aiohttp.FormData) -> Reply:
        """Send a form, such as a file to be kept, and return the answer's JSON; raises as `post_json`."""
        response, raw = await self._exchange("POST", path, form=form)
        return self._reply(response, raw)

    async def stream(
        self,
        path: str,
        body: Any,
        *,
        last: bytes | None = None,
        on_limits: Callable[[RateLimits], Any] | None = None,
    ) -> AsyncGenerator[Event, None]:
        """Send a body as JSON and give the events of the answer as they come.

        Args:
            path: where to.
            body: what to send.
            last: the data of the event that ends the stream, which is not given; None: it ends with the connection.
            on_limits: told what the answer's headers report of rate limits, where they do, before the first event.

        Raises:
            LMError: of the class that fits; LMTransportError where the connection breaks.
        """
        response = await self._send("POST", path, encoded(body))
        try:
            if response.status >= 300:
                raise self.refusal(await self._read(response), status=response.status, headers=response.headers)
            if response.content_type in _NO_EVENTS:
                raise self._no_events(response, await self._read(response))
            if on_limits is not None and (limits := self._limits(response)) is not None:
                on_limits(limits)
            parser = EventParser()
            while chunk := await self._next(response):
                for event in parser.feed(chunk):
                    if event.data == last:
                        await _drained(response)
                        return
                    yield event
        finally:
            response.close()  # a whole answer has given its connection back already; any other one ends here

    def refusal(self, raw: bytes, *, status: int, headers: Mapping[str, str], path: str = "") -> LMError:
        """Return the error that a body stands for, also one that came as an event of a stream."""
        url = str(self._url(path)) if path else self.base_url
        return refusal(self.service, self.model, status=status, headers=headers, raw=raw, url=url)

    def decoded(self, raw: bytes) -> Any:
        """Return what JSON says, such as an event's.

        Raises:
            LMError: it is none; `LMServerError`, so that the call is tried again, unless it is a web page.
        """
        try:
            return decoded(raw)
        except ValueError as error:
            problem = error
        raise malformed(self.service, self.model, raw=raw, url=self.base_url) from problem

    def _reply(self, response: aiohttp.ClientResponse, raw: bytes) -> Reply:
        return Reply(self.decoded(raw), response.headers, self._limits(response))

    def _limits(self, response: aiohttp.ClientResponse) -> RateLimits | None:
        limits = self.service.limits
        return None if limits is None else limits.read(response.headers)

    async def _exchange(
        self, method: str, path: str, data: bytes | None = None, form: aiohttp.FormData | None = None
    ) -> tuple[aiohttp.ClientResponse, bytes]:
        """Send a request and return the whole answer to it."""
        response = await self._send(method, path, data, form)
        raw = await self._read(response)
        if response.status >= 300:
            raise self.refusal(raw, status=response.status, headers=response.headers, path=path)
        return response, raw

    async def _send(
        self, method: str, path: str, data: bytes | None = None, form: aiohttp.FormData | None = None
    ) -> aiohttp.ClientResponse:
        bare, with_json = self._ready or await self._prepared()
        url = self._urls.get(path) or self._url(path)
        content: Any = form if data is None else data if len(data) < _LARGE_BODY else io.BytesIO(data)
        try:
            response = await (await session()).request(
                method,
                url,
                data=content,
                headers=bare if data is None else with_json,
                allow_redirects=False,
                proxy=self._proxy.url,
                proxy_headers=self._proxy.headers,
            )
        except BREAKS as error:
            caught = error
        else:
            self._is_new = False
            return response
        failure = broken(self.service, self.model, url, caught, is_new=self._is_new)
        raise failure from safe_cause(caught)  # outside, to have no other context

    async def _read(self, response: aiohttp.ClientResponse) -> bytes:
        try:
            return await response.read()
        except BREAKS as error:
            caught = error
        raise broken(self.service, self.model, response.url, caught) from safe_cause(caught)

    async def _next(self, response: aiohttp.ClientResponse) -> bytes:
        try:
            return await response.content.readany()
        except BREAKS as error:
            caught = error
        raise broken(self.service, self.model, response.url, caught) from safe_cause(caught)

    def _no_events(self, response: aiohttp.ClientResponse, raw: bytes) -> LMError:
        refused = self.refusal(raw, status=500, headers=response.headers)
        about: Any = {"provider": self.service.provider, "model": self.model}
        ref, kind = self.service.ref_of(self.model), response.content_type
        return LMServerError(f"{ref} should stream its answer and sent {kind!r} instead. {refused}", **about)

    async def _prepared(self) -> tuple[CIMultiDict[str], CIMultiDict[str]]:
        """Return the headers of requests without a body of JSON, and with one."""
        base = URL(self.base_url)
        self._proxy = proxy_for(base)
        key = await self._key.value()
        bare = CIMultiDict({"Accept-Encoding": "identity", "User-Agent": "weft", **self.service.headers})
        if base.scheme == "http":  # such a proxy is sent the request itself
            bare.update(self._proxy.headers or {})
        if key is not None:
            bare.update(self.service.authorize(key.reveal()))
        bare.update(self._extra)
        with_json = CIMultiDict(bare)
        with_json["Content-Type"] = "application/json"
        if self._key.is_fixed:
            self._ready = bare, with_json
        return bare, with_json

    def _url(self, path: str) -> URL:
        if len(self._urls) >= _MOST_URLS:
            self._urls.clear()
        base = URL(self.base_url)
        text = f"{base.origin()}{path}" if path.startswith("/") else f"{self.base_url}/{path}"
        url = self._urls[path] = URL(text)
        return url


def _checked_base(service: Service, base_url: str) -> str:
    if not base_url:
        raise OptionError(f"{service.provider!r} needs base_url, such as base_url='http://127.0.0.1:8000/v1'.")
    try:
        url = URL(base_url)
    except ValueError:
        url = URL()
    if url.scheme not in ("http", "https") or not url.host:
        raise OptionError(f"base_url for {service.provider!r} must begin with http:// or https://, not {base_url!r}.")
    if url.user is not None or url.password is not None:
        raise OptionError(f"base_url for {service.provider!r} holds a password; give it in extra_headers instead.")
    return base_url.rstrip("/")


async def _drained(response: aiohttp.ClientResponse) -> None:
    """Read what is left after the last event, so that the connection can be used again; not for long."""
    with suppress(TimeoutError, *BREAKS):
        async with asyncio.timeout(_DRAIN_SECONDS):
            await response.content.read()
