"""Takes a second to import, as some SDKs do."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from weft.registry import hookimpl

if TYPE_CHECKING:
    from weft.registry import Ref

    from .model import HostileLM

time.sleep(1)


@hookimpl
def weft_make_lm(ref: Ref) -> HostileLM:
    from .model import HostileLM

    return HostileLM(ref.name, provider=ref.provider)
