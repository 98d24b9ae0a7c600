"""``weft doctor NAME``: ask a provider of models how it is, where its plugin can."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import typer

from ..errors import LMError, PluginError, UnsupportedModelError
from ..lm.base import LM
from ..runtime.loop import enter_loop, run_sync
from .console import print_table

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ..lm.probe import Probe

_PATIENCE_SECONDS = 30.0


def probe(ref: str, options: Mapping[str, Any]) -> bool:
    """Ask the provider that a reference names, with or without a model, and tell what it says.

    Returns:
        Whether all is well; also where the plugin cannot be asked.
    """
    try:
        lm = LM(ref, **options)
    except (UnsupportedModelError, PluginError):
        if "/" in ref:
            raise
        return True  # without a model there may be nobody to ask
    if type(lm).probe is LM.probe:
        return True
    try:
        found = run_sync(_asked(lm))
    except LMError as error:
        typer.echo(str(error), err=True)
        return False
    _tell(found)
    return not found.problems


async def _asked(lm: LM) -> Probe:
    await enter_loop()
    try:
        async with asyncio.timeout(_PATIENCE_SECONDS):
            return await lm.probe()
    except TimeoutError as error:
        if isinstance(error, LMError):
            raise
        message = f"{lm.ref} said nothing for {_PATIENCE_SECONDS:.0f} seconds."
        raise LMError(message, provider=lm.provider, model=lm.model) from error


def _tell(found: Probe) -> None:
    version = f", version {found.version}" if found.version else ""
    typer.echo(f"{found.address}{version}")
    if found.models:
        lines = [(model.name, _tokens(model.context_window)) for model in found.models]
        print_table(("model", "context window"), lines)
    for problem in found.problems:
        typer.echo(problem, err=True)


def _tokens(number: int | None) -> str:
    return "" if number is None else f"{number:,}"
