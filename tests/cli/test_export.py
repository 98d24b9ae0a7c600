"""``weft export``, and files that hold an adapter."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

import weft as library

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from .conftest import Done

MESSAGES = [
    {"role": "system", "content": "You are a clerk.\n\n# Tone\nBe {{kind}}."},
    {"role": "user", "content": "{text}"},
]
SORT = ["--signature", "text -> category"]


def imported() -> library.Predict[Any]:
    return library.Predict.from_prompt(MESSAGES, "text -> category", slots="sections", frozen=["texts.tone"])


def test_a_signature_is_exported(weft: Callable[..., Done], here: Path) -> None:
    done = weft("export", *SORT, "--instructions", "Sort.")
    messages = json.loads(done.out)["messages"]
    assert messages[0]["content"].startswith("Sort.\n\nInputs:")
    assert messages[1]["content"] == "[[ ## text ## ]]\n{text}"
    done = weft("export", *SORT, "--cot", "--form", "markdown", "--input", "text=Hello")
    assert "## `predict`" in done.out
    assert "[[ ## text ## ]]\nHello" in done.out


def test_a_saved_prompt_is_exported_as_it_came(weft: Callable[..., Done], here: Path) -> None:
    imported().save(here / "p.json")
    assert json.loads(weft("export", "--program", "p.json").out) == {"messages": MESSAGES}
    sent = json.loads(weft("export", "--program", "p.json", "--input", "text={x}").out)["messages"]
    assert sent[1]["content"] == "{x}"


def test_a_saved_prompt_is_rebuilt_as_it_was(here: Path) -> None:
    from weft.cli.program import saved_program

    program = imported()
    program.texts = {"tone": "Be curt."}
    program.save(here / "p.json")
    again = saved_program(here / "p.json")
    assert again.state == program.state
    assert again.export("openai") == program.export("openai")
    assert again.tunable() == program.tunable()
    library.ChainOfThought("q -> a", adapter="xml", frozen=["demos"]).save(here / "q.json")
    again = saved_program(here / "q.json")
    assert "<reasoning>" in again.export("openai")["predict"]["messages"][0]["content"]
    assert "predict.demos" not in again.tunable()


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["export"], "Say what goes in and what comes out"),
        (["export", *SORT, "--input", "txt=a"], "Did you mean 'text'?"),
        (["export", "--program", "p.json", "--adapter", "chat"], "--program holds its own adapter"),
        (["run", "--program", "p.json", "--adapter", "chat"], "--program holds its own adapter"),
        (["export", "--program", "code.json"], "whose adapter only its own code can build"),
    ],
)
def test_mistakes_are_one_sentence(weft: Callable[..., Done], here: Path, words: list[str], sentence: str) -> None:
    imported().save(here / "p.json")
    coded = library.TemplateAdapter(messages=[("user", "{q}")], read=lambda text: {"a": text})
    library.Predict("q -> a", adapter=coded).save(here / "code.json")
    assert sentence in weft(*words).refused()
