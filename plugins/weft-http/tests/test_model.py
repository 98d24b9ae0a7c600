"""An LM over HTTP, as a third party writes it, through weft's whole pipeline."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from conftest import KEY, answer

import weft
from weft.errors import LMNotRunningError, LMServerError, OptionError
from weft_http import HttpLM, LimitHeaders, Service

if TYPE_CHECKING:
    from conftest import RawServer

    from weft import Request, Response

ACME = Service(
    provider="acme",
    base_url="http://127.0.0.1:9",
    base_url_env=("ACME_BASE_URL",),
    key_env=("ACME_API_KEY",),
    limits=LimitHeaders(),
)


class AcmeLM(HttpLM):
    """Sends the last turn and reads ``said``."""

    def __init__(self, model: str, /, **options: Any) -> None:
        super().__init__(model, service=ACME, **options)

    async def generate(self, request: Request) -> Response:
        reply = await self.client.post_json("answers", {"text": request.messages[-1].text})
        return weft.Response.of(reply.value["said"], usage=weft.Usage(3, 2), model=self.model)


def test_it_answers(server: RawServer) -> None:
    server.send = answer({"said": "Hello."})
    lm = AcmeLM("tiny", base_url=server.url, api_key=KEY, cache="off", extra_headers={"X-Team": "weavers"})
    assert lm("Hi").text == "Hello."
    assert server.got[0].json == {"text": "Hi"}
    assert server.got[0].headers["x-team"] == "weavers"


def test_attempts_are_weft_s_and_counted(server: RawServer) -> None:
    server.send = answer({"error": "down"}, status=503, Retry_After="0")
    lm = AcmeLM("tiny", base_url=server.url, api_key=KEY, cache="off", retries=2)
    with weft.track_usage() as ledger, pytest.raises(LMServerError, match="down"):
        lm("Hi")
    assert ledger.total.calls == len(server.got) == 3


def test_a_server_that_was_not_started_is_told_at_once() -> None:
    lm = AcmeLM("tiny", api_key=KEY, cache="off")
    with weft.track_usage() as ledger, pytest.raises(LMNotRunningError, match=r"Nothing answers at .*127\.0\.0\.1:9"):
        lm("Hi")
    assert ledger.total.calls == 1


def test_the_address_may_come_from_the_environment(server: RawServer, monkeypatch: pytest.MonkeyPatch) -> None:
    server.send = answer({"said": "Hello."})
    monkeypatch.setenv("ACME_BASE_URL", server.url)
    monkeypatch.setenv("ACME_API_KEY", KEY)
    lm = AcmeLM("tiny", cache="off")
    assert lm("Hi").text == "Hello."
    assert lm.describe() == {"ref": "acme/tiny"}


def test_it_describes_its_address_and_no_secret(server: RawServer) -> None:
    lm = AcmeLM("tiny", base_url=server.url, api_key=KEY, extra_headers={"X-Auth": KEY}, temperature=0.5)
    assert lm.describe() == {"ref": "acme/tiny", "base_url": server.url, "temperature": 0.5}
    assert KEY not in repr(lm)
    assert lm.endpoint == (server.url, "tiny")


def test_the_user_s_headers_win_and_may_stand_for_the_key(server: RawServer) -> None:
    server.send = answer({"said": "Hello."})
    lm = AcmeLM("tiny", base_url=server.url, cache="off", extra_headers={"authorization": "Basic 0123456789"})
    assert lm("Hi").text == "Hello."
    assert server.got[0].headers["authorization"] == "Basic 0123456789"


def test_unknown_options_are_refused() -> None:
    with pytest.raises(OptionError, match="Did you mean 'base_url'"):
        AcmeLM("tiny", base_ulr="http://x")


def test_the_readme_s_provider_works(server: RawServer) -> None:
    readme = (Path(__file__).parents[1] / "README.md").read_text(encoding="utf-8")
    code = re.search(r"```python\n(.*?)```", readme, re.DOTALL)
    assert code is not None
    names: dict[str, Any] = {"__name__": "readme"}
    exec(code[1], names)
    server.send = answer({"answer": "Hello.", "tokens_in": 3, "tokens_out": 1})
    response = names["AcmeLM"]("tiny", base_url=server.url, api_key=KEY, cache="off")("Hi")
    assert (response.text, response.usage.total_tokens) == ("Hello.", 4)
