"""Wants an argument that the hook does not have, as a plugin for a later kernel would."""

from __future__ import annotations

from weft.registry import hookimpl


@hookimpl
def weft_make_lm(ref: object, options: object, session: object) -> None:
    return None
