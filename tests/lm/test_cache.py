"""The answer cache: modes, what is the same call, age, what happens to a store that fails, and secrets."""

from __future__ import annotations

import asyncio
import json
import logging
import os
import subprocess
import sys
from dataclasses import fields
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

import weft
from weft.errors import OptionError, PluginNotFound, SettingsError
from weft.lm.cache import CACHE, AnswerCache
from weft.lm.cache_guard import GuardedStore
from weft.lm.cache_key import key_of, stored_name
from weft.lm.cache_memory import Recent
from weft.lm.cache_records import SCHEMA, read_record, write_record
from weft.lm.records import CALL_OPTIONS
from weft.runtime.settings import reset_settings

if TYPE_CHECKING:
    from collections.abc import Iterator


class Counted(weft.LM):
    """A provider that counts what it answers and has a secret."""

    def __init__(self, model: str = "m", /, *, api_key: str = "", **options: Any) -> None:
        super().__init__(model, provider="counted", **options)
        self.calls = 0
        self.api_key = api_key

    async def generate(self, request: weft.Request) -> weft.Response:
        self.calls += 1
        return weft.Response.of(f"answer {self.calls}", usage=weft.Usage(100, 10))


class Broken(weft.CacheStore):
    """A store of which nothing works."""

    tried = 0

    def get(self, key: str) -> bytes | None:
        self.tried += 1
        raise OSError("the disk is gone")

    def put(self, key: str, value: bytes) -> None:
        raise OSError("the disk is gone")

    def clear(self) -> None:
        raise OSError("the disk is gone")


@pytest.fixture(autouse=True)
def _empty_memory() -> Iterator[None]:
    CACHE.clear_memory()
    yield
    CACHE.close()
    CACHE.clear_memory()


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    with weft.context(cache_dir=tmp_path / "cache"):
        yield tmp_path / "cache"


def forget_memory() -> None:
    """Leave the answers on disk alone, as if this were the next process."""
    CACHE.flush()
    CACHE.clear_memory()


def test_answers_outlive_the_process(folder: Path) -> None:
    lm = Counted()
    first = lm("Hi")
    forget_memory()
    with weft.track_usage() as ledger:
        second = lm("Hi")
    assert (first.text, second.text, lm.calls) == ("answer 1", "answer 1", 1)
    assert (first.cached, second.cached) == (False, True)
    assert second.model == first.model
    assert ledger.total == second.usage == weft.Usage()


def test_sync_and_async_calls_share_answers(folder: Path) -> None:
    lm = Counted()
    assert asyncio.run(lm.acall("Hi")).text == lm("Hi").text
    forget_memory()
    assert asyncio.run(lm.acall("Hi")).text == "answer 1"
    assert lm.calls == 1


def test_modes_hold_on_disk_as_in_memory(folder: Path) -> None:
    lm = Counted()

    def asked(prompt: str, **options: Any) -> str:
        text = lm(prompt, **options).text
        forget_memory()
        return text

    assert asked("Hi") == "answer 1"
    assert asked("Hi", cache="off") == "answer 2"
    assert asked("Hi", cache="on") == "answer 1"
    assert asked("Hi", cache="refresh") == "answer 3"
    assert asked("Hi", cache="read") == "answer 3"
    assert [asked("new", cache="read"), asked("new", cache="read")] == ["answer 4", "answer 5"]


def test_the_mode_is_the_calls_then_the_models_then_the_settings() -> None:
    lm = Counted(cache="off")
    assert [lm("Hi").text, lm("Hi").text] == ["answer 1", "answer 2"]
    assert [lm("Hi", cache="on").text, lm("Hi", cache="on").text] == ["answer 3", "answer 3"]
    shared = lm.copy(cache=None)
    with weft.context(cache="off"):
        assert shared("Hi").cached is False
    assert shared("Hi").cached is True
    assert lm.copy(cache="read").cache == "read"


