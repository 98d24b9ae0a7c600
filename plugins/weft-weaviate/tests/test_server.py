"""Servers that want a key, that keep tenants apart, that are away, and that die."""

from __future__ import annotations

import asyncio
import signal
import socket
import threading
import time
import traceback
from functools import partial
from typing import TYPE_CHECKING, Any

import pytest
from conftest import connected
from weaviate.classes.init import Auth

import weft
from weft import Passage, Secret, where
from weft.errors import CollectionNotFound, IndexingError, OptionError, RMError, RMTransportError

if TYPE_CHECKING:
    from collections.abc import Callable

    from conftest import Make, Server, Start

KEY, OTHER = "canary-key-0123", "canary-other-4567"
_MUCH_SOONER_THAN_THE_CLIENT_GIVES_UP = 20.0


@pytest.fixture(scope="module")
def locked(start: Start) -> Server:
    """A server that wants a key."""
    return start(
        AUTHENTICATION_ANONYMOUS_ACCESS_ENABLED="false",
        AUTHENTICATION_APIKEY_ENABLED="true",
        AUTHENTICATION_APIKEY_ALLOWED_KEYS=KEY,
        AUTHENTICATION_APIKEY_USERS="weft",
    )


@pytest.fixture
def nobody() -> dict[str, Any]:
    """A place at which nobody answers."""
    with socket.socket() as one, socket.socket() as other:
        one.bind(("127.0.0.1", 0))
        other.bind(("127.0.0.1", 0))
        return {"url": f"http://127.0.0.1:{one.getsockname()[1]}", "grpc_port": other.getsockname()[1]}


@pytest.fixture
def told() -> Callable[[type[Exception], Callable[[], object]], str]:
    """Return a function that gives what an error says, and sees to it that no key is told with it."""

    def telling(kind: type[Exception], action: Callable[[], object]) -> str:
        with pytest.raises(kind) as caught:
            action()
        whole = "".join(traceback.format_exception(caught.value))
        assert KEY not in whole
        assert OTHER not in whole
        return str(caught.value)

    return telling


