"""The string form: ``"ctx: list[str], q -> answer: Literal['yes', 'no'], score: float"``.

Both sides are parsed by Python's own parser; types are looked up in builtins, typing and the names the caller
gives. Nothing is evaluated and no caller's frame is read.
"""

from __future__ import annotations

import ast
import builtins
import typing
from collections.abc import Mapping
from importlib import import_module
from types import ModuleType
from typing import Any, cast

from ..errors import SignatureError
from ..spelling import hint
from .fields import Field, FieldKind

Types = Mapping[str, Any] | ModuleType

_OWN_TYPES = {
    "Audio": "media_types",
    "Citations": "citations",
    "Code": "text_types",
    "Document": "media_types",
    "File": "media_types",
    "History": "history",
    "Image": "media_types",
    "Passages": "passages",
    "Reasoning": "text_types",
    "Tool": "tools",
    "ToolCalls": "calls",
    "Trajectory": "trajectory",
}
"""weft's own types that need no `types=`, and the modules of `weft.data` that hold them."""


def parse_signature(text: str, types: Types | None = None) -> list[Field]:
    """Return the fields of a string signature, inputs first.

    Raises:
        SignatureError: the text is no signature, or a type's name is not known.
    """
    names = _names(types)
    before, after = _split(text)
    fields = [*_side(before, "input", text, names), *_side(after, "output", text, names)]
    seen: set[str] = set()
    for field in fields:
        if field.name in seen:
            raise SignatureError(f"The signature {text!r} names the field {field.name!r} twice.")
        seen.add(field.name)
    return fields


def field_names(text: str) -> tuple[tuple[str, ...], tuple[str, ...]] | None:
    """Return the names of inputs and outputs in a string signature; None where it cannot be read."""
    try:
        sides = [_arguments(side, "", text).args for side in _split(text)]
    except SignatureError:
        return None
    inputs, outputs = (tuple(argument.arg for argument in arguments) for arguments in sides)
    return inputs, outputs


def _split(text: str) -> tuple[str, str]:
    """Split at the one arrow that stands outside quotes and brackets."""
    arrows: list[int] = []
    quote, depth, escaped = "", 0, False
    for position, character in enumerate(text):
        if escaped:
            escaped = False
        elif quote:
            escaped = character == "\\"
            quote = "" if character == quote else quote
        elif character in "'\"":
            quote = character
        elif character in "[(":
            depth += 1
        elif character in "])":
            depth -= 1
        elif depth == 0 and text.startswith("->", position):
            arrows.append(position)
    if len(arrows) != 1:
        raise SignatureError(
            f"A signature has exactly one '->', as in 'question -> answer'; {text!r} has {len(arrows)}."
        )
    return text[: arrows[0]], text[arrows[0] + 2 :]


def _side(source: str, kind: FieldKind, whole: str, names: Mapping[str, Any]) -> list[Field]:
    arguments = _arguments(source, kind, whole)
    _refuse_other_syntax(arguments, source)
    return [
        Field(
            argument.arg,
            kind,
            str if argument.annotation is None else _Resolver(whole, names).type(argument.annotation),
        )
        for argument in arguments.args
    ]


def _arguments(source: str, kind: str, whole: str) -> ast.arguments:
    if not source.strip():
        raise SignatureError(f"The signature {whole!r} has no {kind} field.")
    try:
        tree = ast.parse(f"def _(\n{source.strip()}\n): pass").body  # the lines keep a comment from eating the end
        function = tree[0]
    except (SyntaxError, ValueError, IndexError):
        raise SignatureError(f"The {kind} side {source.strip()!r} is not a list of 'name' or 'name: type'.") from None
    if len(tree) != 1 or not isinstance(function, ast.FunctionDef):
        raise SignatureError(f"The {kind} side {source.strip()!r} is not a list of 'name' or 'name: type'.")
    return function.args


