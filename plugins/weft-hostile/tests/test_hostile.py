"""The kernel beside plugins that misbehave: unharmed until it is asked for one, and then precise."""

from __future__ import annotations

import logging
import subprocess
import sys
from importlib.util import find_spec
from typing import TYPE_CHECKING

import pytest

from weft.errors import (
    PluginConflict,
    PluginContractError,
    PluginError,
    PluginIncompatible,
    PluginLoadError,
    PluginNotFound,
)
from weft.lm.base import LM
from weft.registry import check, rows
from weft.registry.load import forget_everything
from weft.registry.observers import observers
from weft.runtime.events import emit
from weft.runtime.settings import configure, context, reset_settings

if TYPE_CHECKING:
    from collections.abc import Iterator

if find_spec("weft_hostile") is None or find_spec("weft_hostile_rival") is None:
    pytest.skip("weft-hostile and weft-hostile-rival are not installed; see their README", allow_module_level=True)


def imported() -> set[str]:
    return {name for name in sys.modules if name.startswith("weft_hostile")}


@pytest.fixture(autouse=True)
def _afresh() -> Iterator[None]:
    reset_settings()
    yield
    reset_settings()
    forget_everything()
    for name in imported():
        del sys.modules[name]


def test_the_kernels_own_work_and_nothing_hostile_is_imported() -> None:
    assert LM("scripted/echo", answers=["Hello."]).ref == "scripted/echo"
    listed = rows()
    assert {row.distribution for row in listed} >= {"weft", "weft-hostile", "weft-hostile-rival"}
    assert imported() == set()


def test_a_new_process_is_as_unharmed() -> None:
    code = """if True:
        import sys
        from weft.lm.base import LM
        from weft.registry import rows

        LM("scripted/echo", answers=["Hello."])
        rows()
        sys.exit(any(name.startswith("weft_hostile") for name in sys.modules))
    """
    done = subprocess.run([sys.executable, "-W", "error", "-c", code], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize(
    ("name", "error", "complaint", "remedy"),
    [
        ("absent", PluginLoadError, "No module named 'weft_hostile.absent'", "--force-reinstall weft-hostile"),
        ("import", PluginLoadError, "weft_hostile_sdk_that_nobody_has", "--force-reinstall weft-hostile"),
        ("syntax", PluginLoadError, "SyntaxError", "pip install --upgrade weft-hostile"),
        ("exit", PluginLoadError, "SystemExit: weft-hostile wants to leave", "pip install --upgrade weft-hostile"),
        ("raise", PluginLoadError, "RuntimeError: no x today", "pip install --upgrade weft-hostile"),
        ("none", PluginNotFound, "makes nothing of 'hostile-none/x'", "Check what stands after the slash"),
        ("type", PluginContractError, "made str 'I am hostile-type/x'", "report this to its authors"),
        ("arguments", PluginIncompatible, "session", "pip install --upgrade weft weft-hostile"),
        ("hook", PluginIncompatible, "weft_make_coffee", "pip install --upgrade weft weft-hostile"),
        ("ancient", PluginIncompatible, "version 0", "pip install --upgrade weft-hostile"),
        ("future", PluginIncompatible, "version 2", "Update weft: pip install --upgrade weft"),
        ("dup", PluginConflict, "weft-hostile-rival 0.2.0", "prefer={'lm.hostile-dup': 'weft-hostile'}"),
    ],
)
def test_asking_for_it_says_what_happened_to_whom_and_what_to_do(
    name: str, error: type[PluginError], complaint: str, remedy: str
) -> None:
    messages: list[str] = []
    for _ in range(2):
        with pytest.raises(error) as caught:
            LM(f"hostile-{name}/x")
        messages.append(str(caught.value))
    assert messages[0] == messages[1]
    for part in ("weft-hostile 0.1.0", complaint, remedy):
        assert part in messages[0]
    assert LM("scripted/echo", answers=["Hello."]).ref == "scripted/echo"


def test_a_name_that_is_no_name_is_never_found_but_listed() -> None:
    with pytest.raises(PluginError):
        LM("Hostile Name/x")
    (row,) = [row for row in rows() if row.name == "Hostile Name"]
    assert row.status == "illegal name"


def test_the_slow_one_delays_only_who_asks_for_it() -> None:
    assert LM("hostile-slow/x").ref == "hostile-slow/x"
    (row,) = [row for row in rows() if row.name == "hostile-slow"]
    assert (check(row).milliseconds or 0) >= 1000


def test_preferring_one_rival_settles_the_conflict() -> None:
    configure(prefer={"lm.hostile-dup": "weft-hostile-rival"})
    assert type(LM("hostile-dup/x")).__name__ == "RivalLM"
    assert imported() == {"weft_hostile_rival"}


def test_blocking_them_makes_them_go_away() -> None:
    with context(plugins={"block": ["weft-hostile"]}):
        assert type(LM("hostile-dup/x")).__name__ == "RivalLM"
        assert {row.status for row in rows() if row.distribution == "weft-hostile"} <= {
            "blocked",
            "illegal name",
            "incompatible",
        }


def test_an_observer_that_raises_is_heard_of_once(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING, logger="weft"):
        assert LM("hostile-observer/x").ref == "hostile-observer/x"
        for _ in range(3):
            emit("lm.end")
        observers.shut_down()
    assert [record.getMessage() for record in caplog.records] == [
        "The weft_on_event hook of weft-hostile 0.1.0 failed; this is said once.",
        "The weft_shutdown hook of weft-hostile 0.1.0 failed.",
    ]


def test_the_doctor_survives_them_all() -> None:
    found = {row.name: check(row) for row in rows() if row.distribution == "weft-hostile"}
    assert {name for name, checked in found.items() if checked.status == "ok"} == {
        "hostile-none",
        "hostile-observer",
        "hostile-raise",
        "hostile-slow",
        "hostile-type",
    }
    assert all(checked.error for checked in found.values() if checked.status != "ok")
    assert found["scripted"].status == found["hostile-dup"].status == "conflict"
