"""Checks of call parameters: nothing unknown is ignored, nothing senseless is sent."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from ..errors import OptionError
from ..spelling import hint
from .records import CALL_OPTIONS, PARAMETERS

if TYPE_CHECKING:
    from collections.abc import Callable

    from .base import LM


def check_parameters(lm: LM, parameters: Mapping[str, Any]) -> dict[str, Any]:
    """Return the parameters in the form that requests hold.

    Raises:
        OptionError: the model does not take a parameter, or its value is out of range; names the model.
    """
    if not parameters:
        return {}
    return {name: _checked(lm, name, value) for name, value in parameters.items()}


def checked_parameters(owner: str, parameters: Mapping[str, Any], others: tuple[str, ...] = ()) -> dict[str, Any]:
    """Return parameters for a model that is not known yet: those that every LM understands by name.

    Args:
        owner: what they were given to.
        parameters: values by name.
        others: more names that `owner` takes, and that may have been meant.

    Raises:
        OptionError: one is none of `PARAMETERS`, or its value is out of range.
    """
    if not isinstance(parameters, Mapping):  # pyright: ignore[reportUnnecessaryIsInstance]
        raise OptionError(f"The parameters of {owner} are a dict such as {{'temperature': 0.7}}, not {parameters!r}.")
    for name in parameters:
        if name not in PARAMETERS and name not in CALL_OPTIONS:
            raise OptionError(f"{owner} has no option {name!r}.{hint(name, (*PARAMETERS, *CALL_OPTIONS, *others))}")
    return {name: checked_value(f"{name} for {owner}", name, value) for name, value in parameters.items()}


def _checked(lm: LM, name: str, value: Any) -> Any:
    taken = lm.capabilities.parameters | lm.capabilities.extra
    if name not in taken and name not in CALL_OPTIONS:
        raise OptionError(f"{lm.ref} has no parameter {name!r}.{hint(name, taken | _constructor_options(lm))}")
    return checked_value(f"{name} for {lm.ref}", name, value)


def checked_value(what: str, name: str, value: Any) -> Any:
    """Return a parameter's value in the form that requests hold.

    Raises:
        OptionError: it is out of range; the message begins with `what`.
    """
    if name == "stop":
        return _texts(what, value)
    check = _RANGES.get(name)
    if value is not None and check is not None and not check[0](value):
        raise OptionError(f"{what} must be {check[1]}, not {value!r}.")
    return value


def _texts(what: str, value: Any) -> tuple[str, ...]:
    texts: tuple[Any, ...] = () if value is None else (value,) if isinstance(value, str) else tuple(value)
    if not all(isinstance(text, str) for text in texts):
        raise OptionError(f"{what} must be a text or a list of texts, not {value!r}.")
    return texts


def _constructor_options(lm: LM) -> frozenset[str]:
    names: set[str] = set()
    for cls in type(lm).__mro__:
        code = getattr(vars(cls).get("__init__"), "__code__", None)
        if code is not None:
            names.update(code.co_varnames[: code.co_argcount + code.co_kwonlyargcount])
    return frozenset(names) - {"self", "model", "provider", "capabilities"}


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _is_whole(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def checked_limits(
    requests_per_minute: float | None, tokens_per_minute: float | None, max_in_flight: int | None
) -> tuple[float | None, float | None, int | None]:
    """Return the limits that a user declares.

    Raises:
        OptionError: one is not above 0.
    """
    limits = (requests_per_minute, tokens_per_minute, max_in_flight)
    for name, value in zip(_LIMIT_NAMES, limits, strict=True):
        if value is not None and not (_is_number(value) and value > 0):
            raise OptionError(f"{name} must be a number above 0 or None, not {value!r}.")
    return limits


_LIMIT_NAMES = ("requests_per_minute", "tokens_per_minute", "max_in_flight")
NO_LIMITS = (None, None, None)

EFFORTS = ("none", "minimal", "low", "medium", "high", "xhigh")
CACHE_MODES = ("on", "off", "read", "refresh")

_RANGES: Mapping[str, tuple[Callable[[Any], bool], str]] = {
    "temperature": (lambda value: _is_number(value) and value >= 0, "a number of at least 0"),
    "top_p": (lambda value: _is_number(value) and 0 < value <= 1, "a number above 0 and at most 1"),
    "max_tokens": (lambda value: _is_whole(value) and value > 0, "a whole number of at least 1"),
    "n": (lambda value: _is_whole(value) and value > 0, "a whole number of at least 1"),
    "seed": (_is_whole, "a whole number"),
    "rollout_id": (_is_whole, "a whole number"),
    "logprobs": (lambda value: _is_whole(value) and 0 <= value <= 20, "a whole number from 0 to 20"),
    "reasoning_effort": (
        lambda value: value in EFFORTS or (_is_whole(value) and value >= 0),
        f"one of {', '.join(map(repr, EFFORTS))} or a number of tokens",
    ),
    "timeout": (lambda value: _is_number(value) and value > 0, "a number of seconds above 0"),
    "attempt_timeout": (lambda value: _is_number(value) and value > 0, "a number of seconds above 0"),
    "retries": (lambda value: _is_whole(value) and value >= 0, "a whole number of at least 0"),
    "cache": (lambda value: value in CACHE_MODES, f"one of {', '.join(map(repr, CACHE_MODES))}"),
}

assert set(_RANGES) | {"stop"} == {*PARAMETERS, *CALL_OPTIONS}