def _refuse_other_syntax(arguments: ast.arguments, source: str) -> None:
    if arguments.vararg or arguments.kwarg or arguments.kwonlyargs or arguments.posonlyargs:
        raise SignatureError(f"{source.strip()!r} holds '*' or '/', which mean nothing in a signature.")
    if arguments.defaults:
        raise SignatureError(f"{source.strip()!r} sets a default; use the class form with InputField(default=…).")


def _names(types: Types | None) -> Mapping[str, Any]:
    given: Mapping[str, Any] = vars(types) if isinstance(types, ModuleType) else types or {}
    public = cast("list[str]", typing.__all__)  # pyright: ignore[reportUnknownMemberType]
    known_in_typing = {name: getattr(typing, name) for name in public if name[0].isupper()}
    known_builtins = {name: value for name, value in vars(builtins).items() if isinstance(value, type)}
    return {**known_in_typing, **known_builtins, "typing": typing, "None": None, **given}


class _Resolver:
    """Turns the syntax tree of a type into the type."""

    def __init__(self, whole: str, names: Mapping[str, Any]) -> None:
        self._whole = whole
        self._names = names

    def type(self, node: ast.expr) -> Any:
        match node:
            case ast.Name(id=name):
                return self._named(name)
            case ast.Constant(value=None):
                return None
            case ast.Constant(value=str(name)):
                return self.type(self._parsed(name))
            case ast.Attribute(value=owner, attr=name):
                return self._attribute(self.type(owner), name)
            case ast.BinOp(left=left, op=ast.BitOr(), right=right):
                return typing.Union[self.type(left), self.type(right)]  # noqa: UP007 - built at run time
            case ast.Subscript(value=generic, slice=inner):
                return self._subscripted(self.type(generic), inner)
            case _:
                raise SignatureError(f"{ast.unparse(node)!r} in the signature {self._whole!r} is not a type.")

    def _parsed(self, text: str) -> ast.expr:
        try:
            return ast.parse(text, mode="eval").body
        except (SyntaxError, ValueError):
            raise SignatureError(f"{text!r} in the signature {self._whole!r} is not a type.") from None

    def _named(self, name: str) -> Any:
        if name not in self._names and name in _OWN_TYPES:
            return getattr(import_module(f"weft.data.{_OWN_TYPES[name]}"), name)
        if name not in self._names:
            raise SignatureError(
                f"Unknown type {name!r} in the signature {self._whole!r}; pass it as types={{{name!r}: …}}."
                f"{hint(name, [*self._names, *_OWN_TYPES])}"
            )
        return self._names[name]

    def _attribute(self, owner: Any, name: str) -> Any:
        try:
            return getattr(owner, name)
        except AttributeError:
            raise SignatureError(
                f"Unknown type {name!r} in the signature {self._whole!r}.{hint(name, dir(owner))}"
            ) from None

    def _subscripted(self, generic: Any, inner: ast.expr) -> Any:
        parts = inner.elts if isinstance(inner, ast.Tuple) else [inner]
        if generic is typing.Literal or getattr(generic, "takes_values", False):
            arguments = tuple(self._literal(part) for part in parts)
        else:
            arguments = tuple(
                [self.type(item) for item in part.elts] if isinstance(part, ast.List) else self._argument(part)
                for part in parts
            )
        try:
            return generic[arguments if len(arguments) != 1 else arguments[0]]
        except TypeError as error:
            raise SignatureError(
                f"{generic!r} in the signature {self._whole!r} takes no such arguments: {error}."
            ) from error

    def _argument(self, node: ast.expr) -> Any:
        return ... if isinstance(node, ast.Constant) and node.value is ... else self.type(node)

    def _literal(self, node: ast.expr) -> Any:
        try:
            return ast.literal_eval(node)
        except ValueError:
            pass
        if isinstance(node, ast.Attribute):
            return self.type(node)
        raise SignatureError(
            f"Literal in the signature {self._whole!r} takes values such as 'yes' or 3, not {ast.unparse(node)!r}."
        )
