"""Options that several commands share, declared once; and the values written as ``key=value``."""

import json
from pathlib import Path
from typing import Annotated, Any

import typer

from ..errors import OptionError

SignatureText = Annotated[
    str | None, typer.Option("--signature", help='What goes in and what comes out: "text -> category".')
]
Instructions = Annotated[str | None, typer.Option(help="What the model is told to do; default: from the fields.")]
Saved = Annotated[Path | None, typer.Option("--program", help="A program saved by `weft optimize`.")]
Model = Annotated[
    str | None, typer.Option("--lm", help="The language model: provider/model. Default: the setting 'lm'.")
]
ModelOptions = Annotated[
    list[str] | None, typer.Option("--lm-option", help="An option of the model: key=value. May be repeated.")
]
AdapterName = Annotated[
    str | None, typer.Option("--adapter", help="How prompts are written. Default: the setting 'adapter'.")
]
Reasoning = Annotated[bool, typer.Option("--cot", help="Let the model reason before it answers.")]
MetricName = Annotated[str, typer.Option("--metric", help="exact-match, or module:function of your own.")]
FreeText = Annotated[bool, typer.Option("--free-text", help="Never limit a text output to the values the data holds.")]
Seed = Annotated[int, typer.Option(help="The root of all randomness.")]
Limit = Annotated[int | None, typer.Option(min=1, help="Use at most this many rows of each file, drawn by the seed.")]
Concurrency = Annotated[int | None, typer.Option(min=1, help="How many programs run at once. Default: the setting.")]
MaxErrors = Annotated[
    int | None, typer.Option(min=0, help="Failures after which an evaluation stops. Default: the setting.")
]


def pairs(texts: list[str] | None, option: str) -> dict[str, str]:
    """Return ``["a=1", "b=2"]`` as a dict.

    Raises:
        OptionError: one of them has no ``=``, or two have the same key.
    """
    found: dict[str, str] = {}
    for text in texts or ():
        key, equals, value = text.partition("=")
        if not equals or not key.strip():
            raise OptionError(f"{option} takes key=value, not {text!r}.")
        if key.strip() in found:
            raise OptionError(f"{option} gives {key.strip()!r} twice.")
        found[key.strip()] = value
    return found


def typed_pairs(texts: list[str] | None, option: str) -> dict[str, Any]:
    """Return ``["k=16", "name=x"]`` as a dict of what the values say as JSON, else of their text."""
    return {key: _value(text) for key, text in pairs(texts, option).items()}


def _value(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return text
