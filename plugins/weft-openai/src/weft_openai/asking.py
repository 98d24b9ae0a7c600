"""``context_window="ask"``: the server says how much it reads, as it is run at the moment."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

from weft.errors import OptionError

from .probing import found_model

if TYPE_CHECKING:
    from .lm import OpenAILM


def asked_window(lm: OpenAILM) -> int:
    """Return the context window that the server tells; blocking, for the time of some requests.

    Raises:
        LMError: the server does not answer.
        OptionError: it does not say.
    """
    with ThreadPoolExecutor(1) as thread:  # the caller's may have a running loop
        probe = thread.submit(lambda: asyncio.run(lm.probe())).result()
    model = found_model(lm, probe.models)
    if model is None or model.context_window is None:
        told = " ".join(probe.problems)
        raise OptionError(
            f"The server of {lm.ref} does not say its context window; give context_window a number. {told}".rstrip()
        )
    return model.context_window
