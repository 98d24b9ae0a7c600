"""Fails as a file with a syntax error does, yet can be read by the tools that check this repository."""

from __future__ import annotations

compile("def weft_make_lm(:", __file__, "exec")
