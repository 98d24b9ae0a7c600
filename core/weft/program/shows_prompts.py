"""What every program offers to see and take out its prompts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal, TypeVar, cast, overload

from ..runtime.loop import run_sync

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from ..lm.records import Request
    from .module import Module

T = TypeVar("T")


class ShowsPrompts:
    """The part of `Module` that shows prompts."""

    def render(self, /, **inputs: Any) -> Any:
        """Return the requests a run with these inputs would send, as `RenderedStep` records in order; blocking.

        A predictor gives its one `Request`. Nothing is sent: in a program of several steps, stand-ins of the declared
        types answer, and what is made of them is marked so. The program's own code runs, tools and retrievers included.

        Raises:
            InputError: an unknown, missing or mistyped input.
            EstimateError: the program's code cannot go on with a stand-in.
        """
        return run_sync(self.arender(**inputs))

    async def arender(self, /, **inputs: Any) -> Any:
        """Return the requests a run with these inputs would send; see `render`."""
        from .export import rendered

        return await rendered(cast("Module", self), inputs)

    @overload
    def export(self, form: Literal["openai"], /, **inputs: Any) -> dict[str, Any]: ...
    @overload
    def export(self, form: Literal["markdown"], /, **inputs: Any) -> str: ...
    @overload
    def export(self, form: Callable[[Mapping[str, Request]], T], /, **inputs: Any) -> T: ...
    def export(self, form: Any, /, **inputs: Any) -> Any:
        """Return the prompt for people and programs that don't use weft; no model is called.

        Args:
            form: ``openai``: what chat completions take: messages, tools, form of the answer, parameters. ``markdown``:
                a text to read. Or a function of the requests by path, which returns what it likes.
            inputs: the inputs of a run; its prompts are as `render` gives them. Without any: the prompts of all
                predictors, with a placeholder such as ``{question}`` for each input, and braces in texts doubled.

        A predictor gives the body of its one request; other programs give bodies by the predictors' paths, and with
        ``(2)`` and so on behind it where a predictor is called again.

        Raises:
            OptionError: there is no such form, or the prompt depends on the inputs in more than their places.
        """
        return self._exported(form, inputs)

    def _exported(self, form: Any, inputs: dict[str, Any]) -> Any:
        from .export import exported, unfilled

        if not inputs:
            return exported(
                form, {path: unfilled(predictor) for path, predictor in cast("Module", self).named_predictors()}
            )
        requests: dict[str, Request] = {}
        for step in self.render(**inputs):
            times = sum(path == step.path or path.startswith(f"{step.path} (") for path in requests)
            requests[f"{step.path} ({times + 1})" if times else step.path] = step.request
        return exported(form, requests)
