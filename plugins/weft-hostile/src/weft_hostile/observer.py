"""Makes a good LM, but raises at every event and at shutdown."""

from __future__ import annotations

from typing import TYPE_CHECKING

from weft.registry import hookimpl

if TYPE_CHECKING:
    from weft.registry import Ref

    from .model import HostileLM


@hookimpl
def weft_make_lm(ref: Ref) -> HostileLM:
    from .model import HostileLM

    return HostileLM(ref.name, provider=ref.provider)


@hookimpl
def weft_on_event() -> None:
    raise RuntimeError("weft-hostile does not want to know")


@hookimpl
def weft_shutdown() -> None:
    raise RuntimeError("weft-hostile does not want to go")
