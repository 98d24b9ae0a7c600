from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

import pluggy

from weft.registry import specs
from weft.registry.observers import observers
from weft.runtime import events
from weft.runtime.events import emit
from weft.runtime.settings import configure, settings

if TYPE_CHECKING:
    import pytest
    from conftest import Site

LM = """
    import toys
    from weft.registry import hookimpl

    @hookimpl
    def weft_make_lm(ref, options):
        return toys.AcmeLM(ref.name)
"""

CONFIGURED = (
    LM
    + """
    @hookimpl
    def weft_configure(settings):
        toys.log.append((__name__, settings))
"""
)

LISTENING = (
    LM
    + """
    @hookimpl
    def weft_on_event(event):
        toys.log.append((__name__, event.kind))
"""
)

RAISING = (
    LM
    + """
    @hookimpl
    def weft_on_event(event):
        toys.log.append((__name__, event.kind))
        raise RuntimeError("observer")

    @hookimpl
    def weft_shutdown():
        raise RuntimeError("shutdown")
"""
)

CLOSING = (
    LM
    + """
    @hookimpl
    def weft_shutdown():
        toys.log.append("closed")
"""
)


def test_configure_is_replayed_to_each_plugin_once_as_it_loads(site: Site, toys: Any) -> None:
    site.lm("one", CONFIGURED)
    site.lm("two", CONFIGURED)
    toys.LM("one/x")
    configure(concurrency=3)
    for ref in ("two/x", "one/y"):
        toys.LM(ref)
    assert toys.log == [("toy_one", settings), ("toy_two", settings)]
    assert toys.log[0][1].concurrency == 3


def test_no_listener_until_a_loaded_plugin_observes(site: Site, toys: Any) -> None:
    before = events._listeners
    site.lm("quiet", LM)
    site.lm("nosy", LISTENING)
    toys.LM("quiet/x")
    assert events._listeners == before
    toys.LM("nosy/x")
    assert len(events._listeners) == len(before) + 1
    emit("lm.end")
    assert toys.log == [("toy_nosy", "plugin.loaded"), ("toy_nosy", "lm.end")]


def test_an_observers_error_is_logged_once_and_changes_nothing(
    site: Site, toys: Any, caplog: pytest.LogCaptureFixture
) -> None:
    site.lm("loud", RAISING)
    site.lm("nosy", LISTENING)
    with caplog.at_level(logging.WARNING, logger="weft"):
        assert toys.LM("loud/x").name == "x"
        assert toys.LM("nosy/x").name == "x"
        for _ in range(3):
            emit("lm.end")
    complaints = [record.getMessage() for record in caplog.records]
    assert complaints == ["The weft_on_event hook of weft-loud 1.0 failed; this is said once."]
    assert toys.log.count(("toy_nosy", "lm.end")) == 3
    assert toys.log.count(("toy_loud", "lm.end")) == 3


def test_shutdown_reaches_everyone_once(site: Site, toys: Any, caplog: pytest.LogCaptureFixture) -> None:
    site.lm("loud", RAISING)
    site.lm("tidy", CLOSING)
    for ref in ("loud/x", "tidy/x"):
        toys.LM(ref)
    with caplog.at_level(logging.WARNING, logger="weft"):
        observers.shut_down()
        observers.shut_down()
    assert toys.log.count("closed") == 1
    assert "The weft_shutdown hook of weft-loud 1.0 failed." in caplog.text


def test_every_hook_is_documented_with_an_example() -> None:
    manager = pluggy.PluginManager("weft")
    manager.add_hookspecs(specs)
    hooks = {name for name in vars(manager.hook) if name.startswith("weft_")}
    assert hooks == {
        "weft_configure",
        "weft_make_adapter",
        "weft_make_lm",
        "weft_make_optimizer",
        "weft_make_cache",
        "weft_make_embedder",
        "weft_make_interpreter",
        "weft_make_rm",
        "weft_make_toolset",
        "weft_on_event",
        "weft_shutdown",
    }
    for name in hooks:
        assert "Example:" in getattr(specs, name).__doc__
