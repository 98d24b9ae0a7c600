"""The interpreter under check, and short ways to run code in it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from ..conformance import Conformance
from ..running import finished

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    import weft


class InterpreterSubject(Conformance):
    """See `InterpreterConformance`."""

    kind: ClassVar[str] = "interpreter"
    failing_options: ClassVar[Mapping[str, Any] | None] = None
    limited_mb: ClassVar[int] = 64

    def runs(
        self, *codes: str, tools: Mapping[str, Callable[..., Any]] | None = None, **options: Any
    ) -> list[weft.Execution]:
        """Return what pieces of code give, one after the other, in one session of an interpreter with `options`."""
        interpreter: weft.Interpreter = self.make(**options)

        async def session() -> list[weft.Execution]:
            async with interpreter.session(tools=tools) as opened:
                return [await opened.run(code) for code in codes]

        return finished(session())

    def run(
        self, code: str, *, tools: Mapping[str, Callable[..., Any]] | None = None, **options: Any
    ) -> weft.Execution:
        """Return what a piece of code gives in a session of its own."""
        return self.runs(code, tools=tools, **options)[0]