def test_a_predictor_takes_the_mode_as_an_option_and_in_a_call() -> None:
    lm = weft.LM("scripted/x", answers=[{"a": "1"}, {"a": "2"}, {"a": "3"}], cache="on")
    ask = weft.Predict("q -> a", lm=lm)
    assert [ask(q="?").a, ask(q="?").a] == ["1", "1"]
    assert ask(q="?", config={"cache": "refresh"}).a == "2"
    assert weft.Predict("q -> a", lm=lm, cache="off")(q="?").a == "3"
    assert ask(q="?").a == "2"


def test_a_wrong_mode_is_refused() -> None:
    for wrong in (
        lambda: Counted(cache="of"),
        lambda: Counted()("Hi", cache="of"),
        lambda: Counted().copy(cache="of"),
        lambda: weft.Predict("q -> a", cache="of"),
    ):
        with pytest.raises(OptionError, match="one of 'on', 'off', 'read', 'refresh', not 'of'"):
            wrong()


def test_every_attribute_of_a_request_tells_calls_apart_but_how_it_is_made() -> None:
    request = weft.Request((weft.Message.of("user", "Hi"),))
    others = {
        "messages": (weft.Message.of("system", "Hi"),),
        "stop": ("x",),
        "response_schema": {"type": "object"},
        "extra": {"a": 1},
        "cache": "read",
    }
    for entry in fields(weft.Request):  # type: ignore[arg-type] # @frozen makes a dataclass
        changed = request.replace(**{entry.name: others.get(entry.name, 7)})
        assert (changed.key() != request.key()) == (entry.name not in (*CALL_OPTIONS, "fitting")), entry.name
    assert request.replace(temperature=0).key() == request.replace(temperature=0.0).key()
    assert request.replace(extra={"a": 1, "b": 2}).key() == request.replace(extra={"b": 2, "a": 1}).key()


def test_text_that_moves_between_turns_is_another_call() -> None:
    def key(*texts: str) -> bytes:
        return weft.Request(tuple(weft.Message.of("user", text) for text in texts)).key()

    assert len({key("ab", "c"), key("a", "bc"), key("abc"), key("c", "ab"), key("\ud800")}) == 5


def test_the_endpoint_tells_models_apart() -> None:
    request = weft.Request((weft.Message.of("user", "Hi"),))
    here, there = Counted(), Counted()
    here.endpoint, there.endpoint = "http://here", "http://there"
    assert len({stored_name(lm, key_of(lm, request)) for lm in (here, there, Counted())}) == 3


def test_what_means_nothing_to_another_process_stays_in_memory() -> None:
    class Local(Counted):
        pass

    class Computing(Counted):
        waits = False

    request = weft.Request((weft.Message.of("user", "Hi"),))
    for lm in (Local(), weft.LM("scripted/x", latency=0.1), weft.LM("embedded/incontext")):
        assert stored_name(lm, key_of(lm, request)) is None
    name = stored_name(Counted(), key_of(Counted(), request))
    assert name is not None
    assert len(name) == 64


def test_answers_grow_too_old(folder: Path) -> None:
    now = [1000.0]
    cache = AnswerCache(clock=lambda: now[0])
    lm = Counted()
    request = weft.Request((weft.Message.of("user", "Hi"),))
    key = key_of(lm, request)

    async def found() -> tuple[bool, bool]:
        in_memory = cache.recall(key) is not None
        cache.flush()
        cache.clear_memory()
        return in_memory, await cache.fetch(lm, key) is not None

    with weft.context(cache_ttl=60):
        cache.keep(lm, key, weft.Response.of("answer"))
        now[0] += 59
        assert asyncio.run(found()) == (True, True)
        assert cache.recall(key) is not None
        now[0] += 1
        assert asyncio.run(found()) == (False, False)
        with weft.context(cache_ttl=None):
            assert asyncio.run(found()) == (False, True)
    cache.close()


