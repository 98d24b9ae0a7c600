"""Reading answers whose shape only the provider's documentation promises."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from weft.errors import LMServerError

if TYPE_CHECKING:
    from collections.abc import Generator


@contextmanager
def reading(ref: str) -> Generator[None]:
    """Turn what goes wrong where an answer is taken apart into an error of the provider's, which is tried again.

    Raises:
        LMServerError: a field is missing or of another type than documented.
    """
    try:
        yield
    except (LookupError, TypeError, AttributeError, ValueError) as error:
        provider, _, model = ref.partition("/")
        raise LMServerError(
            f"{ref} sent an answer that is not in the form that its API documents ({error!r}).",
            provider=provider,
            model=model,
        ) from error
