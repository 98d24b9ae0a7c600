"""How well retrievers find: nDCG@10 and recall@100 on Cranfield, judged by ir-measures, beside what is wanted.

BM25 is compared with bm25s called directly, each store of vectors with exact search by the same vectors, and a fusion
with the better of its parts. Vectors are those of weft-minilm where it is installed, else of ``hashing``. Everything
runs with its defaults; nothing was tuned. What misses its plugin or its server is left out, and its line says why.

The data are in the folder ``cranfield`` of WEFT_TEST_DATA. Run: ``nox -s retrieval``, and with the vectors of the
model, which takes torch: ``nox -s retrieval -- minilm``.
"""

from __future__ import annotations

from functools import partial
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any, NamedTuple

import _cranfield
import _stores

import weft
from weft.errors import PluginNotFound

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

K = 100
EXACT, BM25, DIRECT, FUSION = "memory, the vectors", "bm25", "bm25s called directly", "ensemble of bm25 and the vectors"
NEAR_DIRECT, NEAR_EXACT, FUSION_GAIN = 0.01, 0.005, 0.01


class Figures(NamedTuple):
    ndcg: float
    recall: float


class Measurement:
    """Cranfield and its judge, with the figures found so far."""

    def __init__(self, cranfield: _cranfield.Cranfield, embedder: str) -> None:
        self.cranfield = cranfield
        self.embedder = embedder
        self.figures: dict[str, Figures] = {}

    def row(self, name: str, find: Callable[[], Sequence[Sequence[str]]]) -> None:
        """Judge the ids that something finds for each query, and print a line."""
        try:
            self.figures[name] = found = self.judged(find())
        except (ImportError, PluginNotFound, _stores.NoServerError) as error:
            print(f"{name:<34} left out: {error}", flush=True)
        else:
            print(f"{name:<34}{found.ndcg:>10.4f}{found.recall:>12.4f}", flush=True)

    def judged(self, rows: Sequence[Sequence[str]]) -> Figures:
        import ir_measures
        from ir_measures import R, nDCG

        # Only ranks count: the judge orders equal scores by id.
        ranks = [{passage: -float(rank) for rank, passage in enumerate(found)} for found in rows]
        run = dict(zip(self.cranfield.queries, ranks, strict=True))
        found: Any = ir_measures.calc_aggregate([nDCG @ 10, R @ K], self.cranfield.judgments, run)
        return Figures(found[nDCG @ 10], found[R @ K])

    def retrieved(self, name: str, **options: Any) -> list[list[str]]:
        """Return the ids that a retriever finds once the passages are in it."""
        with _stores.place(name.partition("/")[0]) as place:
            rm = weft.RM(name, **options, **place)
            written = rm.index(self.cranfield.passages).ids
            rows = rm.batch(self.cranfield.queries.values(), k=K)
            rm.remove(written)
        return [[passage.id for passage in found] for found in rows]

    def direct(self) -> list[list[str]]:
        import bm25s

        passages, queries = self.cranfield.passages, list(self.cranfield.queries.values())
        index = bm25s.BM25()
        index.index(bm25s.tokenize([passage.text for passage in passages], show_progress=False), show_progress=False)
        found: Any = index.retrieve(bm25s.tokenize(queries, show_progress=False), k=K, show_progress=False)
        return [[passages[position].id for position in row] for row in found.documents]

    def fusion(self) -> list[list[str]]:
        parts = [weft.RM("bm25"), weft.RM("memory", embedder=self.embedder)]
        for part in parts:
            part.index(self.cranfield.passages)
        rows = weft.RM("ensemble", rms=parts).batch(self.cranfield.queries.values(), k=K)
        return [[passage.id for passage in found] for found in rows]


def wanted(figures: Mapping[str, Figures], has_meaning: bool) -> Iterator[tuple[str, float, float, bool]]:
    """Yield what is wanted of nDCG@10, what was measured, the limit, and whether it is met."""
    ndcg = {name: found.ndcg for name, found in figures.items()}
    if BM25 in ndcg and DIRECT in ndcg:
        apart = abs(ndcg[BM25] - ndcg[DIRECT])
        yield f"{BM25} beside {DIRECT}, apart at most", apart, NEAR_DIRECT, apart <= NEAR_DIRECT
    for store in _stores.PLACES:
        if store in ndcg and EXACT in ndcg:
            apart = abs(ndcg[store] - ndcg[EXACT])
            yield f"{store} beside exact search, apart at most", apart, NEAR_EXACT, apart <= NEAR_EXACT
    if FUSION in ndcg and has_meaning:
        gain = ndcg[FUSION] - max(ndcg[BM25], ndcg[EXACT])
        yield "fusion above the better of its parts by", gain, FUSION_GAIN, gain >= FUSION_GAIN


def main() -> int:
    if find_spec("ir_measures") is None:
        print("The judge ir-measures is not installed: nox -s retrieval.")
        return 0
    if not _cranfield.FOLDER.is_dir():
        print("Cranfield is not at hand: WEFT_TEST_DATA names the folder with the data.")
        return 0
    has_meaning = find_spec("weft_minilm") is not None and find_spec("sentence_transformers") is not None
    embedder = "minilm" if has_meaning else "hashing"
    print(f"{'the vectors: ' + embedder:<34}{'nDCG@10':>10}{f'recall@{K}':>12}")
    measurement = Measurement(_cranfield.read(), embedder)
    retrieved = partial(partial, measurement.retrieved)
    measurement.row("memory, words", retrieved("memory"))
    measurement.row("memory, vectors of hashing", retrieved("memory", embedder="hashing"))
    measurement.row(EXACT, retrieved("memory", embedder=embedder))
    for store in _stores.PLACES:
        # A server that was named keeps the collection, which has vectors of one length.
        measurement.row(store, retrieved(f"{store}/WeftBenchmark_{embedder}", embedder=embedder))
    measurement.row(BM25, retrieved("bm25"))
    measurement.row(DIRECT, measurement.direct)
    measurement.row(FUSION, measurement.fusion)
    if not has_meaning:
        print("The vectors know nothing of meaning, so nothing is wanted of the fusion: nox -s retrieval -- minilm.")
    missed = False
    for name, measured, limit, met in wanted(measurement.figures, has_meaning):
        missed |= not met
        print(f"{name}: {measured:.4f} ({limit} wanted{'' if met else ', MISSED'})")
    return 1 if missed else 0


if __name__ == "__main__":
    raise SystemExit(main())
