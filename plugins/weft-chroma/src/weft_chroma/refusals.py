"""What Chroma says when it cannot, in one sentence that names the place."""

from __future__ import annotations

import re
from contextlib import contextmanager
from typing import TYPE_CHECKING

import httpx
from chromadb.errors import AuthorizationError, ChromaAuthError, ChromaError, NotFoundError

from weft.errors import CollectionNotFound, RMError, WeftError

from .places import unreachable

if TYPE_CHECKING:
    from collections.abc import Callable, Generator

_LENGTHS = re.compile(r"dimension of (\d+), got (\d+)")


def no_collection(place: object, collection: str) -> CollectionNotFound:
    """Return the error for a collection that is not there."""
    return CollectionNotFound(
        f"{place} has no collection {collection!r}. Index passages, which makes it, or set create=True."
    )


@contextmanager
def told(place: object, collection: str, other_length: Callable[[int], object]) -> Generator[None]:
    """Raise what Chroma raises as weft's errors.

    Args:
        place: where the collection is.
        collection: its name.
        other_length: raises the error for vectors that have another length than those of the collection, which it is
            told.

    Raises:
        CollectionNotFound: there is no such collection.
        RMTransportError: the server cannot be reached.
        RMError: everything else.
    """
    try:
        yield
    except WeftError:
        raise
    except NotFoundError as error:
        raise no_collection(place, collection) from error
    except (ChromaAuthError, AuthorizationError) as error:
        raise RMError(f"{place} refuses the key. Give token= or headers=.") from error
    except httpx.TransportError as error:
        raise unreachable(place, error) from error
    except UnicodeEncodeError as error:
        raise RMError(f"{place} takes no text with half a character in it (a lone surrogate).") from error
    except Exception as error:  # Chroma raises a bare Exception for answers of a server that it does not know
        if not isinstance(error, ChromaError | ValueError | httpx.HTTPError) and type(error) is not Exception:
            raise
        if lengths := _LENGTHS.search(str(error)):
            other_length(int(lengths[1]))
        raise RMError(f"{place} says of the collection {collection!r}: {error}") from error
