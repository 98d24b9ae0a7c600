"""``python -m pytest_weft.server``: a server that runs until it is interrupted; it prints its address first."""

from __future__ import annotations

import argparse
import contextlib
import sys
import threading
from typing import Any, get_args

from .model_server import ModelServer
from .settings import Flavour


def main() -> None:
    """Run a server as the command line says."""
    given = vars(_parser().parse_args())
    until_eof = given.pop("until_eof")
    options: Any = {name: value for name, value in given.items() if value is not None}
    with ModelServer(**options) as server, contextlib.suppress(KeyboardInterrupt):
        print(server.url, flush=True)
        if until_eof:
            sys.stdin.read()
        else:
            threading.Event().wait()


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser("python -m pytest_weft.server", description="A test server of language models.")
    parser.add_argument("--port", type=int, default=0, help="0 takes a free one")
    parser.add_argument("--keep", type=int, default=1000, help="requests to remember")
    parser.add_argument("--answer", help="what every request is answered")
    parser.add_argument("--latency", type=float, help="seconds before every answer")
    parser.add_argument("--key", help="the API key to ask for")
    parser.add_argument("--flavour", choices=get_args(Flavour), help="whose server it is")
    parser.add_argument("--context-window", type=int, help="most tokens of a prompt")
    parser.add_argument("--until-eof", action="store_true", help="stop when the standard input ends")
    return parser


if __name__ == "__main__":
    main()
