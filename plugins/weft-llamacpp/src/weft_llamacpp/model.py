"""Open models: each file is opened once, for all LMs that use it, and works in a thread of its own."""

from __future__ import annotations

import asyncio
import os
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar
from weakref import WeakValueDictionary

from .embedder import Embedder
from .engine import Engine

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Recipe:
    """What makes two LMs use the same open model.

    Attributes:
        path: the file, absolute.
        stamp: its size and the time when it was changed; another file of the same name is another model.
        window: tokens of the context.
        template: a chat template in place of the file's own.
        options: further options of llama.cpp by name.
    """

    path: Path
    stamp: tuple[int, int]
    window: int
    template: str | None = None
    options: tuple[tuple[str, Any], ...] = ()


class Model:
    """A model that is opened when it is first needed; llama.cpp does one thing at a time on it."""

    def __init__(self, recipe: Recipe) -> None:
        self._recipe = recipe
        self._abandoned: tuple[object, ...] = ()
        self._begin()

    def _begin(self) -> None:
        self._opening = threading.Lock()
        self._engine: Engine | None = None
        self._embedder: Embedder | None = None
        self._worker = ThreadPoolExecutor(1, thread_name_prefix="weft-gguf")

    def engine(self) -> Engine:
        """Return the engine, opened if need be. Its tokenizer may be used from any thread."""
        with self._opening:
            if self._engine is None:
                recipe = self._recipe
                self._engine = Engine(recipe.path, recipe.window, dict(recipe.options), recipe.template)
            return self._engine

    async def work(self, function: Callable[[Engine], T]) -> T:
        """Run a function of the engine in the model's thread, after those that were called before."""
        return await asyncio.wrap_future(self._worker.submit(lambda: function(self.engine())))

    async def embed(self, texts: list[str]) -> tuple[tuple[tuple[float, ...], ...], int]:
        """Return a vector for each text and the tokens of all; the weights are mapped a second time for it."""
        return await asyncio.wrap_future(self._worker.submit(lambda: self._opened_embedder().embed(texts)))

    def close(self) -> None:
        """Free the memory, once what is under way has ended. A later use opens the file again."""
        self._worker.shutdown(cancel_futures=True)
        for part in (self._engine, self._embedder):
            if part is not None:
                part.close()
        self._begin()

    def forget(self) -> None:
        """Start afresh in a forked child, which has the parent's memory but not its threads.

        What was open is left as it is: threads that are not there any more may have held its locks.
        """
        self._abandoned = (*self._abandoned, self._engine, self._embedder)
        self._begin()

    def _opened_embedder(self) -> Embedder:
        with self._opening:
            if self._embedder is None:
                recipe = self._recipe
                self._embedder = Embedder(recipe.path, recipe.window, dict(recipe.options))
            return self._embedder


_models: WeakValueDictionary[Recipe, Model] = WeakValueDictionary()  # as many as LMs are alive
_models_lock = threading.Lock()


def model_of(recipe: Recipe) -> Model:
    """Return the model of a recipe, which lives as long as an LM has it."""
    with _models_lock:
        model = _models.get(recipe)
        if model is None:
            model = _models[recipe] = Model(recipe)
        return model


def close_models() -> None:
    """Free the memory of all models that are open."""
    for model in list(_models.values()):
        model.close()


def _forget_models() -> None:
    for model in list(_models.values()):
        model.forget()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forget_models)
