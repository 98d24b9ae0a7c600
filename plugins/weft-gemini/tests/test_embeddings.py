"""Vectors of texts."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from conftest import sent

import weft
from pytest_weft.canned import CannedServer
from weft.errors import LMServerError

if TYPE_CHECKING:
    from pytest_weft.server import ModelServer


def test_texts_become_vectors_in_one_call(server: ModelServer) -> None:
    vectors = weft.Embedder(weft.LM("gemini/gemini-embedding-001"))(["one", "two", "one"])
    assert vectors[0] == vectors[2] != vectors[1]
    assert server.requests[-1].path == "/v1beta/models/gemini-embedding-001:batchEmbedContents"
    assert sent(server)["requests"][1] == {
        "model": "models/gemini-embedding-001",
        "content": {"parts": [{"text": "two"}]},
    }


def test_length_and_purpose_are_options_of_the_model(server: ModelServer) -> None:
    lm = weft.LM("gemini/gemini-embedding-001", dimensions=3, task_type="RETRIEVAL_DOCUMENT")
    assert len(weft.Embedder(lm)("one")) == 3
    asked = sent(server)["requests"][0]
    assert (asked["outputDimensionality"], asked["taskType"]) == (3, "RETRIEVAL_DOCUMENT")
    assert lm.describe() == {
        "ref": "gemini/gemini-embedding-001",
        "dimensions": 3,
        "task_type": "RETRIEVAL_DOCUMENT",
    }


def test_a_call_is_counted_and_its_price_is_not_guessed(server: ModelServer) -> None:
    with weft.track_usage() as ledger:
        weft.Embedder(weft.LM("gemini/gemini-embedding-001"), batch_size=2)(["one", "two", "three"])
    assert (ledger.total.calls, ledger.total.cost) == (2, None)


def test_what_the_api_counts_is_paid(server: ModelServer) -> None:
    answer = {"embeddings": [{"values": [1, 2]}], "usageMetadata": {"promptTokenCount": 1000}}
    with CannedServer(answer) as canned, weft.track_usage() as ledger:
        lm = weft.LM("gemini/gemini-embedding-001", base_url=canned.url, prices={"input": 0.15, "output": 0})
        assert weft.Embedder(lm)("one") == (1.0, 2.0)
    assert ledger.total == weft.Usage(1000, calls=1, cost=0.00015)


def test_an_answer_in_another_form_is_the_servers_error(server: ModelServer) -> None:
    with CannedServer({"vectors": []}) as canned, pytest.raises(LMServerError, match="not in the form"):
        weft.Embedder(weft.LM("gemini/gemini-embedding-001", base_url=canned.url))("one")
