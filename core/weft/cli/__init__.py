"""The command line. typer and rich are imported here and nowhere below."""

from .app import app, main

__all__ = ["app", "main"]
