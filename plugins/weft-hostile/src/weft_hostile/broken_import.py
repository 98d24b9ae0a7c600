"""Imports an SDK that is not installed."""

from __future__ import annotations

import weft_hostile_sdk_that_nobody_has  # noqa: F401  # pyright: ignore[reportMissingImports, reportUnusedImport]