def test_memory_is_bounded_by_number_and_size_and_forgets_the_least_used() -> None:
    cache = Recent[str](3, 10, len)
    for name in "abc":
        cache.put(name, name)
    assert cache.get("a") == "a"
    cache.put("d", "d")
    assert [cache.get(name) for name in "abcd"] == ["a", None, "c", "d"]
    cache.put("long", "123456789")
    assert [cache.get(name) for name in ("a", "c", "d", "long")] == [None, None, "d", "123456789"]
    cache.put("long", "1")
    cache.put("x", "12345678")
    assert [cache.get(name) for name in ("d", "long", "x")] == ["d", "1", "12345678"]
    cache.clear()
    assert cache.get("x") is None


def test_records_come_back_as_they_were() -> None:
    given = weft.Response((weft.Completion("é\ud800"), weft.Completion("b", "length")), weft.Usage(1, 2), "m-1")
    value = write_record(given, 12.5)
    assert value is not None
    found = read_record(value)
    assert found is not None
    assert found[0] == 12.5
    assert (found[1].completions, found[1].model, found[1].cached) == (given.completions, "m-1", True)


@pytest.mark.parametrize(
    "change",
    [
        {"v": SCHEMA + 1},
        {"completions": []},
        {"completions": [{"txt": "a"}]},
        {"completions": [{"text": 1}]},
        {"at": "x"},
    ],
)
def test_records_of_another_form_are_no_answers(change: dict[str, Any]) -> None:
    record = {"v": SCHEMA, "at": 0.0, "model": "m", "completions": [{"text": "a"}]}
    assert read_record(json.dumps(record).encode()) is not None
    assert read_record(json.dumps({**record, **change}).encode()) is None
    for value in (b"", b"\xff\x00", b"[]", b"null", b"{}"):
        assert read_record(value) is None


def test_a_store_that_fails_is_said_once_and_fails_no_call(caplog: pytest.LogCaptureFixture) -> None:
    store, lm, events = Broken(), Counted(), list[weft.Event]()
    with weft.context(cache_store=store), weft.listening(events.append), caplog.at_level(logging.WARNING, "weft"):
        assert [lm("Hi").text, lm("Hi").text, lm("Ho").text] == ["answer 1", "answer 1", "answer 2"]
        CACHE.flush()
    assert store.tried == 1, "a store that fails is left alone for a while"
    (said,) = caplog.messages
    assert "Broken cannot be used (OSError: the disk is gone). Answers are kept in memory only" in said
    assert [event.kind for event in events].count("cache.unavailable") == 1


def test_a_store_that_failed_is_tried_again_later() -> None:
    now = [0.0]
    store = Broken()
    guarded = GuardedStore(store, clock=lambda: now[0])
    for seconds in (0, 29, 31, 60):
        now[0] = seconds
        assert guarded.get("key") is None
    assert store.tried == 2


