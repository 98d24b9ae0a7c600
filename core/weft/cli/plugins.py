"""``weft plugins`` and ``weft doctor``: what is installed, and what of it works."""

import json
import platform
from dataclasses import asdict
from typing import Annotated

import typer

from .. import __version__
from ..errors import PluginNotFound, SettingsError
from ..registry import Check, Row, check, rows
from ..registry.index import CONTRACT_MAJOR
from ..runtime.keys import KEYS
from ..runtime.settings import settings
from ..spelling import hint
from .arguments import ModelOptions, typed_pairs
from .border import command, fail
from .console import print_table
from .probing import probe

PROBLEMS = ("failed", "conflict", "incompatible", "illegal name")


def add_to(app: typer.Typer) -> None:
    """Add the commands to the application."""
    command(app, "plugins")(plugins)
    command(app, "doctor")(doctor)


def plugins(as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False) -> None:
    """List the installed plugins, from metadata alone: none is imported."""
    found = rows()
    if as_json:
        typer.echo(json.dumps([asdict(row) for row in found], indent=2))
        return
    print_table(
        ("kind", "name", "distribution", "version", "status"),
        [(row.kind, row.name, row.distribution, row.version, row.status) for row in found],
    )


def doctor(
    name: Annotated[
        str | None, typer.Argument(help="A plugin's name or distribution, or provider/model. Default: all.")
    ] = None,
    lm_option: ModelOptions = None,
) -> None:
    """Load plugins one by one and report what is wrong with them or with the settings; exit code 1 if anything is.

    A provider of models that is named is asked how it is: whether it answers, which models it has, and their context.
    """
    typer.echo(f"weft {__version__}, plugin contract {CONTRACT_MAJOR}, Python {platform.python_version()}")
    problem = _settings_problem()
    if problem is not None:
        fail(f"Settings: {problem}", 1)
    typer.echo("Settings: ok")
    found_rows = rows()
    options = typed_pairs(lm_option, "--lm-option")
    chosen = _chosen(found_rows, None if name is None else name.partition("/")[0])
    checks = [check(row) for row in chosen]
    print_table(("kind", "name", "distribution", "status", "import", "hooks"), [_line(found) for found in checks])
    for found in checks:
        if found.error is not None:
            typer.echo(f"{found.row.kind} {found.row.name} ({found.row.distribution}): {found.error}", err=True)
    wrong = sum(_is_problem(found, found_rows) for found in checks)
    if wrong:
        fail(f"{wrong} of {len(checks)} plugins cannot be used.", 1)
    is_provider = any((row.kind, row.name) == ("lm", (name or "").partition("/")[0]) for row in chosen)
    if name is not None and is_provider and not probe(name, options):
        fail(f"{name!r} cannot be used as it is.", 1)
    typer.echo("All is well.")


def _settings_problem() -> str | None:
    try:
        for key in KEYS:
            settings.get(key)
    except SettingsError as error:
        return str(error)
    return None


def _chosen(found: list[Row], name: str | None) -> list[Row]:
    chosen = [row for row in found if name is None or name in (row.name, row.distribution)]
    if not chosen:
        known = {row.name for row in found} | {row.distribution for row in found}
        raise PluginNotFound(f"No plugin or distribution {name!r} is installed.{hint(name or '', known)}")
    return chosen


def _line(found: Check) -> tuple[str, ...]:
    row = found.row
    took = "" if found.milliseconds is None else f"{found.milliseconds:.0f} ms"
    return row.kind, row.name, f"{row.distribution} {row.version}".rstrip(), found.status, took, ", ".join(found.hooks)


def _is_problem(found: Check, everything: list[Row]) -> bool:
    """Tell whether something is wrong; a rival that gives way to the preferred one is as the settings want it."""
    if found.status != "conflict":
        return found.status in PROBLEMS
    row = found.row
    return not any((other.kind, other.name, other.status) == (row.kind, row.name, "ok") for other in everything)
