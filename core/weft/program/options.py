"""Options that predictors and modules share, checked."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..errors import OptionError
from ..lm.parameters import checked_parameters


def whole_number(owner: str, name: str, value: Any, least: int) -> int:
    """Return `value`.

    Raises:
        OptionError: it is no whole number of at least `least`; names the owner.
    """
    if not isinstance(value, int) or isinstance(value, bool) or value < least:
        raise OptionError(f"{name} of {owner} must be a whole number of at least {least}, not {value!r}.")
    return value


def checked_config(config: Mapping[str, Any]) -> dict[str, Any]:
    """Return the parameters of a call, ``repair_max`` among them where it is given."""
    others = ("lm", "adapter", "repair_max")
    if not isinstance(config, Mapping) or "repair_max" not in config:  # pyright: ignore[reportUnnecessaryIsInstance]
        return checked_parameters("Predict", config, others)
    sampling = {name: value for name, value in config.items() if name != "repair_max"}
    return {
        **checked_parameters("Predict", sampling, others),
        "repair_max": whole_number("Predict", "repair_max", config["repair_max"], 0),
    }