@pytest.mark.parametrize("place", ["a file", "no permission"])
def test_a_folder_that_cannot_be_written_leaves_memory(
    place: str, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    inside = tmp_path / "place"
    if place == "a file":
        inside.write_text("")
    else:
        inside.mkdir(mode=0o500)
        if os.access(inside, os.W_OK):
            inside = Path("/proc/weft")  # root may write anywhere, but not here
            if not inside.parent.exists():
                pytest.skip("root may write anywhere")
    lm = Counted()
    with weft.context(cache_dir=inside / "cache"), caplog.at_level(logging.WARNING, "weft"):
        assert [lm("Hi").text, lm("Hi").text] == ["answer 1", "answer 1"]
        CACHE.flush()
    assert len(caplog.messages) == 1
    assert "SQLiteStore cannot be used" in caplog.messages[0]


def test_no_home_folder_leaves_memory(monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> None:
    def homeless() -> Path:
        raise RuntimeError("Could not determine home directory.")

    monkeypatch.setattr("weft.lm.cache_builtin.user_folder", homeless)
    lm = Counted()
    with weft.context(cache_dir="auto"), caplog.at_level(logging.WARNING, "weft"):
        assert [lm("Hi").text, lm("Hi").text] == ["answer 1", "answer 1"]
    assert "kept in memory only" in caplog.text


def test_no_secret_is_in_any_file(folder: Path) -> None:
    lm = Counted(api_key="sk-canary-1234567890")
    lm.endpoint = "https://user:sk-canary-1234567890@host/v1"
    lm("Hi")
    CACHE.close()
    files = list(folder.iterdir())
    assert files
    for file in files:
        content = file.read_bytes()
        assert b"answer 1" in content or file.stat().st_size < 100_000
        assert b"canary" not in content
        assert file.stat().st_mode & 0o077 == 0


def test_clear_cache_forgets_memory_and_disk(folder: Path) -> None:
    lm = Counted()
    lm("Hi")
    CACHE.flush()
    weft.clear_cache()
    assert lm("Hi").text == "answer 2"
    weft.clear_cache()
    CACHE.flush()
    assert lm("Hi").text == "answer 3"


def test_nothing_is_opened_before_the_first_use(folder: Path) -> None:
    lm = Counted(cache="off")
    lm("Hi")
    assert not folder.exists()
    lm("Hi", cache="on")
    CACHE.flush()
    assert folder.exists()


def test_a_cache_that_is_only_memory_needs_no_sqlite() -> None:
    code = (
        "import sys, weft\n"
        "lm = weft.LM('scripted/x', answers=['a'], cache='on')\n"
        "assert lm('Hi').text == lm('Hi').text == 'a'\n"
        "assert not {'sqlite3'} & set(sys.modules), set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True, env={**os.environ, "WEFT_CACHE_DIR": "none"})


def test_stores_are_found_by_name_and_options_are_checked(tmp_path: Path) -> None:
    assert weft.CacheStore("memory").outlives is False
    store = weft.CacheStore("sqlite", folder=tmp_path)
    store.put("a", b"1")
    assert weft.CacheStore(f"sqlite/{tmp_path}").get("a") == b"1"
    store.close()
    with pytest.raises(OptionError, match=r"limit_mb"):
        weft.CacheStore("sqlite", folder=tmp_path, limit_m=1)
    with weft.context(cache_store="sqlit"), pytest.raises(PluginNotFound, match="Did you mean 'sqlite'"):
        Counted()("Hi")


def test_a_store_that_waits_is_asked_in_a_worker(folder: Path) -> None:
    values: dict[str, bytes] = {}

    class Remote(weft.CacheStore):
        waits = True

        def get(self, key: str) -> bytes | None:
            with pytest.raises(RuntimeError, match="no running event loop"):
                asyncio.get_running_loop()
            return values.get(key)

        def put(self, key: str, value: bytes) -> None:
            values[key] = value

        def clear(self) -> None:
            values.clear()

    lm = Counted()
    with weft.context(cache_store=Remote()):
        lm("Hi")
        forget_memory()
        assert lm("Hi").text == asyncio.run(lm.acall("Hi")).text == "answer 1"
        assert len(values) == 1
        weft.clear_cache()
        assert not values


def test_settings_of_the_cache(monkeypatch: pytest.MonkeyPatch) -> None:
    assert weft.settings.cache_dir is None
    monkeypatch.setenv("WEFT_CACHE_DIR", "/somewhere")
    reset_settings()
    assert weft.settings.cache_dir == "/somewhere"
    with weft.context(cache_dir=Path("/x"), cache_ttl=1.5):
        assert (weft.settings.cache_dir, weft.settings.cache_ttl) == ("/x", 1.5)
    for wrong in ({"cache_ttl": 0}, {"cache_limit_mb": 0}, {"cache_dir": ""}, {"cache_dir": 3}):
        with pytest.raises(SettingsError):
            weft.configure(**wrong)  # type: ignore[arg-type]


@pytest.mark.skipif(not hasattr(os, "fork"), reason="there is no fork here")
@pytest.mark.filterwarnings("ignore:.*fork:DeprecationWarning")
def test_a_forked_child_has_its_own_connections(folder: Path) -> None:
    lm = Counted()
    lm("parent")
    forget_memory()
    lm("parent")
    child = os.fork()
    if child == 0:
        good = lm("parent").text == "answer 1" and lm("child").text == "answer 2"
        CACHE.flush()
        os._exit(0 if good else 1)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    assert lm("child").text == "answer 2"
    assert lm.calls == 1
