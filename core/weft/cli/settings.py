"""``weft settings``: which settings there are, what they are here, and which layer says so."""

import re
from collections.abc import Mapping
from typing import Annotated, Any, cast

import typer

from ..runtime.keys import KEYS
from ..runtime.settings import settings
from .border import command
from .console import print_table

_SECRET = re.compile(r"(?:key|token|secret|password|credentials?)$", re.IGNORECASE)
_CREDENTIALS_IN_URL = re.compile(r"(?<=://)[^/\s@]+(?=@)")
_LOOKS_SECRET = re.compile(r"\b(?:sk|pk|ghp|xox[a-z])[-_][\w-]{8,}")
_MASK = "••••"


def add_to(app: typer.Typer) -> None:
    """Add the commands to the application."""
    group = typer.Typer(help="Show settings and where they come from.", no_args_is_help=True)
    command(group, "list")(list_settings)
    command(group, "explain")(explain)
    app.add_typer(group, name="settings")


def list_settings() -> None:
    """List every setting with its value here and the layer that sets it."""
    layers = {key: settings.explain(key)[0] for key in KEYS}
    print_table(
        ("setting", "value", "set by", "meaning"),
        [(key, shown(key, value), source, KEYS[key].about) for key, (source, value) in layers.items()],
    )


def explain(key: Annotated[str, typer.Argument(help="A setting, such as plugins.allow.")]) -> None:
    """Show every layer that sets KEY, the one in force first; secrets are masked."""
    layers = settings.explain(key)
    typer.echo(f"{key}: {KEYS[key].about}")
    print_table(
        ("layer", "value", ""),
        [
            (source, shown(key, value), "in force" if not number else "")
            for number, (source, value) in enumerate(layers)
        ],
    )


def shown(key: str, value: Any) -> str:
    """Return a value as text, with whatever is or looks like a secret masked."""
    if value is not None and _SECRET.search(key):
        return _MASK
    if isinstance(value, Mapping):
        entries = cast("Mapping[str, Any]", value).items()
        return "{" + ", ".join(f"{name}: {shown(name, inner)}" for name, inner in entries) + "}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(shown("", inner) for inner in cast("list[Any]", value)) + "]"
    return _LOOKS_SECRET.sub(_MASK, _CREDENTIALS_IN_URL.sub(_MASK, str(value)))