def test_key_opens_the_server(locked: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    for key in (KEY, Secret(KEY)):
        rm = weft.RM("weaviate/Keyed", **locked.place, api_key=key)
        rm.index([Passage("Cats purr.", "cats")])
        assert [passage.id for passage in rm("cats")] == ["cats"]
        assert KEY not in repr(rm)
        assert KEY not in repr(vars(rm))
    monkeypatch.setenv("WEAVIATE_API_KEY", KEY)
    assert weft.RM("weaviate/Keyed", **locked.place).size() == 1
    with connected(locked, auth_credentials=Auth.api_key(KEY)) as client:
        assert client.collections.exists("Keyed")


def test_wrong_key_and_no_key_are_told(locked: Server, told: Callable[..., str]) -> None:
    wrong = weft.RM("weaviate/Keyed", **locked.place, api_key=OTHER)
    none = weft.RM("weaviate/Keyed", **locked.place)
    for rm, says in ((wrong, "refuses the API key"), (none, "wants an API key: give api_key= or set WEAVIATE_API_KEY")):
        for action in (partial(rm, "cats"), partial(rm.index, ["x"]), rm.size):
            assert f"weaviate/Keyed: the Weaviate server {says}" in told(RMError, action)


def test_password_in_the_url_is_refused_without_being_repeated(told: Callable[..., str]) -> None:
    says = told(OptionError, lambda: weft.RM("weaviate/Docs", url=f"http://weft:{KEY}@localhost:8080"))
    assert "A key goes to api_key" in says


def test_address_comes_from_the_environment(server: Server, make: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WEAVIATE_URL", server.url)
    rm = make(url=None)
    rm.index(["Cats purr."])
    assert rm.size() == 1


def test_tenants_see_their_own(make: Make) -> None:
    acme = make(tenant="acme", create_tenant=True)
    bolt = make(collection=acme.collection, tenant="bolt", create_tenant=True)
    acme.index([Passage("Cats purr.", "a", metadata={"lang": "en"}), Passage("Cats hunt.", "b")])
    bolt.index([Passage("Cats sleep.", "a", metadata={"lang": "en"})])
    assert (acme.size(), bolt.size()) == (2, 1)
    assert [passage.text for passage in bolt("cats", filters={"lang": "en"})] == ["Cats sleep."]
    bolt.remove(["a"])
    assert (acme.size(), bolt.size()) == (2, 0)


def test_tenants_are_made_only_when_asked_for(make: Make) -> None:
    acme = make(tenant="acme", create_tenant=True)
    acme.index(["Cats purr."])
    name = acme.collection
    nobody = make(collection=name, tenant="nobody")
    for action in (lambda: nobody("cats"), nobody.size, lambda: nobody.index(["Cats hunt."])):
        with pytest.raises(CollectionNotFound, match="has no such tenant"):
            action()
    unnamed = make(collection=name)
    for action in (lambda: unnamed("cats"), unnamed.size, lambda: unnamed.index(["Cats hunt."])):
        with pytest.raises(OptionError, match="keeps tenants apart"):
            action()


def test_tenant_of_a_collection_without_them_is_refused(make: Make) -> None:
    rm = make()
    rm.index(["Cats purr."])
    acme = make(collection=rm.collection, tenant="acme")
    for action in (lambda: acme("cats"), lambda: acme.index(["Cats hunt."])):
        with pytest.raises(OptionError, match="has no tenants; leave tenant= out"):
            action()


def test_server_that_is_away_is_told(nobody: dict[str, Any], server: Server, told: Callable[..., str]) -> None:
    rm = weft.RM("weaviate/Docs", **nobody, api_key=KEY)
    for action in (lambda: rm("cats"), rm.size, lambda: rm.remove(["a"]), lambda: asyncio.run(rm.acall("cats"))):
        assert f"No Weaviate server answers at {nobody['url']}" in told(RMTransportError, action)
    half = weft.RM("weaviate/Docs", url=server.url, grpc_port=nobody["grpc_port"])
    assert f"gRPC: 127.0.0.1:{nobody['grpc_port']}" in told(RMTransportError, lambda: half("cats"))


def test_server_that_does_not_answer_is_told(start: Start, told: Callable[..., str]) -> None:
    server = start()
    rm = weft.RM("weaviate/Docs", **server.place, timeout=1)
    rm.index(["Cats purr."])
    assert server.process is not None
    server.process.send_signal(signal.SIGSTOP)
    try:
        assert "gave no answer in 1 seconds" in told(RMTransportError, lambda: rm("cats"))
        assert "No Weaviate server answers" in told(RMTransportError, lambda: rm("cats", filters={"lang": "en"}))
    finally:
        server.process.send_signal(signal.SIGCONT)
    assert len(rm("cats")) == 1


def test_server_that_restarts_between_calls_is_used_again(start: Start, told: Callable[..., str]) -> None:
    server = start()
    rm = weft.RM("weaviate/Docs", **server.place)
    rm.index([Passage("Cats purr.", "cats", metadata={"lang": "en"})])
    server.kill()
    began = time.monotonic()
    for action in (lambda: rm("cats"), lambda: rm("cats", filters={"lang": "en"}), rm.size):
        assert "No Weaviate server answers" in told(RMTransportError, action)
    assert "0 passages are written for certain" in told(IndexingError, lambda: rm.index(["Cats hunt."]))
    assert time.monotonic() - began < _MUCH_SOONER_THAN_THE_CLIENT_GIVES_UP
    start(again=server)
    assert [passage.id for passage in rm("cats", filters={"lang": "en"})] == ["cats"]
    rm.index(["Cats hunt."])
    assert rm.size() == 2


def test_server_that_was_restarted_is_not_noticed(start: Start) -> None:
    server = start()
    rm = weft.RM("weaviate/Docs", **server.place)
    rm.index([Passage("Cats purr.", "cats")])
    server.kill()
    start(again=server)
    assert [passage.id for passage in rm("cats")] == ["cats"]


def test_server_killed_in_the_midst_of_indexing(start: Start) -> None:
    server = start()
    passages = [Passage(f"Cat number {n} purrs.", f"c{n}", metadata={"number": n}) for n in range(3000)]
    rm = weft.RM("weaviate/Docs", **server.place)
    rm.index(passages[:100])
    watching = weft.RM("weaviate/Docs", **server.place)

    def kill_when_half_is_there() -> None:
        while watching.size() < 1000:
            pass
        server.kill()

    killer = threading.Thread(target=kill_when_half_is_there)
    killer.start()
    with pytest.raises(IndexingError, match="passages are written for certain") as caught:
        rm.index(passages, batch_size=100)
    killer.join()
    written = set(caught.value.written)
    start(again=server)
    there = {passage.id for passage in rm("cat", len(passages), where("number") >= 0)}
    assert len(written) >= 900
    assert written <= there < {passage.id for passage in passages}
    rm.index(passages, batch_size=100)
    assert (rm.size(), _ids(server)) == (len(passages), {passage.id for passage in passages})
    found = rm("cat", 2 * len(passages), where("number") >= 0)
    assert sorted(passage.id for passage in found) == sorted(passage.id for passage in passages)


def _ids(server: Server) -> set[str]:
    with connected(server) as client:
        return {str(one.properties["passage_id"]) for one in client.collections.use("Docs").iterator()}
