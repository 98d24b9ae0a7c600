"""A real Weaviate server: the one at WEAVIATE_URL, or a child process."""

from __future__ import annotations

import os
import uuid
from collections.abc import Callable
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, cast
from urllib.parse import urlsplit

import pytest
import weaviate
from weaviate_server import Server, binary, first_started, started

import weft
from weft.errors import CollectionNotFound

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator

    from weft_weaviate import WeaviateRM


Start = Callable[..., Server]


@pytest.fixture(scope="session")
def start(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Start]:
    """Return a function that starts a server, ``start(NAME="value", …)``, or one again: ``start(again=server)``."""
    program = binary()
    if program is None:
        pytest.skip("there is no weaviate-server on this machine: .ci/weaviate builds one with Go")
    servers: list[Server] = []

    def starting(*, again: Server | None = None, **environment: str) -> Server:
        if again is not None:
            servers.append(started(program, again.again))
        else:
            servers.append(first_started(program, tmp_path_factory.mktemp("weaviate"), environment))
        return servers[-1]

    yield starting
    for server in servers:
        server.kill()


@pytest.fixture(scope="session")
def server(request: pytest.FixtureRequest) -> Server:
    """The server that the tests share; each has a collection of its own."""
    if url := os.environ.get("WEAVIATE_URL"):
        return Server(url, int(os.environ.get("WEAVIATE_GRPC_PORT") or 50051))
    start: Start = request.getfixturevalue("start")
    return start()


@pytest.fixture
def client(server: Server) -> Iterator[weaviate.WeaviateClient]:
    """Weaviate's own client of the shared server."""
    with connected(server) as found:
        yield found


@contextmanager
def connected(server: Server, **options: Any) -> Generator[weaviate.WeaviateClient]:
    """Weaviate's own client of a server."""
    at = urlsplit(server.url)
    place = {"http_host": at.hostname, "http_port": at.port, "http_secure": False}
    place |= {"grpc_host": at.hostname, "grpc_port": server.grpc_port, "grpc_secure": False}
    with weaviate.connect_to_custom(**place, skip_init_checks=True, **options) as client:
        yield client


Make = Callable[..., "WeaviateRM"]


@pytest.fixture
def make(server: Server, client: weaviate.WeaviateClient) -> Iterator[Make]:
    """Return a function that makes a retriever of a collection that is not there yet, or of ``collection=…``."""
    named: set[str] = set()

    def making(*, collection: str = "", **options: Any) -> WeaviateRM:
        name = collection or f"WeftTest{uuid.uuid4().hex}"
        named.add(name)
        return cast("WeaviateRM", weft.RM(f"weaviate/{name}", **{**server.place, **options}))

    yield making
    for name in named:
        client.collections.delete(name)


def emptied(rm: weft.RM) -> weft.RM:
    """Return a retriever whose collection is there, and empty."""
    try:
        rm.size()
    except CollectionNotFound:
        rm.remove(rm.index(["Nothing yet."]).ids)
    return rm
