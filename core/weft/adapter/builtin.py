"""The kernel's own adapters, offered through the same hook as everyone else's."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..registry import hookimpl
from .auto import AutoAdapter
from .chat import ChatAdapter
from .compact import CompactAdapter
from .jsonform import JSONAdapter
from .template import TemplateAdapter
from .twostep import TwoStepAdapter
from .xml import XMLAdapter

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ..registry import Ref
    from .base import Adapter

_ADAPTERS: Mapping[str, type[Adapter]] = {
    "auto": AutoAdapter,
    "chat": ChatAdapter,
    "compact": CompactAdapter,
    "json": JSONAdapter,
    "template": TemplateAdapter,
    "two-step": TwoStepAdapter,
    "xml": XMLAdapter,
}


@hookimpl
def weft_make_adapter(ref: Ref, options: Mapping[str, Any]) -> Adapter | None:
    adapter = _ADAPTERS.get(ref.provider)
    return adapter(**options) if adapter is not None else None
