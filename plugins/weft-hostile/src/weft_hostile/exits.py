"""Ends the process while it is imported, as scripts do that were never meant to be imported."""

from __future__ import annotations

raise SystemExit("weft-hostile wants to leave")
