"""``gguf/…``: a model in a GGUF file, run by llama.cpp in this process."""

from __future__ import annotations

import asyncio
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Any

from weft import (
    LM,
    Capabilities,
    Completion,
    Delta,
    Embeddings,
    Prices,
    Probe,
    ProbedModel,
    Request,
    Response,
    TokenLogprob,
    Usage,
)
from weft.errors import OptionError, UnsupportedModelError

from .answer import answer, turns_of
from .header import NotGGUF, trained_context
from .library import check_installed
from .model import Recipe, model_of
from .refusals import refusal
from .sampling import NUMBERS

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Hashable, Sequence

_LONGEST_WINDOW = 8192
_PARAMETERS = frozenset({"temperature", "top_p", "max_tokens", "stop", "seed", "n", "logprobs", "rollout_id"})


class GGUFLM(LM):
    """A model in a GGUF file.

    The file is opened at the first call. LMs of the same file and options share it. One answer is made at a time;
    a call that is cancelled ends at the next token.

    Args:
        model: the path of the file, ``~`` included; or any name, with `path`.
        path: the path of the file, where it has spaces in it or should not be a part of the name.
        n_ctx: tokens of the context window; default: as the model was trained, but at most 8192, since memory grows
            with it.
        n_gpu_layers: layers to keep on the graphics card, -1 for all; default: none.
        n_threads: threads that compute; default: all processors for prompts, and half of them for answers.
        chat_template: a Jinja chat template in place of the file's own.
        max_in_flight: calls that are handed to the model at once; the others wait before their time begins.
        parameters: defaults for every call: those of every LM, ``logprobs``, ``grammar`` (a text in GBNF), ``top_k``,
            ``min_p``, ``repeat_penalty``, ``frequency_penalty`` and ``presence_penalty``.

    Raises:
        UnsupportedModelError: there is no such file, or it holds no language model.
        PluginLoadError: llama-cpp-python is not installed.
    """

    def __init__(
        self,
        model: str,
        /,
        *,
        path: str | None = None,
        n_ctx: int | None = None,
        n_gpu_layers: int | None = None,
        n_threads: int | None = None,
        chat_template: str | None = None,
        max_in_flight: int | None = 1,
        **parameters: Any,
    ) -> None:
        check_installed()
        if not path and not model:
            raise refusal(model, "Say which file: weft.LM('gguf//models/qwen.gguf').", UnsupportedModelError)
        file = Path(path or model).expanduser().absolute()
        trained = _trained_context(file, model)
        self._given = {
            "path": path,
            "n_ctx": n_ctx,
            "n_gpu_layers": n_gpu_layers,
            "n_threads": n_threads,
            "chat_template": chat_template,
        }
        options = {"n_gpu_layers": n_gpu_layers, "n_threads": n_threads, "n_threads_batch": n_threads}
        recipe = Recipe(
            file,
            (file.stat().st_size, file.stat().st_mtime_ns),
            _checked_window(model, n_ctx) or min(trained, _LONGEST_WINDOW),
            chat_template,
            tuple((name, value) for name, value in options.items() if value is not None),
        )
        self._model = model_of(recipe)
        self._file = file
        self.endpoint = (str(file), recipe.stamp, recipe.window, chat_template, recipe.options)
        super().__init__(
            model,
            provider="gguf",
            capabilities=_capabilities(recipe.window),
            max_in_flight=max_in_flight,
            **parameters,
        )

    async def generate(self, request: Request) -> Response:
        pieces: list[Delta] = []
        await self._answer(request, pieces.append)
        logprobs: tuple[TokenLogprob, ...] = tuple(record for piece in pieces for record in piece.logprobs)
        completion = Completion(
            "".join(piece.text for piece in pieces),
            pieces[-1].finish_reason or "stop",
            logprobs=None if request.logprobs is None else logprobs,
        )
        return Response((completion,), pieces[-1].usage or Usage(), self.model)

    async def stream(self, request: Request) -> AsyncIterator[Delta]:
        loop = asyncio.get_running_loop()
        pieces: asyncio.Queue[Delta | BaseException | None] = asyncio.Queue()
        answering = loop.create_task(
            self._answer(request, lambda piece: loop.call_soon_threadsafe(pieces.put_nowait, piece))
        )
        answering.add_done_callback(lambda done: pieces.put_nowait(None if done.cancelled() else done.exception()))
        try:
            while isinstance(piece := await pieces.get(), Delta):
                yield piece
            await answering
        finally:
            answering.cancel()

    async def embed(self, texts: Sequence[str]) -> Embeddings:
        if not texts:
            return Embeddings(())
        vectors, tokens = await self._model.embed(list(texts))
        return Embeddings(vectors, Usage(tokens, calls=1))

    def count_tokens(self, request: Request) -> int:
        """Return the tokens of the prompt, chat template included, as the model's own tokenizer counts them."""
        engine = self._model.engine()
        return engine.count(turns_of(engine, request))

    async def probe(self) -> Probe:
        """Open the file and tell what it is; a file that llama.cpp cannot open raises."""
        engine = await self._model.work(lambda engine: engine)
        model = ProbedModel(self.model, engine.window)
        problems = (
            () if engine.chats else (f"{engine.name} has no chat template: it embeds, and needs chat_template=… else.",)
        )
        return Probe(str(self._file), engine.version, (model,), problems)

    @property
    def cache_identity(self) -> Hashable:
        return (type(self), self.endpoint)  # whatever the file was called

    def describe(self) -> dict[str, Any]:
        given = {name: value for name, value in self._given.items() if value is not None}
        return {**super().describe(), **given}

    async def _answer(self, request: Request, sink: Callable[[Delta], object]) -> None:
        """Answer in the model's thread; it stops at the next token once nobody waits any more."""
        stopped = threading.Event()
        try:
            await self._model.work(lambda engine: answer(engine, request, sink, stopped))
        finally:
            stopped.set()


def _trained_context(file: Path, model: str) -> int:
    try:
        return trained_context(file)
    except NotGGUF as error:
        raise refusal(model, f"{str(file)!r} {error}.", UnsupportedModelError) from error
    except FileNotFoundError as error:
        raise refusal(model, f"There is no file {str(file)!r}.", UnsupportedModelError) from error
    except OSError as error:
        problem = f"The file {str(file)!r} cannot be read: {error.strerror}."
        raise refusal(model, problem, UnsupportedModelError) from error


def _checked_window(model: str, n_ctx: int | None) -> int | None:
    if n_ctx is not None and (isinstance(n_ctx, bool) or not isinstance(n_ctx, int) or n_ctx < 1):
        raise OptionError(f"n_ctx for {model!r} must be a whole number of at least 1, not {n_ctx!r}.")
    return n_ctx


def _capabilities(window: int) -> Capabilities:
    return Capabilities(
        context_window=window,
        response_schema=True,
        grammar=True,
        parameters=_PARAMETERS,
        extra=frozenset({"grammar", *NUMBERS}),
        prices=Prices(input=0.0, output=0.0),
    )
