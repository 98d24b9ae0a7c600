"""OpenAI's list of models, and what the servers of open models add to it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from http_client import call

from pytest_weft.server import ModelServer

if TYPE_CHECKING:
    from pytest_weft.server.settings import Flavour


def test_models_are_listed_and_found_by_name() -> None:
    with ModelServer(models=["a", "org/b"]) as server:
        listed = call(server, "GET", "/v1/models").json
        found, missing = call(server, "GET", "/v1/models/org/b"), call(server, "GET", "/v1/models/c")
    assert (listed["object"], [each["id"] for each in listed["data"]]) == ("list", ["a", "org/b"])
    assert (found.json["object"], found.json["id"], missing.status) == ("model", "org/b", 404)


@pytest.mark.parametrize("flavour", ["vllm", "sglang"])
def test_servers_of_open_models_name_the_length_of_the_context(flavour: Flavour) -> None:
    with ModelServer(flavour=flavour, context_window=4096) as server:
        (listed,) = call(server, "GET", "/v1/models").json["data"]
    assert (listed["max_model_len"], listed["owned_by"]) == (4096, flavour)


def test_llamacpp_tells_about_the_file() -> None:
    with ModelServer(flavour="llamacpp", context_window=4096) as server:
        (listed,) = call(server, "GET", "/v1/models").json["data"]
    assert listed["meta"]["n_ctx_train"] == 4096
