"""A key, given in every way that is supported, appears nowhere: no artifact, log, event, repr or error."""

from __future__ import annotations

import asyncio
import contextlib
import copy
import gc
import json
import logging
import pickle
import sys
import traceback
from typing import TYPE_CHECKING, Any

import pytest

import weft
from pytest_weft.server import Fault, ModelServer
from weft.cli import main
from weft.errors import LMAuthError, LMError, LMTransportError, WeftError
from weft.lm.cache import CACHE

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

CANARY = "sk-canary-7d1f0c52a9e84b63"
ANSWER = "[[ ## answer ## ]]\nParis\n\n[[ ## completed ## ]]"
VENDORS = {
    "openai/test-model": ("openai", "OPENAI_API_KEY"),
    "openai-compatible/test-model": ("openai", ""),
    "azure/test-model": ("azure", "AZURE_OPENAI_API_KEY"),
    "mistral/test-model": ("openai", "MISTRAL_API_KEY"),
    "vllm/test-model": ("openai", "VLLM_API_KEY"),
    "anthropic/test-model": ("anthropic", "ANTHROPIC_API_KEY"),
    "gemini/test-model": ("gemini", "GEMINI_API_KEY"),
}


async def _later() -> str:
    return CANARY


WAYS: dict[str, Callable[[str, pytest.MonkeyPatch], dict[str, Any]]] = {
    "a text": lambda variable, patch: {"api_key": CANARY},
    "a secret": lambda variable, patch: {"api_key": weft.Secret(CANARY)},
    "a function": lambda variable, patch: {"api_key": lambda: CANARY},
    "an async function": lambda variable, patch: {"api_key": _later},
    "the environment": lambda variable, patch: patch.setenv(variable, CANARY) or {},  # type: ignore[func-returns-value]
}


class Watch:
    """Collects all that could give a secret away."""

    def __init__(self) -> None:
        self.texts: list[str] = []

    def event(self, event: weft.Event) -> None:
        self.texts.append(f"{event!r} {event.fields!r}")
        self.texts += [self.told(value) for value in event.fields.values() if isinstance(value, Exception)]

    def object(self, thing: object) -> None:
        with contextlib.suppress(TypeError):
            self.texts += [repr(copy.copy(thing)), repr(vars(thing))]
        self.texts += [repr(thing), str(thing), f"{thing}"]

    def error(self, error: BaseException) -> None:
        self.texts.append(self.told(error))
        with contextlib.suppress(Exception):  # what cannot be pickled cannot be written down
            self.texts.append(pickle.dumps(error).decode("latin-1"))

    @staticmethod
    def told(error: BaseException | None) -> str:
        """Return what every link of an error's chain says of itself and holds."""
        told = "".join(traceback.format_exception(error)) if error else ""
        while error is not None:
            told += f"{error!r} {error.args!r} {vars(error)!r}"
            error = error.__cause__ or error.__context__
        return told

    def check(self) -> None:
        assert self.texts
        for text in self.texts:
            assert CANARY not in text, text[max(0, text.index(CANARY) - 200) :][:400]


@pytest.fixture
def watch(caplog: pytest.LogCaptureFixture) -> Iterator[Watch]:
    watch = Watch()
    with weft.listening(watch.event), caplog.at_level(logging.DEBUG):
        yield watch
    watch.texts.append(caplog.text)
    watch.check()


def made(ref: str, server: ModelServer, way: str, patch: pytest.MonkeyPatch, **options: Any) -> weft.LM:
    vendor, variable = VENDORS[ref]
    if way == "the environment" and not variable:
        pytest.skip("this provider reads no environment variable")
    given = WAYS[way](variable, patch)
    given |= {"azure": {"api_version": "2024-10-21"}, "anthropic": {"max_output": 1000}}.get(vendor, {})
    return weft.LM(ref, base_url=server.base_url(vendor), retries=0, **given, **options)  # type: ignore[arg-type]


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("ref", VENDORS)
def test_a_key_is_sent_and_never_shown(
    ref: str,
    way: str,
    watch: Watch,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    with ModelServer(answer=ANSWER, key=CANARY) as server, weft.context(cache_dir=tmp_path / "cache"):
        lm = made(ref, server, way, monkeypatch)
        program = weft.Predict("question -> answer", lm=lm)
        assert program(question="The capital of France?").answer == "Paris"
        assert [*lm.streaming("Again?")]
        asyncio.run(lm.acall("And once more?"))
        CACHE.flush()
        program.save(tmp_path / "program.json")
        watch.texts += [weft.inspect_history(10), json.dumps(lm.describe()), repr(lm.cache_identity), repr(lm.endpoint)]
        watch.texts += [repr(lm.estimate(weft.Request((weft.Message.of("user", "Hi"),))))]
        for thing in (lm, lm.copy(), program, program.own, lm.limiter):
            watch.object(thing)
        weft.configure(lm=lm)
        for command in (["settings", "list"], ["settings", "explain", "lm"], ["plugins"]):
            monkeypatch.setattr(sys, "argv", ["weft", *command])
            with contextlib.suppress(SystemExit):
                main()
        weft.configure(lm=None)
    watch.texts += list(capsys.readouterr())
    watch.texts += [path.read_bytes().decode("latin-1") for path in tmp_path.rglob("*") if path.is_file()]
    assert len([path for path in tmp_path.rglob("*") if path.is_file()]) >= 2
    gc.collect()


FAILURES: dict[str, tuple[dict[str, Any], type[LMError]]] = {
    "the key is refused and repeated": ({"key": "another-key"}, LMAuthError),
    "the message repeats the key": ({"faults": Fault("status", status=401, message=f"{CANARY} is wrong")}, LMAuthError),
    "a page of a proxy": ({"faults": Fault("html")}, LMError),
    "a broken connection": ({"faults": Fault("reset")}, LMTransportError),
    "too many requests": ({"faults": Fault("status", status=429, message=f"slow down, {CANARY}")}, LMError),
    "nonsense": ({"faults": Fault("malformed_json")}, LMError),
}


@pytest.mark.parametrize("failure", FAILURES)
@pytest.mark.parametrize("ref", VENDORS)
def test_errors_do_not_repeat_the_key(ref: str, failure: str, watch: Watch, monkeypatch: pytest.MonkeyPatch) -> None:
    options, kind = FAILURES[failure]
    with ModelServer(answer=ANSWER, **options) as server:
        lm = made(ref, server, "a text", monkeypatch, cache="off")
        with pytest.raises(kind) as caught:
            lm("Hi")
        watch.error(caught.value)
        with pytest.raises(LMError) as streamed:
            list(lm.streaming("Hi"))
        watch.error(streamed.value)
    with pytest.raises(LMTransportError) as unreachable:
        lm("Hi")
    watch.error(unreachable.value)


@pytest.mark.parametrize("ref", VENDORS)
@pytest.mark.parametrize(
    "options",
    [
        {"api_key": CANARY, "base_url": f"http://user:{CANARY}@127.0.0.1:9/v1"},
        {"api_key": CANARY, "base_url": 3},
        {"api_key": CANARY, "temperatur": 1},
        {"api_kye": CANARY},
        {"api_key": [CANARY]},
        {"api_key": CANARY, "extra_headers": {"X-Key": CANARY}, "timeout": -1},
    ],
)
def test_refused_options_do_not_repeat_the_key(ref: str, options: dict[str, Any], watch: Watch) -> None:
    with pytest.raises((WeftError, TypeError, ValueError)) as caught:
        weft.LM(ref, **options)
    watch.error(caught.value)
