"""Functions of the host that code calls."""

from __future__ import annotations

import asyncio
from typing import Any

from .subject import InterpreterSubject

_SLOW = 0.6


class ToolChecks(InterpreterSubject):
    """Checks of tools."""

    def test_tools_are_functions(self) -> None:
        """Code calls sync and async functions alike, by position and by keyword, and gets what they return."""

        def add(a: int, b: int = 10) -> int:
            return a + b

        async def shout(text: str) -> str:
            await asyncio.sleep(0)
            return text.upper()

        run = self.run("[add(1), add(1, 2), add(1, b=3), shout('é')]", tools={"add": add, "shout": shout})
        assert run.value == [11, 3, 4, "É"], f"the tools gave {run!r}"

    def test_data_of_tools_is_whole(self) -> None:
        """Plain data go through a tool and back as they are; tuples come as lists."""
        seen: list[Any] = []

        def keep(value: Any) -> Any:
            seen.append(value)
            return {"again": (value, None)}

        run = self.run("keep({'a': [1, 2.5, None, True, 'ü\\n\"']})", tools={"keep": keep})
        value = {"a": [1, 2.5, None, True, 'ü\n"']}
        assert seen == [value], f"the tool was given {seen!r}"
        assert run.value == {"again": [value, None]}, f"the code was given {run!r}"

    def test_arguments_are_checked(self) -> None:
        """A tool never runs with arguments that do not fit it: the code gets a TypeError, which it can catch."""
        seen: list[Any] = []

        def take(number: int) -> None:
            seen.append(number)

        wrong = ("take('x')", "take()", "take(1, 2)", "take(other=1)", "take(lambda: 1)")
        code = "".join(f"try:\n    {call}\nexcept TypeError:\n    caught.append(1)\n" for call in wrong)
        run = self.run(f"caught = []\n{code}len(caught)", tools={"take": take})
        assert run.value == len(wrong), f"of {len(wrong)} wrong calls, not all were a TypeError: {run!r}"
        assert not seen, f"the tool ran with {seen!r}"

    def test_errors_of_tools_reach_the_code(self) -> None:
        """What a tool raises is raised in the code, as the built-in exception that comes nearest, with its message."""

        class Lost(LookupError):
            pass

        def find(name: str) -> str:
            raise Lost(f"no {name}")

        caught, uncaught = self.runs(
            "try:\n    find('x')\nexcept LookupError as error:\n    said = str(error)\nsaid",
            "find('y')",
            tools={"find": find},
        )
        assert caught.value == "no x", f"the code got {caught!r}"
        assert uncaught.error is not None, "an exception of a tool that nobody caught is no error"
        assert "no y" in uncaught.error, f"the error is {uncaught.error!r}"

    def test_time_in_tools_does_not_count(self) -> None:
        """The limit of time is for the code: a tool may take longer."""

        async def wait() -> str:
            await asyncio.sleep(_SLOW)
            return "done"

        run = self.run("wait()", tools={"wait": wait}, seconds=_SLOW / 2)
        assert run.value == "done", f"code that waits for a tool gave {run!r}"

    def test_unknown_names_are_errors_of_the_code(self) -> None:
        """A function that is neither a tool nor of the language is a NameError."""
        run = self.run("try:\n    no_such_tool(1)\nexcept NameError:\n    said = 'no'\nsaid", tools={"other": len})
        assert run.value == "no", f"a call of a function that does not exist gave {run!r}"
