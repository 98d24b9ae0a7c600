"""The function with which code ends the work: it takes the outputs, and checks them."""

from __future__ import annotations

import inspect
import json
from typing import TYPE_CHECKING, Any

from ..adapter.base import typed_fields
from ..data.tools import Tool
from ..errors import ParseError
from ..lm.records import Completion
from ..signature.schema import output_schema

if TYPE_CHECKING:
    from ..signature import Signature

_ABOUT = "End the work and give the answer. What does not fit is an error that says why."


def finishing(signature: type[Signature], name: str) -> Tool[..., Any]:
    """Return what a model is told of the function; there is none behind it."""
    return Tool(name=name, desc=_ABOUT, parameters=output_schema(signature).schema)


class Finish:
    """The function for one call of a module, and what it was given.

    Attributes:
        outputs: the outputs that were given last, checked; None while there are none.
    """

    def __init__(self, signature: type[Signature], name: str) -> None:
        self._signature = signature
        self.outputs: dict[str, Any] | None = None
        self.tool: Tool[..., Any] = Tool(self._function(), name=name)

    def _function(self) -> Any:
        def finish(**outputs: Any) -> str:
            given = {name: value for name, value in outputs.items() if value is not _NOT_GIVEN}
            try:
                self.outputs = typed_fields(self._signature, given, Completion(json.dumps(given)))
            except ParseError as error:
                raise ValueError(error.problem) from error
            return "The work is done."

        kind = inspect.Parameter.POSITIONAL_OR_KEYWORD
        parameters = [
            inspect.Parameter(name, kind, default=inspect.Parameter.empty if field.required else _NOT_GIVEN)
            for name, field in self._signature.output_fields.items()
        ]
        finish.__signature__ = inspect.Signature(sorted(parameters, key=_has_default))  # type: ignore[attr-defined]
        return finish


class _NotGiven:
    def __repr__(self) -> str:
        return "…"


_NOT_GIVEN = _NotGiven()


def _has_default(parameter: inspect.Parameter) -> bool:
    return parameter.default is not inspect.Parameter.empty
