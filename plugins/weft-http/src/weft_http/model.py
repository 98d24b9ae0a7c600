"""The part of an LM that all providers over HTTP have: address, key, headers, and what identifies them."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from weft import LM

from .client import Client
from .keys import ApiKey, hide_keys

if TYPE_CHECKING:
    from collections.abc import Mapping

    from weft import Capabilities

    from .keys import KeySource
    from .service import Service


class HttpLM(LM):
    """An LM behind HTTP. A provider derives from it and writes `generate` with the `client`.

    Args:
        model: the model's name as the provider knows it.
        service: the provider.
        capabilities: what the model can do.
        base_url: another address than the provider's; None: the environment variable of the service, else its own.
        api_key: the key, or a function that returns one; None: the environment variable of the service.
        extra_headers: more headers of every request. They are not described, since they may hold keys.
        parameters: as for every LM.

    Raises:
        OptionError: an option has a value that is none.
    """

    def __init__(
        self,
        model: str,
        /,
        *,
        service: Service,
        capabilities: Capabilities | None = None,
        base_url: str | None = None,
        api_key: KeySource | None = None,
        extra_headers: Mapping[str, str] | None = None,
        **parameters: Any,
    ) -> None:
        super().__init__(model, provider=service.provider, capabilities=capabilities, **parameters)
        self._given_base_url = base_url
        headers = dict(extra_headers or {})
        hide_keys(headers)
        is_needed = service.key_is_needed and not _authorized(service, headers)
        key = ApiKey(api_key, env=service.key_env, ref=self.ref, is_needed=is_needed)
        self.client = Client(service, model=model, key=key, base_url=_address(service, base_url), headers=headers)
        self.endpoint = (self.client.base_url, model)

    def describe(self) -> dict[str, Any]:
        """Return what it takes to get this LM again; never a key and no headers."""
        described = super().describe()
        return described if self._given_base_url is None else {**described, "base_url": self._given_base_url}


def _address(service: Service, given: str | None) -> str | None:
    """Return the address that the user or the environment says, if one does."""
    said = given or next((os.environ[name] for name in service.base_url_env if os.environ.get(name)), None)
    return service.address_of(said) if said and service.address_of else said


def _authorized(service: Service, headers: Mapping[str, str]) -> bool:
    """Whether the user's own headers stand for the key, as gateways want it."""
    given = {name.casefold() for name in headers}
    return any(name.casefold() in given for name in service.authorize(""))
