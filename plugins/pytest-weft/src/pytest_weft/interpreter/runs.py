"""What a run gives: values, output, errors, and the variables that go in."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from weft.errors import InputError, OptionError

from ..running import finished, in_running_loop
from .subject import InterpreterSubject

if TYPE_CHECKING:
    import weft

_DATA: dict[str, Any] = {
    "none": None,
    "flag": True,
    "number": -7,
    "large": 10**30,
    "real": 0.1,
    "text": "ünï 😀 \"quoted\" 'too'\n\\n\x00",
    "list": [1, [2, [3]], {"a": [None, False]}],
    "table": {"": 1, "a b": {"c": []}},
}
_LONG = 1000


class RunChecks(InterpreterSubject):
    """Checks of single runs."""

    def test_value_of_the_last_line(self) -> None:
        """The value of the last line is the run's, where that is an expression; else the run has none."""
        last, none = self.runs("x = 2\nx * 21", "y = 3")
        assert (last.value, last.error) == (42, None), f"the last line is 42, and the run gave {last!r}"
        assert (none.value, none.error) == (None, None), f"the last line has no value, and the run gave {none!r}"

    def test_values_are_plain_data(self) -> None:
        """Tuples and sets come as lists, keys of dicts as texts, and what is no data at all as a text."""
        found, other = self.runs("[(1, 'a'), {2}, {1: (2,)}, 1.5, None, True]", "lambda: 1")
        assert found.value == [[1, "a"], [2], {"1": [2]}, 1.5, None, True], f"the value came as {found!r}"
        assert isinstance(other.value, str), f"a function has to come as a text, and came as {other!r}"

    def test_prints(self) -> None:
        """What is printed is the output, in order, as it was printed."""
        run = self.run("print('ä', 1)\nprint('b', end='')\nprint('c' * 5)")
        assert run.output == "ä 1\nbccccc\n", f"the output came as {run.output!r}"

    def test_output_is_limited(self) -> None:
        """Of output beyond the limit only the beginning is kept, with a mark, and the code goes on."""
        run = self.run(f"for number in range({_LONG}):\n    print('x' * {_LONG})\n'end'", output_limit=_LONG)
        assert run.output.startswith("x" * (_LONG - 100)), f"the output begins with {run.output[:20]!r}"
        assert _LONG < len(run.output) < 2 * _LONG, f"of a limit of {_LONG} characters, {len(run.output)} came"
        assert run.value == "end", f"code that prints too much has to go on, and gave {run.error!r}"

    def test_errors_are_data(self) -> None:
        """What the code raises is told in `error`, with its type and message at the end, beside what it had printed."""
        run = self.run("print('before')\nvalues = {}\nvalues['missing']")
        assert run.error is not None, "a KeyError came as no error"
        assert run.error.splitlines()[-1].startswith("KeyError"), f"the error ends with {run.error[-60:]!r}"
        assert "missing" in run.error, f"the error does not hold its message: {run.error!r}"
        assert (run.output, run.value, run.ok) == ("before\n", None, False), f"the run gave {run!r}"

    def test_wrong_syntax_is_an_error_of_the_code(self) -> None:
        """Text that is no Python is an error like another; the session goes on, with the variables that went in."""
        interpreter: weft.Interpreter = self.make()

        async def session() -> list[weft.Execution]:
            async with interpreter.session() as opened:
                return [await opened.run("def f(:", {"given": 41}), await opened.run("given + 1")]

        wrong, right = finished(session())
        assert wrong.error is not None, "text that is no Python came as no error"
        assert "SyntaxError" in wrong.error, f"the error is {wrong.error!r}"
        assert right.value == 42, f"a variable that went in with wrong syntax gave {right!r}"

    def test_variables_go_in(self) -> None:
        """Variables reach the code as they are, and stay as if it had defined them."""
        interpreter: weft.Interpreter = self.make()

        async def session() -> list[weft.Execution]:
            async with interpreter.session() as opened:
                return [await opened.run("data", {"data": _DATA}), await opened.run("data['list'][1]")]

        whole, later = finished(session())
        assert whole.value == _DATA, f"the variable came back as {whole!r}"
        assert later.value == [2, [3]], f"in a later run the variable is {later!r}"

    def test_variables_are_checked(self) -> None:
        """What is no plain data, and names that are none, are refused with an InputError."""
        interpreter: weft.Interpreter = self.make()
        for name, value in {"thing": object(), "no name": 1, "class": 1}.items():
            with pytest.raises(InputError) as caught:
                interpreter("1", {name: value})
            assert repr(name) in str(caught.value), f"the InputError must name {name!r}"

    def test_blocking_calls_work_in_a_notebook(self) -> None:
        """A blocking call works in plain code and where an event loop is running."""
        interpreter: weft.Interpreter = self.make()
        assert interpreter("6 * 7").value == 42
        assert in_running_loop(lambda: interpreter("6 * 7").value) == 42

    def test_limits_are_checked(self) -> None:
        """A limit that is no number above 0 is refused when the interpreter is made."""
        for limit in ("seconds", "memory_mb", "output_limit"):
            with pytest.raises(OptionError) as caught:
                self.make(**{limit: 0})
            assert limit in str(caught.value), f"the OptionError must name {limit!r}"
