"""The settings there are: name, default, what they mean and which values they take."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from os import PathLike, fspath
from typing import Any

from ..errors import SettingsError

Check = Callable[[Any], Any]


@dataclass(frozen=True, slots=True)
class Setting:
    """One setting: `convert` returns the value to keep, or raises ValueError saying what is expected."""

    key: str
    default: Any
    about: str
    convert: Check

    def check(self, value: Any, source: str) -> Any:
        """Return the value to keep.

        Raises:
            SettingsError: the value has the wrong type.
        """
        try:
            return self.convert(value)
        except ValueError as error:
            raise SettingsError(f"The setting {self.key!r} must be {error}, not {value!r} (in {source}).") from error


def _anything(value: Any) -> Any:
    return value


def _one_of(*choices: str) -> Check:
    def convert(value: Any) -> str:
        if value not in choices:
            raise ValueError(f"one of {', '.join(map(repr, choices))}")
        return value

    return convert


def _whole(least: int, *, or_none: bool = False) -> Check:
    wanted = f"a whole number of at least {least}{' or None' if or_none else ''}"

    def convert(value: Any) -> int | None:
        if value is None or (isinstance(value, str) and value.casefold() == "none"):
            if or_none:
                return None
            raise ValueError(wanted)
        if isinstance(value, bool) or not isinstance(value, int | str):
            raise ValueError(wanted)  # noqa: TRY004 - `Setting.check` makes the error of it
        try:
            number = int(value)
        except ValueError:
            raise ValueError(wanted) from None
        if number < least:
            raise ValueError(wanted)
        return number

    return convert


def _folder(value: Any) -> str | None:
    if value is None or (isinstance(value, str) and value.casefold() == "none"):
        return None
    if isinstance(value, str | PathLike) and str(value):  # pyright: ignore[reportUnknownArgumentType]
        return fspath(value)  # pyright: ignore[reportUnknownVariableType, reportUnknownArgumentType]
    raise ValueError("a folder, 'auto' or None")


def _seconds(value: Any) -> float | None:
    wanted = "a number of seconds above 0 or None"
    if value is None or (isinstance(value, str) and value.casefold() == "none"):
        return None
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        raise ValueError(wanted)  # noqa: TRY004 - `Setting.check` makes the error of it
    try:
        seconds = float(value)
    except ValueError:
        raise ValueError(wanted) from None
    if not seconds > 0:
        raise ValueError(wanted)
    return seconds


def _names(value: Any) -> tuple[str, ...] | None:
    if value is None:
        return None
    if isinstance(value, str):
        return tuple(name.strip() for name in value.split(",") if name.strip())
    if isinstance(value, list | tuple | set | frozenset) and all(isinstance(name, str) for name in value):  # pyright: ignore[reportUnknownVariableType]
        return tuple(value)  # pyright: ignore[reportUnknownArgumentType, reportUnknownVariableType]
    raise ValueError("a list of distribution names")


def _choices(value: Any) -> Mapping[str, str]:
    if isinstance(value, str):
        pairs = [pair.partition("=") for pair in value.split(",") if pair.strip()]
        value = {name.strip(): chosen.strip() for name, _, chosen in pairs}
    if not isinstance(value, Mapping):
        raise ValueError("a mapping such as {'lm.acme': 'weft-acme'}")  # noqa: TRY004 - `Setting.check` makes the error
    chosen: dict[str, str] = {}
    for name, distribution in value.items():  # pyright: ignore[reportUnknownVariableType]
        if not (isinstance(name, str) and isinstance(distribution, str) and "." in name and distribution):
            raise ValueError("a mapping such as {'lm.acme': 'weft-acme'}")
        chosen[name] = distribution
    return chosen


KEYS: Mapping[str, Setting] = {
    setting.key: setting
    for setting in (
        Setting("lm", None, "the language model: an LM or a reference such as 'openai/gpt-5-mini'", _anything),
        Setting("adapter", "auto", "how prompts are written and answers read: an Adapter or its name", _anything),
        Setting("rm", None, "the retriever: an RM, a callable or a reference", _anything),
        Setting("interpreter", "monty", "what runs code that models write: an Interpreter or its name", _anything),
        Setting("cache", "on", "use of the answer cache", _one_of("on", "off", "read", "refresh")),
        Setting("cache_store", "sqlite", "where answers are kept: a CacheStore or a reference to one", _anything),
        Setting("cache_dir", "auto", "the folder of the store 'sqlite'; None: memory only", _folder),
        Setting("cache_limit_mb", 1000, "megabytes that the store 'sqlite' may take", _whole(1)),
        Setting("cache_ttl", None, "seconds for which an answer is good; None: for ever", _seconds),
        Setting("timeout", 900.0, "seconds for a call of a model with all its attempts; None: no limit", _seconds),
        Setting("attempt_timeout", 300.0, "seconds for one attempt of a call; None: no limit", _seconds),
        Setting("tool_timeout", 120.0, "seconds for one call of a tool; None: no limit", _seconds),
        Setting(
            "tool_calling",
            "auto",
            "how models call tools: native, text, or auto: native where the model can",
            _one_of("auto", "native", "text"),
        ),
        Setting("retries", 5, "attempts after the first, for errors that may pass", _whole(0)),
        Setting("repair_max", 1, "re-asks for fields of an answer that cannot be read", _whole(0)),
        Setting("concurrency", 8, "programs that batch, Evaluate and optimizers run at once", _whole(1)),
        Setting("max_errors", 10, "failures after which an evaluation stops; None: never", _whole(0, or_none=True)),
        Setting("max_backtracks", 2, "how often a step is asked again for checks it fails", _whole(0)),
        Setting("history", 100, "calls that inspect_history remembers", _whole(0)),
        Setting("plugins.allow", None, "distributions that may be loaded; None: all", _names),
        Setting("plugins.block", (), "distributions that are never loaded", _names),
        Setting("prefer", {}, "which distribution wins where several offer a name", _choices),
    )
}
