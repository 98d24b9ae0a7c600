"""Measure a RAG program over the standard library's docstrings before and after optimizing; `nox -s demo-rag`.

Everything is made on the spot and runs here: the passages come from the docstrings of this Python, and so does the
train set, whose questions are docstrings' sentences. The test set was written by hand. `embedded/incontext` is no
language model: it knows what is in its prompt, and nothing else.
"""

from __future__ import annotations

import sys

from docstrings import MODULES, documented, sentences, summary
from program import WhichFunction
from questions import QUESTIONS

import weft

LEAST_GAIN = 20.0
SHOWN = "How do I delete a whole directory with everything in it?"


def main() -> None:
    """Print the shares of right answers, and fail where optimizing gained less than 20 points."""
    library = list(documented())
    train = train_set(library)
    test = [weft.Example(question=asked, function=name).with_inputs("question") for asked, name in QUESTIONS.items()]
    rm = filled(library)
    version = sys.version.split()[0]
    print(f"{rm.size()} passages: docstrings of functions in {len(MODULES)} modules of Python {version}.")
    print(f"{len(train)} train examples, made of the docstrings; {len(test)} test questions, written by hand.\n")
    alone = sum(rm(example.question, k=1)[0].id == example.function for example in test)
    print(f"{'search alone, no model':24} {100 * alone / len(test):5.1f} % right")
    with weft.context(lm="embedded/incontext", rm=rm):
        program = WhichFunction([f"{module}.{name}" for module, name, _ in library])
        before = measured("program, unoptimized", program, test)
        optimized = weft.Optimizer("knn-few-shot", metric=weft.exact_match).compile(program, trainset=train)
        after = measured("program, optimized", optimized, test)
        tell(optimized)
    print(f"\nOptimizing gained {after - before:+.1f} points.")
    if after - before < LEAST_GAIN:
        sys.exit(f"That is less than the {LEAST_GAIN:.0f} points that this demo stands for.")


def filled(library: list[tuple[str, str, str]]) -> weft.RM:
    """Return a retriever that holds the first paragraph of every docstring."""
    rm = weft.RM("memory")
    rm.index(
        weft.Passage(f"{module}.{name}: {summary(doc)}", id=f"{module}.{name}", metadata={"module": module})
        for module, name, doc in library
    )
    return rm


def train_set(library: list[tuple[str, str, str]]) -> list[weft.Example]:
    """Return the sentences of the docstrings, as questions that their functions answer."""
    return [
        weft.Example(question=said, module=module, function=f"{module}.{name}").with_inputs("question")
        for module, name, doc in library
        for said in [f"{name}: {summary(doc)}", *sentences(doc)]
    ]


def measured(name: str, program: weft.Module, test: list[weft.Example]) -> float:
    """Print and return the share of right answers, in per cent."""
    result = weft.Evaluate(test, metric=weft.exact_match)(program)
    low, high = result.interval
    print(f"{name:24} {result.score:5.1f} % right (95 % interval {low:.1f} to {high:.1f})")
    return result.score


def tell(program: weft.Module) -> None:
    """Print one question with what was found and answered."""
    found = program(question=SHOWN)
    print(f"\n{SHOWN}\n  module: {found.module}\n  read: {found.passages[0]:.80}\n  answer: {found.function}")


main()
