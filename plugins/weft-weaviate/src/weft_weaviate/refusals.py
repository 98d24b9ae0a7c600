"""What a server's refusals mean, in weft's words."""

from __future__ import annotations

from dataclasses import dataclass

from weft.errors import CollectionNotFound, DimensionError, OptionError, RMError, WeftError

_NO_COLLECTION = "could not find class"
_NO_TENANT = "tenant not found"
_TENANCY = "multi-tenancy enabled"
_NO_TENANCY = "multi-tenancy disabled"
_MEANINGS: tuple[tuple[str, type[WeftError], str], ...] = (
    (
        _NO_COLLECTION,
        CollectionNotFound,
        "{ref}: the Weaviate server has no such collection. Index something to make it, or check the name.",
    ),
    (_NO_TENANT, CollectionNotFound, "{ref} has no such tenant. To make it, index with create_tenant=True."),
    (_TENANCY, OptionError, "{ref} keeps tenants apart; say whose passages are meant with tenant=."),
    (_NO_TENANCY, OptionError, "{ref} has no tenants; leave tenant= out."),
    (
        "vector lengths don't match",
        DimensionError,
        "{ref} holds vectors of another length than the embedder makes. Use the embedder that the collection was made "
        "with.",
    ),
    (
        "query maximum results exceeded",
        RMError,
        "{ref}: k is above what the Weaviate server finds at once, its QUERY_MAXIMUM_RESULTS.",
    ),
)


@dataclass(frozen=True, slots=True)
class Refusals:
    """Makes errors for one retriever.

    Attributes:
        ref: what messages call the retriever.
        has_key: whether it sends an API key.
    """

    ref: str
    has_key: bool

    def meaning(self, details: str) -> WeftError:
        """Return the error for what a server says, which is quoted where weft does not know it."""
        for sign, kind, says in _MEANINGS:
            if sign in details:
                return kind(says.format(ref=self.ref))
        return RMError(f"{self.ref}: the Weaviate server says: {details.strip()}")

    def unauthorized(self) -> RMError:
        """Return the error for a server that does not let one in."""
        if self.has_key:
            return RMError(f"{self.ref}: the Weaviate server refuses the API key, or what is to be done with it.")
        return RMError(f"{self.ref}: the Weaviate server wants an API key: give api_key= or set WEAVIATE_API_KEY.")

    def no_collection(self) -> WeftError:
        """Return the error for a collection that is not there."""
        return self.meaning(_NO_COLLECTION)

    def no_tenant(self) -> WeftError:
        """Return the error for a tenant that is not there."""
        return self.meaning(_NO_TENANT)

    def wrong_tenancy(self, *, is_kept_apart: bool) -> WeftError:
        """Return the error for a tenant where there are none, or for none where there are."""
        return self.meaning(_TENANCY if is_kept_apart else _NO_TENANCY)
