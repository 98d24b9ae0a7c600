"""How answers spell the names of output fields: ``firstName``, ``First Name``, ``Final answer``."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from ..signature.anatomy import plain_name

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from ..signature import Signature

_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+|[^\W\d_a-zA-Z]+")
_MAY_PRECEDE = "final"


class FieldNames:
    """The output fields of a signature by what answers call them.

    Attributes:
        required: the fields that an answer must hold.
        pattern: a regular expression of all spellings, to be matched whatever the case.
    """

    def __init__(self, signature: type[Signature]) -> None:
        fields = signature.output_fields
        self.required = frozenset(name for name, field in fields.items() if field.required and not field.optional)
        self._exact = frozenset(fields)
        self._plain = _unambiguous((plain_name(name), name) for name in fields)
        prefixed = _unambiguous((_MAY_PRECEDE + plain, name) for plain, name in self._plain.items())
        self._plain = {**prefixed, **self._plain}
        spelled = [_spelled(name) for name in sorted(fields, key=len, reverse=True)]
        self.pattern = rf"(?:{_MAY_PRECEDE}[ _-]*)?(?:{'|'.join(spelled)})"

    @classmethod
    def of(cls, signature: type[Signature]) -> FieldNames:
        """Return the names of a signature's outputs, prepared once."""
        return signature.memo("field_names", lambda: cls(signature))

    def field(self, key: str) -> str | None:
        """Return the field that `key` means, or None."""
        return key if key in self._exact else self._plain.get(plain_name(key))

    def aligned(self, found: Mapping[Any, Any]) -> dict[str, Any]:
        """Return the fields in `found` under their own names; one that is spelt right wins over other spellings."""
        fields = {key: value for key, value in found.items() if key in self._exact}
        for key, value in found.items():
            if key not in self._exact and isinstance(key, str) and (name := self.field(key)) is not None:
                fields.setdefault(name, value)
        return fields

    def complete(self, found: Any) -> bool:
        """Whether something is a mapping that holds every required field, and at least one."""
        if not isinstance(found, dict):
            return False
        fields = self.aligned(found)  # pyright: ignore[reportUnknownArgumentType]
        return bool(fields) and self.required <= fields.keys()


def _unambiguous(pairs: Iterable[tuple[str, str]]) -> dict[str, str]:
    names: dict[str, set[str]] = {}
    for plain, name in pairs:
        names.setdefault(plain, set()).add(name)
    return {plain: next(iter(meant)) for plain, meant in names.items() if len(meant) == 1}


def _spelled(name: str) -> str:
    words = [re.escape(word) for word in _WORD.findall(name)]
    return r"[ _-]*".join(words) if words else re.escape(name)
