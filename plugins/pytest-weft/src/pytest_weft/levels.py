"""The two levels of checks: most fail the run, advisory ones warn."""

from __future__ import annotations

import warnings
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Generator

advisory = pytest.mark.weft_advisory
"""Marks a check whose failure is a `ConformanceWarning`; new checks begin like this."""


class ConformanceWarning(UserWarning):
    """An advisory check failed; ``-W error::pytest_weft.ConformanceWarning`` makes it count."""


@contextmanager
def as_warning(check: str) -> Generator[None]:
    """Turn a failure inside the block into a warning that names the check."""
    try:
        yield
    except Exception as error:  # noqa: BLE001 - whatever the check died of is its failure
        first_line = str(error).splitlines()[0] if str(error) else type(error).__name__
        warnings.warn(f"{check}: {first_line}", ConformanceWarning, stacklevel=2)
