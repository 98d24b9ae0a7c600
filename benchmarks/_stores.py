"""Servers for measurements of retrievers: those named in the environment, or started here as the plugins' tests do."""

from __future__ import annotations

import os
import sys
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator
    from contextlib import AbstractContextManager

PLUGINS = Path(__file__).parents[1] / "plugins"


class NoServerError(Exception):
    """There is no such server, and nothing to start one with."""


def place(store: str) -> AbstractContextManager[dict[str, Any]]:
    """Return what gives the options of ``weft.RM(store)`` that lead to a place of its own; some stores need none."""
    return PLACES.get(store, _nowhere)()


@contextmanager
def _nowhere() -> Iterator[dict[str, Any]]:
    yield {}


@contextmanager
def folder() -> Iterator[dict[str, Any]]:
    """Yield the options of ``weft.RM("chroma/…")`` that lead to a folder."""
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as made:
        yield {"path": Path(made)}


@contextmanager
def weaviate() -> Iterator[dict[str, Any]]:
    """Yield the options of ``weft.RM("weaviate/…")`` that lead to a server.

    Raises:
        NoServerError: there is none.
    """
    if os.environ.get("WEAVIATE_URL"):
        yield {"grpc_port": int(os.environ.get("WEAVIATE_GRPC_PORT") or 50051)}
        return
    tests = _tests_of("weft-weaviate", "weaviate_server")
    program = tests.binary()
    if program is None:
        raise NoServerError("there is no weaviate-server: .ci/weaviate builds one, or WEAVIATE_URL names one")
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        server = tests.first_started(program, Path(folder), {})
        try:
            yield server.place
        finally:
            server.kill()


@contextmanager
def postgres() -> Iterator[dict[str, Any]]:
    """Yield the options of ``weft.RM("pgvector/…")`` that lead to a server.

    Raises:
        NoServerError: there is none.
    """
    if os.environ.get("PGVECTOR_DSN"):
        yield {"dsn": os.environ["PGVECTOR_DSN"]}
        return
    tests = _tests_of("weft-pgvector", "postgres")
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        own = Path(folder)
        own.chmod(0o755)  # the server may run as another user
        programs = tests.installed(own)
        if programs is None:
            raise NoServerError("there is no PostgreSQL with the vector extension: PGVECTOR_DSN names one")
        data = tests.initialized(programs, own)
        (own / "server").mkdir()
        server = tests.copied(programs, data, own / "server")
        server.start()
        try:
            server.execute("CREATE EXTENSION vector")
            yield {"dsn": server.dsn()}
        finally:
            server.stop()


PLACES = {"chroma": folder, "weaviate": weaviate, "pgvector": postgres}
"""The stores of vectors, and what leads to a place for each."""


def _tests_of(plugin: str, module: str) -> Any:
    """Return a module of a plugin's tests.

    Raises:
        NoServerError: the plugin, or what it needs, is not installed.
    """
    sys.path.insert(0, str(PLUGINS / plugin / "tests"))
    try:
        return __import__(module)
    except ImportError as error:
        raise NoServerError(f"{plugin} is not installed") from error
    finally:
        sys.path.pop(0)
