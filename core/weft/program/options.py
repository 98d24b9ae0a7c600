"""Options that predictors and modules share."""

from __future__ import annotations

from typing import Any

from ..errors import OptionError


def whole_number(owner: str, name: str, value: Any, least: int) -> int:
    """Return `value`.

    Raises:
        OptionError: it is no whole number of at least `least`; names the owner.
    """
    if not isinstance(value, int) or isinstance(value, bool) or value < least:
        raise OptionError(f"{name} of {owner} must be a whole number of at least {least}, not {value!r}.")
    return value
