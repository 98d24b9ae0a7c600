"""Names: any id and any name of metadata has one of the kind that Weaviate takes, and can be read back."""

from __future__ import annotations

import re
from functools import lru_cache
from uuid import NAMESPACE_URL, UUID, uuid5

from weft.errors import InputError, OptionError

ID = "passage_id"
"""The property that holds a passage's id."""

_IDS = uuid5(NAMESPACE_URL, "weft-weaviate")
_COLLECTION = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,254}")
_TENANT = re.compile(r"[A-Za-z0-9_-]{1,64}")
_PROPERTY = re.compile(r"[a-z_][A-Za-z0-9_]*")  # Weaviate itself makes the first letter a small one
_TAKEN = frozenset({ID, "id", "_id", "_additional", "vector"})
_MOST_LETTERS = 231
_CODED = "weft_"
_NOT_PLAIN = re.compile(r"[^A-Za-z0-9]")
_CODE = re.compile(r"_([0-9a-f]+)_")


def collection_name(name: str) -> str:
    """Return a collection's name as Weaviate writes it: with a capital first letter.

    Raises:
        OptionError: it cannot be the name of one.
    """
    if not _COLLECTION.fullmatch(name):
        raise OptionError(
            f"{name!r} cannot be a collection of Weaviate; a name has letters, digits and '_' and begins with a "
            'letter: weft.RM("weaviate/Docs").'
        )
    return name[0].upper() + name[1:]


def tenant_name(name: str | None) -> str | None:
    """Return a tenant's name if Weaviate takes it.

    Raises:
        OptionError: it does not.
    """
    if name is not None and not _TENANT.fullmatch(name):
        raise OptionError(f"{name!r} cannot be a tenant of Weaviate; a name has up to 64 letters, digits, '_' and '-'.")
    return name


def uuid_of(key: str) -> UUID:
    """Return the UUID of the object for a passage's id; an id that is a UUID stands for itself."""
    if len(key) == 36:  # the length of a UUID
        try:
            found = UUID(key)
        except ValueError:
            return uuid5(_IDS, key)
        if str(found) == key:
            return found
    return uuid5(_IDS, key)


@lru_cache(maxsize=4096)
def property_of(name: str, text: str) -> str:
    """Return the property that holds a fact of metadata: of that name, or, where Weaviate refuses it, in a code.

    Args:
        name: the fact's name.
        text: the property that holds passages' texts.

    Raises:
        InputError: the name is too long.
    """
    is_plain = _PROPERTY.fullmatch(name) and name not in _TAKEN and name != text and not name.startswith(_CODED)
    found = name if is_plain else _CODED + _NOT_PLAIN.sub(lambda letter: f"_{ord(letter[0]):x}_", name)
    if len(found) > _MOST_LETTERS:
        raise InputError(f"The name of metadata {name[:40] + '…'!r} is too long for Weaviate; shorten it.")
    return found


@lru_cache(maxsize=4096)
def fact_of(name: str) -> str:
    """Return the name of metadata that a property holds."""
    if not name.startswith(_CODED):
        return name
    return _CODE.sub(lambda code: chr(int(code[1], 16)), name.removeprefix(_CODED))
