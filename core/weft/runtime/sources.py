"""The settings' outer layers: ``WEFT_*`` variables and ``[tool.weft]`` in the nearest pyproject.toml."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..errors import SettingsError
from ..spelling import hint
from .keys import KEYS

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_PREFIX = "WEFT_"
_RESERVED = "WEFT_TEST_"  # read by test suites and never a setting


def read_environment(environment: Mapping[str, str]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield (source, settings) for each ``WEFT_<KEY>``; ``WEFT_<PLUGIN>__<KEY>`` is the plugin's own.

    Raises:
        SettingsError: a variable names no setting.
    """
    variables = {f"{_PREFIX}{key.replace('.', '_').upper()}": key for key in KEYS}
    for name in sorted(environment):
        if not name.startswith(_PREFIX) or name.startswith(_RESERVED) or "__" in name:
            continue
        if name not in variables:
            raise SettingsError(f"The environment variable {name} sets nothing.{hint(name, variables)}")
        yield f"environment variable {name}", {variables[name]: environment[name]}


def read_pyproject(start: Path | None = None) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield (source, settings) of ``[tool.weft]`` in the nearest pyproject.toml above `start` (default: here).

    Raises:
        SettingsError: the file cannot be read, or ``tool.weft`` is not a table.
    """
    here = (start or Path.cwd()).resolve()
    path = next((folder / "pyproject.toml" for folder in (here, *here.parents) if _is_file(folder)), None)
    if path is None:
        return
    try:
        tables = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise SettingsError(f"{path} cannot be read for settings: {error}.") from error
    section = tables.get("tool", {}).get("weft", {})
    if not isinstance(section, dict):
        raise SettingsError(f"[tool.weft] in {path} must be a table.")
    yield str(path), section


def _is_file(folder: Path) -> bool:
    try:
        return (folder / "pyproject.toml").is_file()
    except OSError:  # a folder that may not be read has no settings for us
        return False
