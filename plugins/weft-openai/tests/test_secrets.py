"""A key that is given in any way is in nothing that is shown, sent on, or kept."""

from __future__ import annotations

import asyncio
import json
import logging
import traceback
from typing import TYPE_CHECKING, Any

import pytest
from conftest import KEY, last

import weft
from pytest_weft.server import Fault, ModelServer
from weft.errors import LMError

if TYPE_CHECKING:
    from collections.abc import Iterator


async def _token() -> str:
    return KEY


WAYS: dict[str, dict[str, Any]] = {
    "text": {"api_key": KEY},
    "secret": {"api_key": weft.Secret(KEY)},
    "function": {"api_key": lambda: KEY},
    "async function": {"api_key": _token},
    "header": {"api_key": "other-key", "extra_headers": {"Authorization": f"Bearer {KEY}"}},
    "environment": {},
}
FAULTS = [
    None,
    Fault("status", status=401, message=f"Incorrect API key provided: {KEY}."),
    Fault("status", status=500, message=f"header was Bearer {KEY}"),
    Fault("reset"),
    Fault("close"),
    Fault("html"),
    Fault("malformed_json"),
]


def everything(error: BaseException) -> Iterator[str]:
    """Give all that an error and those behind it show."""
    seen: BaseException | None = error
    while seen is not None:
        yield from (repr(seen), str(seen), repr(vars(seen)), repr(seen.args))
        yield "".join(traceback.format_exception(seen))
        seen = seen.__cause__ or seen.__context__


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: "answer" if fault is None else f"{fault.kind}")
def test_the_canary(
    server: ModelServer,
    way: str,
    fault: Fault | None,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    server.change(faults=fault)
    caplog.set_level(logging.DEBUG)
    told: list[str] = []
    lm = weft.LM("openai/test-model", base_url=server.base_url(), cache="off", retries=0, **WAYS[way])
    with weft.listening(lambda event: told.append(repr(event))):
        try:
            told.append(repr(asyncio.run(lm.acall("Hi"))))
        except LMError as error:
            told += everything(error)
    if server.requests:
        assert KEY in last(server).headers["authorization"]
    told += [repr(lm), repr(vars(lm)), json.dumps(lm.describe()), repr(lm.cache_identity), caplog.text]
    assert [text for text in told if KEY in text] == []
