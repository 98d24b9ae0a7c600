"""What a tool takes: a JSON schema for the model, and a check of the arguments before the tool runs."""

from __future__ import annotations

import inspect
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Annotated, Any, Protocol, cast, get_args, get_origin, get_type_hints

from ..errors import InputError, ToolError
from .schema_check import no_argument, problems_with

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from pydantic import TypeAdapter

_MOST_PROBLEMS = 5


class Parameters(Protocol):
    """The parameters of one tool."""

    @property
    def schema(self) -> Mapping[str, Any]:
        """JSON schema of the arguments, an object."""
        ...

    @property
    def names(self) -> tuple[str, ...]:
        """The names that arguments given by position have, in order."""
        ...

    def checked(self, tool: str, arguments: Mapping[str, Any]) -> dict[str, Any]:
        """Return the arguments as the function takes them.

        Raises:
            InputError: they do not fit; the message says which and why.
        """
        ...

    def call(self, function: Callable[..., Any], arguments: Mapping[str, Any]) -> Callable[[], Any]:
        """Return the call of the function with checked arguments."""
        ...


@dataclass(frozen=True, slots=True)
class SchemaParameters:
    """Parameters that are declared by a JSON schema; the function takes them by keyword."""

    schema: Mapping[str, Any]
    names: tuple[str, ...] = ()

    def checked(self, tool: str, arguments: Mapping[str, Any]) -> dict[str, Any]:
        problems = problems_with(arguments, self.schema)
        if problems:
            raise _unfit(tool, problems)
        return dict(arguments)

    def call(self, function: Callable[..., Any], arguments: Mapping[str, Any]) -> Callable[[], Any]:
        return partial(function, **arguments)


@dataclass(frozen=True, slots=True)
class FunctionParameters:
    """The parameters of a Python function, checked by pydantic."""

    schema: Mapping[str, Any]
    names: tuple[str, ...]
    _positional_only: tuple[str, ...]
    _adapter: TypeAdapter[Any]

    def checked(self, tool: str, arguments: Mapping[str, Any]) -> dict[str, Any]:
        from pydantic import ValidationError
        from pydantic_core import ArgsKwargs

        try:
            return self._adapter.validate_python(ArgsKwargs((), dict(arguments)))
        except ValidationError as error:
            found = error.errors(include_url=False, include_context=False)
            known = self.schema["properties"]
            raise _unfit(tool, [_sentence(one, known) for one in found]) from error

    def call(self, function: Callable[..., Any], arguments: Mapping[str, Any]) -> Callable[[], Any]:
        rest = dict(arguments)
        return partial(function, *[rest.pop(name) for name in self._positional_only], **rest)


def _unfit(tool: str, problems: list[str]) -> InputError:
    more = len(problems) - _MOST_PROBLEMS
    shown = "; ".join(problems[:_MOST_PROBLEMS]) + (f"; and {more} more" if more > 0 else "")
    return InputError(f"The arguments of the tool {tool!r} do not fit: {shown}.")


def _sentence(error: Any, known: Mapping[str, Any]) -> str:
    place = ".".join(str(part) for part in error["loc"])
    if error["type"].startswith("missing"):
        return f"{place!r} is missing"
    if error["type"] == "unexpected_keyword_argument":
        return no_argument(place, place, known)
    return f"{place!r}: {error['msg'][0].lower()}{error['msg'][1:]}"


def parameters_of(function: Callable[..., Any], tool: str, descriptions: Mapping[str, str]) -> FunctionParameters:
    """Return what a function takes, with descriptions of its arguments by name.

    Raises:
        ToolError: it has ``*args``, or a type that has no JSON schema.
    """
    signature = _signature(function, tool)
    hints = _hints(function, tool)
    for parameter in signature.parameters.values():
        if parameter.kind is parameter.VAR_POSITIONAL:
            raise ToolError(
                f"{tool!r} cannot be a tool: a model gives every argument a name, and *{parameter.name} have none. "
                "Take a list instead."
            )
    given = {
        name: parameter.replace(kind=_by_keyword(parameter), annotation=hints.get(name, Any))
        for name, parameter in signature.parameters.items()
    }
    adapter = _adapter(given, tool)
    schema = _schema(adapter, given, tool, descriptions)
    named = [entry for entry in signature.parameters.values() if entry.kind is not entry.VAR_KEYWORD]
    positional = tuple(entry.name for entry in named if entry.kind is not entry.KEYWORD_ONLY)
    only = tuple(entry.name for entry in named if entry.kind is entry.POSITIONAL_ONLY)
    return FunctionParameters(schema, positional, only, adapter)


