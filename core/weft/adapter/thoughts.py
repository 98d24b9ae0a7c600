"""What models leave around an answer: their thoughts before it, and their format's own tokens after it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ..lm.records import Completion
    from ..signature import Signature

THOUGHTS = "think|thinking|thought|thoughts|reasoning|reflection|scratchpad|analysis"
_BLOCK = re.compile(
    rf"\s*(?:<(?P<tag>{THOUGHTS})>.*?</(?P=tag)>|\[THINK\].*?\[/THINK\]|◁think▷.*?◁/think▷)\s*",
    re.DOTALL | re.IGNORECASE,
)
_UNOPENED = re.compile(r"\A(?:(?!<think).)*?</think(?:ing)?>\s*", re.DOTALL | re.IGNORECASE)
_UNCLOSED = re.compile(rf"\A\s*<(?:{THOUGHTS})>", re.IGNORECASE)
_CHANNELS = re.compile(r"\A.*<\|channel\|>\s*final\s*<\|message\|>", re.DOTALL)
_TOKENS = (
    *(f"<|{name}|>" for name in ("im_end", "eot_id", "end_of_text", "endoftext", "eom_id", "end", "return")),
    "<｜end▁of▁sentence｜>",
    "</s>",
    "<end_of_turn>",
)
_QUOTE = re.compile(r"^> ?", re.MULTILINE)


def answer_part(signature: type[Signature], completion: Completion) -> str:
    """Return an answer without thoughts before it and without tokens that end it. Tags that name an output stay.

    Of thoughts that have no end nothing is an answer if they were cut off at the length limit.
    """
    text = completion.text
    if text[:1] in ("[", "{") and text[-1:] in ("]", "}"):
        return text
    if text.startswith(">") and all(line.startswith(">") for line in text.splitlines() if line.strip()):
        text = _QUOTE.sub("", text)
    if "|>" in text:
        text = _CHANNELS.sub("", text, count=1)
    if text.rstrip().endswith(">"):
        text = _without_tokens(text)
    if "<" in text or "THINK]" in text or "think▷" in text:
        return _without_thoughts(signature, text, is_cut=completion.finish_reason == "length")
    return text


def _without_tokens(text: str) -> str:
    for token in _TOKENS * 2:
        text = text.rstrip().removesuffix(token)
    return text


def _without_thoughts(signature: type[Signature], text: str, *, is_cut: bool) -> str:
    while (block := _BLOCK.match(text)) is not None and (block["tag"] or "").casefold() not in signature.output_fields:
        text = text[block.end() :]
    if "</think" in text:
        text = _UNOPENED.sub("", text, count=1)
    unclosed = _UNCLOSED.match(text)
    if unclosed is not None and unclosed[0].strip(" \n<>").casefold() not in signature.output_fields:
        return "" if is_cut else text[unclosed.end() :]
    return text
