"""The connection to a server, and what its failures mean.

Weaviate's client for threads is used, and not its async one: that belongs to one event loop, and a retriever is called
from weft's loop and from users' own.
"""

from __future__ import annotations

import logging
import socket
import threading
import weakref
from typing import TYPE_CHECKING, Any, TypeVar

import grpc
import httpx
import weaviate
from weaviate.auth import AuthApiKey
from weaviate.classes.init import AdditionalConfig, Timeout
from weaviate.config import GrpcConfig
from weaviate.connect import ProtocolParams
from weaviate.exceptions import (
    UnexpectedStatusCodeError,
    WeaviateBaseError,
    WeaviateConnectionError,
    WeaviateStartUpError,
    WeaviateTimeoutError,
)

from weft.errors import InputError, RMTransportError, WeftError

from .channel import PromptParams

if TYPE_CHECKING:
    from collections.abc import Callable

    from weft import Secret

    from .address import Address
    from .refusals import Refusals

T = TypeVar("T")

_REACHED_SECONDS = 1.5
_CHANNEL_OPTIONS = [("grpc.use_local_subchannel_pool", 1)]  # a new channel does not wait where an old one failed
_REFUSED_KEY = (401, 403)
_AWAY = (WeaviateConnectionError, WeaviateStartUpError, WeaviateTimeoutError, httpx.HTTPError, OSError)

# The client logs each object that the server refuses, whole. weft says which they are; who sets up logging sees both.
logging.getLogger("weaviate-client").addHandler(logging.NullHandler())


class Server:
    """One connection, shared by all threads, made at the first use.

    Args:
        address: where the server is.
        refusals: what its refusals mean.
        api_key: the key, where the server wants one.
        timeout: seconds to wait for an answer.
    """

    def __init__(self, address: Address, refusals: Refusals, *, api_key: Secret | None, timeout: float) -> None:
        self._address = address
        self._refusals = refusals
        self._api_key = api_key
        self._timeout = timeout
        self._lock = threading.Lock()
        self._link: _Link | None = None

    def use(self, work: Callable[[weaviate.WeaviateClient], T]) -> T:
        """Return what comes of work with the client; blocking.

        Raises:
            CollectionNotFound: the server has no such collection, or no such tenant in it.
            RMTransportError: the server cannot be reached, or broke the connection, or is too slow.
            RMError: it refused something.
        """
        link = self._link
        if link is not None:
            try:
                return self._translated(work, link.client)
            except RMTransportError as error:
                self._link = None
                if _is_slow(error):
                    raise
        return self._anew(work)  # the server may have been started again; all work can be done twice

    def close(self) -> None:
        """Close the connection as soon as nothing uses it; the next use makes a new one."""
        self._link = None

    def _translated(self, work: Callable[[weaviate.WeaviateClient], T], client: weaviate.WeaviateClient) -> T:
        try:
            return work(client)
        except WeftError:
            raise
        except UnexpectedStatusCodeError as error:
            known = error.status_code not in _REFUSED_KEY
            raise (self._refusals.meaning(error.message) if known else self._refusals.unauthorized()) from error
        except _AWAY as error:
            raise _away(self._address) from error
        except WeaviateBaseError as error:
            raise self._refusals.meaning(error.message) from error
        except UnicodeEncodeError as error:
            raise InputError(f"{self._refusals.ref} cannot take a text with half a character in it.") from error

    def _anew(self, work: Callable[[weaviate.WeaviateClient], T]) -> T:
        try:
            return self._translated(work, self._connected().client)
        except RMTransportError:
            self._link = None
            raise

    def _connected(self) -> _Link:
        with self._lock:
            if self._link is None:
                self._link = self._translated(self._linked, self._client())
            return self._link

    def _linked(self, client: weaviate.WeaviateClient) -> _Link:
        for place in self._address.places:
            socket.create_connection(
                place, _REACHED_SECONDS
            ).close()  # nobody there: found out sooner than by the client
        return _Link(client)

    def _client(self) -> weaviate.WeaviateClient:
        at = self._address
        params = PromptParams(
            http=ProtocolParams(host=at.host, port=at.port, secure=at.is_secure),
            grpc=ProtocolParams(host=at.grpc_host, port=at.grpc_port, secure=at.is_secure),
        )
        return weaviate.WeaviateClient(
            params.telling(_Failures(at, self._refusals).meaning),
            auth_client_secret=None if self._api_key is None else AuthApiKey(self._api_key.reveal()),
            additional_config=AdditionalConfig(
                timeout=Timeout(query=self._timeout, insert=self._timeout, init=self._timeout),
                grpc_config=GrpcConfig(channel_options=_CHANNEL_OPTIONS),
            ),
            skip_init_checks=True,  # they ask the package index for a newer client
        )


class _Link:
    """A client that is connected for as long as something holds on to this."""

    def __init__(self, client: weaviate.WeaviateClient) -> None:
        self.client = client
        weakref.finalize(self, client.close)
        client.connect()


class _Failures:
    """What a failed call of gRPC means; it must not hold the server, which closes the client when it is let go."""

    def __init__(self, address: Address, refusals: Refusals) -> None:
        self._address = address
        self._refusals = refusals

    def meaning(self, error: Any, seconds: float | None) -> WeftError:
        code = error.code()
        if code in (grpc.StatusCode.UNAVAILABLE, grpc.StatusCode.CANCELLED):
            return _away(self._address)
        if code is grpc.StatusCode.DEADLINE_EXCEEDED:
            return RMTransportError(f"The Weaviate server at {self._address} gave no answer in {seconds} seconds.")
        if code in (grpc.StatusCode.UNAUTHENTICATED, grpc.StatusCode.PERMISSION_DENIED):
            return self._refusals.unauthorized()
        return self._refusals.meaning(str(error.details()))


def _is_slow(error: RMTransportError) -> bool:
    cause = error.__cause__
    if isinstance(cause, grpc.Call):
        return cause.code() is grpc.StatusCode.DEADLINE_EXCEEDED
    return isinstance(cause, WeaviateTimeoutError)


def _away(address: Address) -> RMTransportError:
    return RMTransportError(
        f"No Weaviate server answers at {address}. Start it, or give its place with url=, grpc_host= and grpc_port=."
    )
