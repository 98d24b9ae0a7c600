"""``weft export``: the prompts of a program, for people and programs that don't use weft."""

import json
from enum import StrEnum
from typing import Annotated, Any

import typer

from .arguments import AdapterName, Instructions, Model, ModelOptions, Reasoning, Saved, SignatureText, pairs
from .border import command
from .program import built_program, declared_signature, in_force, saved_program, task_signature
from .run import typed_inputs


class Form(StrEnum):
    """The forms of an export."""

    OPENAI = "openai"
    MARKDOWN = "markdown"


def add_to(app: typer.Typer) -> None:
    """Add the command to the application."""
    command(app, "export")(export)


def export(
    signature: SignatureText = None,
    program: Saved = None,
    form: Annotated[Form, typer.Option(help="What to write.")] = Form.OPENAI,
    inputs: Annotated[
        list[str] | None, typer.Option("--input", help="An input: name=value. Without any, placeholders are written.")
    ] = None,
    lm: Model = None,
    lm_options: ModelOptions = None,
    adapter: AdapterName = None,
    instructions: Instructions = None,
    cot: Reasoning = False,
) -> None:
    """Print the prompts of a program, with inputs or with a placeholder for each; no model is called."""
    if program is not None:
        chosen = saved_program(program, signature=signature, instructions=instructions, reasons=cot, adapter=adapter)
    else:
        chosen = built_program(declared_signature(signature), reasons=cot, instructions=instructions)
    with in_force(lm, lm_options, adapter):
        values = typed_inputs(pairs(inputs, "--input"), task_signature(chosen))
        exported: Any = chosen.export(form.value, **values)
    text = exported if isinstance(exported, str) else json.dumps(exported, indent=2, ensure_ascii=False)
    typer.echo(text.rstrip("\n"))
