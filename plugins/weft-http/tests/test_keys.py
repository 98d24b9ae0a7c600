"""Where keys come from, and that they stay where they are."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import pytest
from conftest import KEY, answer

from weft import Secret
from weft.errors import LMAuthError, LMError, OptionError
from weft_http import ApiKey, Client, Service

if TYPE_CHECKING:
    from conftest import RawServer

ENV = ("ACME_API_KEY", "ACME_KEY")


def key_of(given: Any, *, is_needed: bool = True) -> str | None:
    key = asyncio.run(ApiKey(given, env=ENV, ref="acme/tiny", is_needed=is_needed).value())
    return None if key is None else key.reveal()


@pytest.fixture(autouse=True)
def no_keys(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ENV:
        monkeypatch.delenv(name, raising=False)


async def _awaited() -> str:
    return KEY


@pytest.mark.parametrize("given", [KEY, f" {KEY}\n", Secret(KEY), lambda: KEY, _awaited, lambda: _awaited()])
def test_every_way_to_give_a_key(given: Any) -> None:
    assert key_of(given) == KEY


def test_the_environment_is_asked_at_the_first_request(monkeypatch: pytest.MonkeyPatch) -> None:
    key = ApiKey(None, env=ENV, ref="acme/tiny")
    monkeypatch.setenv("ACME_KEY", "second-choice")
    assert asyncio.run(key.value()) == Secret("second-choice")


def test_a_missing_key_names_the_variable() -> None:
    with pytest.raises(
        LMAuthError, match=r"no key for acme/tiny\. Set the environment variable ACME_API_KEY, or"
    ) as no:
        key_of(None)
    assert (no.value.provider, no.value.model) == ("acme", "tiny")


def test_a_key_that_is_not_needed_may_be_missing() -> None:
    assert key_of(None, is_needed=False) is None


def test_a_key_that_cannot_be_sent_is_refused_without_showing_it() -> None:
    with pytest.raises(LMAuthError, match="characters that no key has") as caught:
        key_of("sk-one\nsk-two")
    assert "sk-one" not in str(caught.value)


def test_what_is_no_key_is_refused() -> None:
    with pytest.raises(OptionError, match="api_key for acme/tiny must be a text or a function, not a int"):
        ApiKey(7, env=ENV, ref="acme/tiny")  # type: ignore[arg-type]


def test_a_function_is_asked_for_every_request(server: RawServer) -> None:
    server.send = answer({})
    tokens = iter(["token-one", "token-two"])
    key = ApiKey(lambda: next(tokens), env=(), ref="acme/tiny")
    client = Client(Service(provider="acme", base_url=server.url), model="tiny", key=key)

    async def twice() -> None:
        await client.post_json("a", {})
        await client.post_json("a", {})

    asyncio.run(twice())
    assert [got.headers["authorization"] for got in server.got] == ["Bearer token-one", "Bearer token-two"]


def test_a_key_that_the_provider_repeats_is_struck_out(server: RawServer) -> None:
    server.send = answer({"error": {"message": f"Incorrect API key provided: {KEY}"}}, status=401)
    service = Service(provider="acme", base_url=server.url, key_env=ENV)
    client = Client(service, model="tiny", key=ApiKey(KEY, env=ENV, ref="acme/tiny"))
    with pytest.raises(LMError, match=r"provided: \*\*\* Check the key: api_key or .* ACME_API_KEY") as caught:
        asyncio.run(client.post_json("a", {}))
    assert KEY not in repr(caught.value)
    assert KEY not in str(vars(caught.value))
