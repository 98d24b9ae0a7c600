"""How a model runs: opened once, in a thread of its own, quiet, and free again when nobody waits."""

from __future__ import annotations

import asyncio
import gc
import os
import subprocess
import sys
import weakref
from contextlib import aclosing
from typing import TYPE_CHECKING

import pytest

import weft
from weft.errors import ContextWindowExceeded, LMInvalidRequestError, LMTimeoutError

if TYPE_CHECKING:
    from pathlib import Path

_MANY = 50_000


@pytest.fixture
def endless(tiny_gguf: Path) -> weft.LM:
    """A model that goes on until its window is full, which takes it many seconds."""
    return weft.LM(f"gguf/{tiny_gguf}", cache="off", n_ctx=_MANY, n_threads=1, grammar='root ::= "a" root')


def test_copies_and_equals_share_the_open_model(tiny_gguf: Path) -> None:
    one, other = (weft.LM(f"gguf/{tiny_gguf}", cache="off", n_ctx=500) for _ in range(2))
    assert one._model is other._model is one.copy(temperature=0)._model
    assert one._model is not weft.LM(f"gguf/{tiny_gguf}", n_ctx=501)._model


def test_a_model_that_no_lm_has_is_closed(tiny_gguf: Path) -> None:
    lm = weft.LM(f"gguf/{tiny_gguf}", cache="off", n_ctx=502, max_tokens=1)
    lm("Hi")
    model = weakref.ref(lm._model)
    del lm
    gc.collect()
    assert model() is None


def _tokens_held(lm: weft.LM) -> int:
    """Return how many tokens llama.cpp holds once it has nothing to do any more."""
    return asyncio.run(lm._model.work(lambda engine: engine._llama.n_tokens))


def test_a_stream_that_is_left_stops_the_model(endless: weft.LM) -> None:
    async def leave() -> None:
        async with aclosing(endless.astream("Hi")) as pieces:
            assert (await anext(pieces)).text == "a"

    asyncio.run(leave())
    assert 0 < _tokens_held(endless) < _MANY


def test_a_call_that_is_cancelled_stops_the_model(endless: weft.LM) -> None:
    with pytest.raises(LMTimeoutError):
        endless("Hi", timeout=0.2, retries=0)
    assert 0 < _tokens_held(endless) < _MANY
    assert endless("Hi", grammar='root ::= "b"{3}').text == "bbb"


def test_embeddings(lm: weft.LM) -> None:
    found = asyncio.run(lm.embed(["one", "two words", "one"]))
    assert [len(vector) for vector in found.vectors] == [64, 64, 64]
    assert found.vectors[0] == pytest.approx(found.vectors[2], abs=1e-5)
    assert found.vectors[0] != pytest.approx(found.vectors[1], abs=1e-2)
    assert sum(number**2 for number in found.vectors[0]) == pytest.approx(1)
    assert found.usage.input_tokens == len("one") + len("two words") + len("one")
    assert asyncio.run(lm.embed([])).vectors == ()


def test_an_embedder_is_on_the_ledger_and_within_budgets(lm: weft.LM) -> None:
    with weft.track_usage() as ledger, weft.budget(tokens=10_000):
        vectors = weft.Embedder(lm, batch_size=2)(["a", "b", "c"])
    assert [len(vector) for vector in vectors] == [64, 64, 64]
    assert (ledger.total.calls, ledger.total.input_tokens) == (2, 3)


def test_texts_that_cannot_be_embedded(tiny_gguf: Path) -> None:
    lm = weft.LM(f"gguf/{tiny_gguf}", n_ctx=50)
    with pytest.raises(ContextWindowExceeded, match=r"Text 2 of 2 has 60 tokens, and tiny\.gguf embeds at most 50"):
        asyncio.run(lm.embed(["short", "x" * 60]))
    with pytest.raises(LMInvalidRequestError, match="Text 1 of 1 has no tokens"):
        asyncio.run(lm.embed([""]))


def test_nothing_is_written_to_the_terminal(tiny_gguf: Path) -> None:
    program = f"import weft; print(weft.LM('gguf/{tiny_gguf}', grammar='root ::= \"yes\"')('Hi').text)"
    done = subprocess.run([sys.executable, "-W", "error", "-c", program], capture_output=True, text=True, check=True)
    assert (done.stdout, done.stderr) == ("yes\n", "")


def test_models_that_open_at_once_leave_the_terminal_as_it_was(
    tiny_gguf: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    lms = [weft.LM(f"gguf/{tiny_gguf}", cache="off", n_ctx=600 + number, n_threads=1) for number in range(8)]
    streams = (sys.stdout, sys.stderr)

    async def refused() -> list[object]:
        return await asyncio.gather(*(lm.acall("Hi", grammar="nonsense") for lm in lms), return_exceptions=True)

    assert all(isinstance(error, LMInvalidRequestError) for error in asyncio.run(refused()))
    os.write(2, b"still here")
    assert (sys.stdout, sys.stderr) == streams
    assert capfd.readouterr() == ("", "still here")


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system does not fork")
@pytest.mark.filterwarnings("ignore:.*fork:DeprecationWarning")
def test_a_forked_child_opens_the_model_anew(lm: weft.LM) -> None:
    expected = lm("Hi").text
    child = os.fork()
    if child == 0:
        os._exit(0 if lm("Hi").text == expected else 1)
    assert os.waitpid(child, 0)[1] == 0
    assert lm("Hi").text == expected
