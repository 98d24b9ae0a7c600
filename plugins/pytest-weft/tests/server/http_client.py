"""The smallest client that sees what is on the wire: Python's own."""

from __future__ import annotations

import http.client
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pytest_weft.server import Server

CHAT = "/v1/chat/completions"


@dataclass
class Answered:
    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def events(self) -> list[Any]:
        """The data of each event; the text ``[DONE]`` as it is."""
        data = [line[6:] for line in self.body.decode().split("\n") if line.startswith("data: ")]
        return [each if each == "[DONE]" else json.loads(each) for each in data]

    @property
    def names(self) -> list[str]:
        return [line[7:] for line in self.body.decode().split("\n") if line.startswith("event: ")]


def connect(server: Server, seconds: float = 5.0) -> http.client.HTTPConnection:
    return http.client.HTTPConnection(server.url.removeprefix("http://"), timeout=seconds)


def call(server: Server, method: str, path: str, body: Any = None, **headers: str) -> Answered:
    connection = connect(server)
    data = body if isinstance(body, bytes) or body is None else json.dumps(body)
    try:
        connection.request(method, path, data, {name.replace("_", "-"): value for name, value in headers.items()})
        response = connection.getresponse()
        return Answered(response.status, dict(response.headers), response.read())
    finally:
        connection.close()


def chat_body(text: str = "one two three", **parameters: Any) -> dict[str, Any]:
    return {"model": "test-model", "messages": [{"role": "user", "content": text}], **parameters}


def chat(server: Server, text: str = "one two three", **parameters: Any) -> Answered:
    return call(server, "POST", CHAT, chat_body(text, **parameters))


def text_of(events: list[Any], index: int = 0) -> str:
    """The text that a stream of chat chunks adds up to."""
    choices = [choice for event in events if event != "[DONE]" for choice in event.get("choices", ())]
    return "".join(choice["delta"].get("content") or "" for choice in choices if choice["index"] == index)
