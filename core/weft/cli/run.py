"""``weft run``: one program, one input or a stream of them."""

import json
import sys
from collections.abc import Iterator, Mapping
from typing import Annotated, Any, cast

import typer

from ..data.prediction import Prediction
from ..errors import DataError, OptionError
from ..program.module import Module
from ..signature.coerce import Unfit, coerce
from ..signature.signature import SignatureMeta
from .arguments import AdapterName, Instructions, Model, ModelOptions, Reasoning, Saved, SignatureText, pairs
from .border import command
from .program import built_program, declared_signature, in_force, need_model, saved_program, task_signature


def add_to(app: typer.Typer) -> None:
    """Add the command to the application."""
    command(app, "run")(run)


def run(
    signature: SignatureText = None,
    program: Saved = None,
    inputs: Annotated[
        list[str] | None, typer.Option("--input", help="An input: name=value. Without any, JSON on standard input.")
    ] = None,
    lm: Model = None,
    lm_options: ModelOptions = None,
    adapter: AdapterName = None,
    instructions: Instructions = None,
    cot: Reasoning = False,
) -> None:
    """Answer one input, or each line of JSON on standard input; prints a line of JSON for each."""
    if program is not None:
        chosen = saved_program(program, signature=signature, instructions=instructions, reasons=cot, adapter=adapter)
    else:
        chosen = built_program(declared_signature(signature), reasons=cot, instructions=instructions)
    with in_force(lm, lm_options, adapter):
        need_model(chosen)
        given = _given(inputs, task_signature(chosen))
        for values in given:
            typer.echo(_answer(chosen, values))


def _answer(program: Module, values: Mapping[str, Any]) -> str:
    result = program(**values)
    fields = result.to_dict() if isinstance(result, Prediction) else {"result": str(result)}
    return json.dumps(fields, ensure_ascii=False)


def _given(inputs: list[str] | None, signature: SignatureMeta) -> Iterator[Mapping[str, Any]]:
    if inputs:
        yield typed_inputs(pairs(inputs, "--input"), signature)
        return
    if sys.stdin.isatty():
        names = " ".join(f"--input {name}=…" for name in signature.input_fields)
        raise OptionError(f"Give the inputs, as {names} or as JSON on standard input.")
    yield from _objects(sys.stdin.read())


def typed_inputs(texts: Mapping[str, str], signature: SignatureMeta) -> dict[str, Any]:
    """Return texts as the types of the inputs they are for; names that are none are left for the program to refuse."""
    fields = signature.input_fields
    values: dict[str, Any] = {}
    for name, text in texts.items():
        try:
            values[name] = coerce(fields[name], text) if name in fields else text
        except Unfit as unfit:
            raise DataError(f"--input {name}={text!r}: the value {unfit}") from unfit
    return values


def _objects(text: str) -> Iterator[Mapping[str, Any]]:
    """Yield the JSON objects of a text: one, however it is laid out, or one a line."""
    try:
        whole: list[Any] = [json.loads(text)]
    except ValueError:
        whole = [_line(number, line) for number, line in enumerate(text.split("\n"), 1) if line.strip()]
    if not whole:
        raise DataError('Standard input is empty; it takes JSON such as {"text": "…"}, or use --input name=value.')
    for value in whole:
        if not isinstance(value, dict):
            raise DataError('Standard input must hold JSON objects such as {"text": "…"}.')
        yield cast("dict[str, Any]", value)


def _line(number: int, line: str) -> Any:
    try:
        return json.loads(line)
    except ValueError as error:
        raise DataError(f"Line {number} of standard input is not valid JSON: {error}.") from error
