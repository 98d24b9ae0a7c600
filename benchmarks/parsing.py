"""Share of malformed answers that are read without a second call, beside DSPy's share of the same answers.

The answers are those of ``tests/adapter/corpus``. Each is given back by a model that is asked once, in the form that
the entry says: chat or JSON. An entry is right if every field has the value that was meant. An entry that must be
refused is right if nothing is returned. A second call, such as DSPy's from chat to JSON, counts as refused: it is
not a wrong answer, and it is not a recovery either.

DSPy reads the same answers in an environment of its own, if ``DSPY_PYTHON`` names that environment's interpreter
(``dspy==3.4.1``). Run: ``nox -s bench -- parsing``.
"""

from __future__ import annotations

import json
import logging
import os
import subprocess
import sys
from collections import Counter
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

sys.path.insert(0, str(Path(__file__).parent.parent / "tests" / "adapter" / "corpus"))

from entries import TYPES, Entry, entries

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

WANTED = 0.95
RIGHT, REFUSED, WRONG = "right", "refused", "wrong"


class SecondCall(Exception):
    """The model was asked again."""


def outcome(entry: Entry, read: Callable[[Entry], dict[str, Any]]) -> str:
    """Return what came of an answer: its values, nothing, or other values than were meant."""
    try:
        values = read(entry)
    except Exception:  # noqa: BLE001 - whatever a library raises, the answer was not read
        return REFUSED
    return RIGHT if entry.is_right(values) else WRONG


def weft_reader() -> Callable[[Entry], dict[str, Any]]:
    import weft

    def read(entry: Entry) -> dict[str, Any]:
        signature: Any = weft.Signature(entry.signature, types=TYPES)
        for name, constraints in entry.constraints.items():
            signature = signature.with_updated_fields(name, **constraints)
        calls = tuple(weft.ToolCall(f"c{number}", "final_result", text) for number, text in enumerate(entry.tool_calls))
        answer = weft.Response((weft.Completion(entry.text, entry.finish_reason, calls),))
        lm = weft.LM("scripted/corpus", answers=[answer])
        predict = weft.Predict(signature, adapter=entry.adapter, lm=lm, repair_max=0)
        prediction = predict(**dict.fromkeys(signature.input_fields, "?"))
        return {name: prediction[name] for name in signature.output_fields}

    return read


def dspy_reader() -> Callable[[Entry], dict[str, Any]]:
    import dspy  # type: ignore[import-not-found] # in its own environment

    logging.disable()

    class Corpus(dspy.BaseLM):
        def __init__(self, entry: Entry) -> None:
            super().__init__(model="corpus", cache=False)
            self.entry, self.asked = entry, 0

        def forward(self, prompt: Any = None, messages: Any = None, **parameters: Any) -> Any:
            self.asked += 1
            if self.asked > 1:
                raise SecondCall
            return response_of(self.entry)

    def read(entry: Entry) -> dict[str, Any]:
        signature = dspy.Signature(entry.signature, custom_types=TYPES)
        for name, constraints in entry.constraints.items():
            type_ = signature.output_fields[name].annotation
            signature = signature.delete(name).append(name, dspy.OutputField(**constraints), type_)
        adapter = dspy.ChatAdapter() if entry.adapter == "chat" else dspy.JSONAdapter()
        with dspy.context(lm=Corpus(entry), adapter=adapter):
            prediction = dspy.Predict(signature)(**dict.fromkeys(signature.input_fields, "?"))
        return {name: prediction[name] for name in signature.output_fields}

    return read


def response_of(entry: Entry) -> Any:
    """Return an answer as OpenAI's SDK gives it, which is what DSPy's models return."""
    calls = [
        {"id": f"c{number}", "type": "function", "function": {"name": "final_result", "arguments": text}}
        for number, text in enumerate(entry.tool_calls)
    ]
    message = {"content": entry.text or None, "role": "assistant", "tool_calls": calls or None}
    choice = {"message": message, "finish_reason": entry.finish_reason, "index": 0}
    usage = {"prompt_tokens": 1, "completion_tokens": 1, "total_tokens": 2}
    return as_object({"choices": [choice], "usage": usage, "model": "corpus"})


def as_object(value: Any) -> Any:
    if isinstance(value, dict):
        return Fields(**{name: as_object(item) for name, item in value.items()})
    return [as_object(item) for item in value] if isinstance(value, list) else value


class Fields(SimpleNamespace):
    """Attributes that can be turned into a dict, which DSPy does with the usage."""

    def __iter__(self) -> Iterator[tuple[str, Any]]:
        return iter(vars(self).items())


def outcomes(reader: Callable[[], Callable[[Entry], dict[str, Any]]]) -> dict[str, str]:
    read = reader()
    return {f"{entry.kind}: {entry.id}": outcome(entry, read) for entry in entries()}


def elsewhere(python: str) -> dict[str, str]:
    output = subprocess.run([python, __file__, "dspy"], check=True, capture_output=True, text=True).stdout
    return json.loads(output.strip().splitlines()[-1])


def main() -> int:
    if sys.argv[1:] == ["dspy"]:
        print(json.dumps(outcomes(dspy_reader)))
        return 0
    ours = outcomes(weft_reader)
    other = os.environ.get("DSPY_PYTHON")
    theirs = elsewhere(other) if other else None
    for kind in sorted({entry.kind for entry in entries()} - {"refused"}):
        print(f"  {kind:20}{share(ours, kind)}{share(theirs, kind) if theirs else ''}")
    recovered = report("weft", ours)
    if theirs:
        report("DSPy", theirs)
        better = [name for name, came in theirs.items() if right(name, came) and not right(name, ours[name])]
        print(f"DSPy is right where weft is not: {', '.join(better) or 'nowhere'}")
    else:
        print("DSPy: not measured; set DSPY_PYTHON to the interpreter of an environment with dspy==3.4.1")
    missed = [name for name, came in ours.items() if not right(name, came)]
    print(f"weft misses: {'; '.join(missed)}")
    return 0 if recovered >= WANTED else 1


MUST_BE_REFUSED = {f"{entry.kind}: {entry.id}" for entry in entries() if entry.refused}


def right(name: str, came: str) -> bool:
    return came == (REFUSED if name in MUST_BE_REFUSED else RIGHT)


def share(results: dict[str, str], kind: str) -> str:
    came = Counter(
        result for name, result in results.items() if name.startswith(f"{kind}: ") and name not in MUST_BE_REFUSED
    )
    return f"{came[RIGHT]:4} of {came.total():3}"


def report(name: str, results: dict[str, str]) -> float:
    meant = Counter(result for entry, result in results.items() if entry not in MUST_BE_REFUSED)
    refused = Counter(result for entry, result in results.items() if entry in MUST_BE_REFUSED)
    recovered = meant[RIGHT] / meant.total()
    print(
        f"{name}: {meant[RIGHT]} of {meant.total()} answers read without a second call ({recovered:.1%}), "
        f"{meant[WRONG]} read wrongly; of {refused.total()} that must be refused {refused[REFUSED]} were"
    )
    return recovered


if __name__ == "__main__":
    raise SystemExit(main())
