from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

import weft
from weft.errors import DataError, OptionError
from weft_fewshot import Ensemble, EnsembleProgram

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path


def members(*answers: str) -> list[weft.Module]:
    return [
        weft.Predict("question -> answer", lm=weft.LM(f"scripted/{number}", answers=[{"answer": answer}], cycle=True))
        for number, answer in enumerate(answers)
    ]


def test_the_majority_answers_and_every_call_is_counted() -> None:
    program = Ensemble().combine(members("a", "b", "b"))
    result = program(question="?")
    assert result.answer == "b"
    assert result.usage.calls == 3
    assert asyncio.run(program.acall(question="?")).answer == "b"


def test_a_subset_is_drawn_by_the_seed() -> None:
    programs = members(*"abcdef")
    drawn = {seed: Ensemble(size=3, seed=seed).combine(programs) for seed in range(3)}
    for seed, ensemble in drawn.items():
        again = Ensemble(size=3, seed=seed).combine(programs)
        assert [id(member) for member in ensemble.members] == [id(member) for member in again.members]
        assert len(ensemble.members) == 3


def test_another_vote_can_be_given_async_too() -> None:
    async def last(predictions: Sequence[weft.Prediction]) -> weft.Prediction:
        return predictions[-1]

    assert Ensemble(reduce=last).combine(members("a", "b"))(question="?").answer == "b"


def test_the_best_candidates_of_another_optimizer_vote(tmp_path: Path) -> None:
    rows = [
        weft.Example(text=f"{word} {number}", kind=word).with_inputs("text")
        for word in ("cat", "dog")
        for number in range(6)
    ]
    program = weft.Predict("text -> kind")
    inner = weft.Optimizer("bootstrap-few-shot-random-search", metric=weft.exact_match, num_candidate_programs=2)
    with weft.context(lm="embedded/incontext"):
        found = weft.Optimizer("ensemble", of=inner, size=2).optimize(program, trainset=rows)
        assert isinstance(found.program, EnsembleProgram)
        assert found.program(text="dog 99").kind == "dog"
    best = sorted(found.candidates, key=lambda candidate: -candidate.score)[:2]
    assert [member.state for member in found.program.members] == [candidate.state for candidate in best]
    found.program.save(tmp_path / "ensemble.json")
    again = EnsembleProgram([weft.Predict("text -> kind") for _ in range(2)]).load(tmp_path / "ensemble.json")
    assert again.state == found.program.state


def test_nothing_to_combine_is_refused() -> None:
    with pytest.raises(DataError, match="at least one"):
        Ensemble().combine([])
    with pytest.raises(OptionError, match="size is 3, but there are 2"):
        Ensemble(size=3).combine(members("a", "b"))
