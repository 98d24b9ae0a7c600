"""The application: its commands, and the entry point of ``weft`` and ``python -m weft``."""

from __future__ import annotations

import io
import sys
from typing import Annotated

import typer

from .. import __version__
from . import demo, evaluate, export, index, new, optimize, plugins, run, settings

app = typer.Typer(
    name="weft",
    help="Program language models: run, evaluate and optimize programs on your data, and see what is installed.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"weft {__version__}")
        raise typer.Exit


@app.callback()
def _weft(  # pyright: ignore[reportUnusedFunction] - typer calls it
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version and stop.")
    ] = False,
) -> None:
    pass


for _module in (demo, run, evaluate, optimize, export, index, plugins, settings, new):
    _module.add_to(app)


def main() -> None:
    """Run the command line; a character that the terminal cannot show becomes a question mark."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")
    app(prog_name="weft")
