"""What pytest loads at its start: options, markers, a fixture and the guard of the checks.

It stays tiny. Neither weft nor a kit module is imported before a test module imports a kit class.
"""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Generator

    from .server import ModelServer

ENVIRONMENT = dict(os.environ)
"""The environment before any plugin was loaded, so that what one sets at import can be seen in another process."""

for _folder in (
    "adapter",
    "cache",
    "conformance",
    "embedder",
    "interpreter",
    "lm",
    "media",
    "optimizer",
    "packaging",
    "rm",
    "toolset",
):
    pytest.register_assert_rewrite(f"pytest_weft.{_folder}")


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("weft", "conformance of weft plugins")
    group.addoption("--weft-live", action="store_true", help="let conformance checks reach the network")


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "weft_advisory: a conformance check whose failure is a warning")


@pytest.hookimpl(tryfirst=True)
def pytest_pycollect_makeitem(collector: pytest.Module | pytest.Class, name: str, obj: object) -> None:
    """Refuse a conformance class in which a check was taken away or replaced."""
    if isinstance(obj, type) and _kit_is_in_use():
        from .waivers import objections

        for objection in objections(obj):
            raise collector.CollectError(objection)


def pytest_itemcollected(item: pytest.Item) -> None:
    """Refuse waivers that could go unnoticed."""
    if _kit_is_in_use():
        from .waivers import check_waiver

        check_waiver(item)


@pytest.hookimpl(wrapper=True)
def pytest_pyfunc_call(pyfuncitem: pytest.Function) -> Generator[None, Any, Any]:
    if pyfuncitem.get_closest_marker("weft_advisory") is None:
        return (yield)
    from .levels import as_warning

    with as_warning(pyfuncitem.nodeid):
        yield
    return True


@pytest.fixture
def isolated_registry() -> Generator[None]:
    """Resolve only built-ins and what the test itself registers."""
    from weft.registry import isolated_registry as isolated

    with isolated():
        yield


@pytest.fixture
def model_server() -> Generator[ModelServer]:
    """A server of language models on loopback; `change` tells it what to answer and how to misbehave."""
    from .server import ModelServer

    with ModelServer() as server:
        yield server


def _kit_is_in_use() -> bool:
    return "pytest_weft.conformance" in sys.modules
