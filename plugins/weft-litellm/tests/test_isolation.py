"""litellm is loaded late, without network, and left as it was found: one process, looked at from all sides."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest

import weft_litellm
from pytest_weft.server import Fault, ModelServer

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    import weft

    Make = Callable[..., weft.LM]

LIFE = """
import asyncio, json, os, socket, sys, threading, weft

told = {}
names = []  # that are looked up
look_up = socket.getaddrinfo
socket.getaddrinfo = lambda host, *args, **options: names.append(host) or look_up(host, *args, **options)

def globals_of(module):
    plain = (bool, int, float, str, list, tuple, dict, type(None))
    return {name: repr(value) for name, value in vars(module).items() if isinstance(value, plain) and name[0] != "_"}

weft.configure(cache="off", retries=0)
options = {"api_base": sys.argv[1], "api_key": "sk-some-key", "temperature": 0.5, "timeout": 99, "max_in_flight": 3}
lm = weft.LM("litellm/openai/tiny", **options)
lm, lm.describe(), lm.cache_identity
told["loaded when made"] = "litellm" in sys.modules

environment = dict(os.environ)
lm.capabilities
told["environment"] = sorted(set(os.environ.items()) ^ set(environment.items()))
told["threads"] = [thread.name for thread in threading.enumerate()]
told["names"] = [*names]
import litellm
told["defaults"] = [litellm.drop_params, litellm.set_verbose, litellm.suppress_debug_info, litellm.callbacks]

litellm.suppress_debug_info = None  # a value of the user's
before = globals_of(litellm)
told["answers"] = [asyncio.run(lm.acall("hi")).text, asyncio.run(lm.acall("hi")).text, lm("hi").text]
list(lm.streaming("hi"))
try:
    lm("hi")
except weft.errors.LMServerError:
    told["failed"] = True
after = globals_of(litellm)
told["changed"] = [name for name, value in before.items() if after[name] != value]

child = os.fork()
if child == 0:
    os.dup2(os.open(os.devnull, os.O_WRONLY), 2)  # litellm says that its event loop has changed
text = lm("hi").text
if child == 0:
    os._exit(0 if text else 1)
told["forked"] = [os.waitpid(child, 0)[1], text]
print(json.dumps(told))
"""
HELLO = "Hello from the test server."


@pytest.fixture(scope="module")
def life(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Any]]:
    """What a process told of itself, with what it wrote to standard error."""
    folder = tmp_path_factory.mktemp("life")
    (folder / ".env").write_text("FROM_A_FILE=1\n", encoding="utf-8")
    with ModelServer(faults=[None, None, None, None, Fault("status", status=500)]) as server:
        command = [sys.executable, "-W", "always::ResourceWarning", "-c", LIFE, server.base_url("openai")]
        done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=folder)
        assert done.returncode == 0, done.stderr
        yield {**json.loads(done.stdout), "said": done.stderr}


def test_making_a_model_does_not_load_it(life: dict[str, Any]) -> None:
    assert life["loaded when made"] is False


def test_loading_asks_no_network_and_starts_nothing(life: dict[str, Any]) -> None:
    assert life["names"] == []
    assert life["threads"] == ["MainThread"]


def test_loading_leaves_the_environment_and_reads_no_file_into_it(life: dict[str, Any]) -> None:
    assert life["environment"] == []


def test_globals_stay_as_they_were(life: dict[str, Any]) -> None:
    assert life["defaults"] == [False, False, False, []]
    assert life["changed"] == []


def test_one_set_of_connections_serves_every_loop_and_is_closed_at_the_end(life: dict[str, Any]) -> None:
    assert life["answers"] == [HELLO, HELLO, HELLO]
    assert life["failed"] is True
    assert life["said"] == "", "nothing is printed, and no connection is left open"


def test_forked_child_has_a_loop_of_its_own(life: dict[str, Any]) -> None:
    assert life["forked"] == [0, HELLO]


def test_shutdown_closes_connections_and_the_next_call_opens_others(make: Make, server: ModelServer) -> None:
    lm = make()
    lm("hi")
    assert server.tally.open == 1
    weft_litellm.weft_shutdown()
    server.wait_for(lambda tally: tally.open == 0)
    assert lm("hi").text == HELLO
