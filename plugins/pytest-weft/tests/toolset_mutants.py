"""A toolset that keeps the contract, toolsets that break it in one way each, and the check that must say so."""

from __future__ import annotations

import asyncio
from typing import Any

import weft
from weft.errors import ToolError

SCHEMA = {"properties": {"text": {"type": "string"}}, "required": ["text"]}


class Correct(weft.Toolset):
    """Echoes while it is connected; nobody answers at the place ``nowhere``."""

    def __init__(self, *, place: str = "", token: str = "") -> None:
        self.place, self.token = place, token
        self.connected = False

    async def open(self) -> list[weft.Tool[..., Any]]:
        await self.connect()
        return [self.tool()]

    async def connect(self) -> None:
        if self.place == "nowhere":
            raise ToolError("Nobody answers at 'nowhere'.")
        self.connected = True

    def tool(self) -> weft.Tool[..., Any]:
        return weft.Tool(self.echo, name="echo", desc="Repeat a text.", parameters=SCHEMA)

    async def echo(self, text: str) -> str:
        if not self.connected:
            raise ConnectionError("not connected")
        await self.wait()
        return text

    async def wait(self) -> None:
        for _ in range(5):
            await asyncio.sleep(0)

    async def close(self) -> None:
        self.connected = False

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.place!r})"


class SaysNothing(Correct):
    def tool(self) -> weft.Tool[..., Any]:
        return super().tool().changed(desc="")


class WritesNoSchema(Correct):
    def tool(self) -> weft.Tool[..., Any]:
        schema = {**SCHEMA, "default": {"text": object()}}
        return weft.Tool(self.echo, name="echo", desc="Repeat a text.", parameters=schema)


class CountsOpenings(Correct):
    """Has other names each time."""

    openings = 0

    async def open(self) -> list[Any]:
        self.openings += 1
        tools = await super().open()
        return [*tools, tools[0].changed(name=f"echo{self.openings}")]


class BoundToItsLoop(Correct):
    """Has a connection that belongs to the event loop it was made on."""

    async def connect(self) -> None:
        await super().connect()
        self.loop = asyncio.get_running_loop()

    async def wait(self) -> None:
        if asyncio.get_running_loop() is not self.loop:
            raise RuntimeError("attached to a different loop")
        await super().wait()


class OneAtATime(Correct):
    busy = False

    async def wait(self) -> None:
        if self.busy:
            raise RuntimeError("a call is under way")
        self.busy = True
        try:
            await super().wait()
        finally:
            self.busy = False


class DiesWithACall(Correct):
    async def wait(self) -> None:
        try:
            await super().wait()
        except asyncio.CancelledError:
            self.connected = False
            raise


class NeverCloses(Correct):
    async def close(self) -> None:
        pass


class ConnectsAtOnce(Correct):
    def __init__(self, *, place: str = "", token: str = "") -> None:
        super().__init__(place=place, token=token)
        if place == "nowhere":
            raise ToolError("Nobody answers at 'nowhere'.")


class RaisesWhatItGets(Correct):
    async def connect(self) -> None:
        try:
            await super().connect()
        except ToolError as error:
            raise ConnectionRefusedError(111, "refused") from error


class ShowsToken(Correct):
    def __repr__(self) -> str:
        return f"ShowsToken({self.token!r})"


class TakesAnyOption(Correct):
    @classmethod
    def factory(cls, **options: Any) -> Correct:
        return cls(place=options.get("place", ""), token=options.get("token", ""))


CAUGHT_BY: dict[type[weft.Toolset], str] = {
    SaysNothing: "test_gives_tools_that_say_what_they_do",
    WritesNoSchema: "test_gives_tools_that_say_what_they_do",
    CountsOpenings: "test_opens_again",
    BoundToItsLoop: "test_answers_from_any_thread_and_loop",
    OneAtATime: "test_answers_many_at_once",
    DiesWithACall: "test_a_cancelled_call_harms_no_other",
    NeverCloses: "test_tells_that_it_is_closed",
    ConnectsAtOnce: "test_making_connects_to_nothing",
    RaisesWhatItGets: "test_making_connects_to_nothing",
    ShowsToken: "test_repr_holds_no_secret",
    TakesAnyOption: "test_unknown_option_is_refused",
}
MANNERS: dict[str, Any] = {
    "options": {"place": "here"},
    "call": ("echo", {"text": "hi"}),
    "failing_options": {"place": "nowhere"},
    "secret_option": "token",
}
ARGUMENTS = ()
REGISTER = ""
SELECT = ""
