"""``weft new``: a plugin package to begin with."""

import shlex
from pathlib import Path
from typing import Annotated

import typer

from ..registry.scaffold import package_named, write_package
from .border import command


def add_to(app: typer.Typer) -> None:
    """Add the command to the application."""
    command(app, "new")(new)


def new(
    kind: Annotated[str, typer.Argument(metavar="lm|rm|adapter|optimizer", help="What it will provide.")],
    name: Annotated[str, typer.Argument(help="What users will write, such as acme.")],
    out: Annotated[Path | None, typer.Option(help="The folder to write to. Default: weft-NAME.")] = None,
) -> None:
    """Write a plugin package that installs and passes the conformance kit."""
    package = package_named(kind, name)
    folder = out or Path(package.distribution)
    for file in write_package(package, folder):
        typer.echo(f"  {file}")
    typer.echo(f"Next: cd {shlex.quote(str(folder))} && python -m pip install --editable . --group test")