def _by_keyword(parameter: inspect.Parameter) -> Any:
    return parameter.kind if parameter.kind is parameter.VAR_KEYWORD else parameter.KEYWORD_ONLY


def _signature(function: Callable[..., Any], tool: str) -> inspect.Signature:
    try:
        return inspect.signature(function)
    except ValueError as error:
        raise ToolError(
            f"{tool!r} cannot be a tool: Python does not tell what it takes. Write a function around it."
        ) from error


def _hints(function: Any, tool: str) -> dict[str, Any]:
    """Return the types of a function's parameters; of an object that can be called, those of its ``__call__``."""
    target: Any = function.func if isinstance(function, partial) else function
    if inspect.isclass(target):
        target = target.__init__
    elif not inspect.isroutine(target):
        target = type(target).__call__
    try:
        return get_type_hints(target, include_extras=True)
    except NameError as error:
        raise ToolError(f"Unknown type {error.name!r} in {tool!r}; its types must be at module level.") from error


def _adapter(given: Mapping[str, inspect.Parameter], tool: str) -> TypeAdapter[Any]:
    """Return pydantic's validator of a call, by way of a function that has the parameters and returns them."""
    from pydantic import ConfigDict, TypeAdapter
    from pydantic.errors import PydanticUserError
    from pydantic_core import SchemaError

    def collect(**arguments: Any) -> dict[str, Any]:
        return arguments

    ordered = sorted(given.values(), key=lambda parameter: parameter.kind)
    collect.__signature__ = inspect.Signature(ordered)  # type: ignore[attr-defined]
    collect.__annotations__ = {parameter.name: parameter.annotation for parameter in ordered}
    try:
        return TypeAdapter(cast("Any", collect), config=ConfigDict(coerce_numbers_to_str=True))
    except (PydanticUserError, SchemaError, TypeError) as error:
        raise ToolError(f"{tool!r} cannot be a tool: {str(error).splitlines()[0].rstrip('.')}.") from error


def _schema(
    adapter: TypeAdapter[Any],
    given: Mapping[str, inspect.Parameter],
    tool: str,
    descriptions: Mapping[str, str],
) -> dict[str, Any]:
    from pydantic.errors import PydanticInvalidForJsonSchema
    from pydantic.json_schema import GenerateJsonSchema

    class Quiet(GenerateJsonSchema):
        ignored_warning_kinds = {"non-serializable-default", "skipped-choice"}  # noqa: RUF012 - as pydantic declares it

    try:
        schema = adapter.json_schema(schema_generator=Quiet)
    except PydanticInvalidForJsonSchema as error:
        raise ToolError(f"{tool!r} cannot be a tool: {str(error).splitlines()[0].rstrip('.')}.") from error
    told = {name: descriptions.get(name) or _noted(entry.annotation) for name, entry in given.items()}
    properties = {name: _property(value, told.get(name)) for name, value in schema.get("properties", {}).items()}
    return {**schema, "properties": properties}


def _property(schema: Mapping[str, Any], description: str | None) -> dict[str, Any]:
    rest = {key: value for key, value in schema.items() if key != "title"}  # the name says it already
    return {**rest, "description": description} if description else rest


def _noted(annotation: Any) -> str | None:
    """Return what ``Annotated[type, Field(description=…)]`` says."""
    if get_origin(annotation) is not Annotated:
        return None
    return next(
        (note.description for note in get_args(annotation)[1:] if isinstance(getattr(note, "description", None), str)),
        None,
    )
