"""One model file, opened by llama.cpp to go on with conversations. Not for two threads at once."""

from __future__ import annotations

import math
from importlib import import_module
from typing import TYPE_CHECKING, Any, NamedTuple

from weft import TokenLogprob
from weft.errors import UnsupportedModelError

from .library import llama_cpp, opened, without_terminal
from .refusals import refusal

if TYPE_CHECKING:
    from collections.abc import Generator, Mapping, Sequence
    from pathlib import Path


class Token(NamedTuple):
    """A sampled token: its bytes, which may be a part of a character, and its log-probability if it was asked for."""

    text: bytes
    logprob: TokenLogprob | None


class Engine:
    """A model that writes.

    Args:
        path: the GGUF file.
        window: tokens of prompt and answer together.
        options: further options of ``llama_cpp.Llama``.
        template: a Jinja chat template in place of the file's own.

    Raises:
        UnsupportedModelError: llama.cpp cannot open the file.
    """

    def __init__(self, path: Path, window: int, options: Mapping[str, Any], template: str | None) -> None:
        self.name, self.window = path.name, window
        self._library = llama_cpp()
        self._llama = opened(path, n_ctx=window, **options)
        self._vocabulary = self._library.llama_model_get_vocab(self._llama.model)
        self._template = template or self._llama.metadata.get("tokenizer.chat_template")
        self._formatter: Any = None if self._template is None else self._made_formatter()

    @property
    def chats(self) -> bool:
        """Whether there is a chat template."""
        return self._formatter is not None

    @property
    def version(self) -> str:
        """The version of llama-cpp-python, which names the llama.cpp in it."""
        return self._library.__version__

    def prompt(self, messages: Sequence[Mapping[str, Any]]) -> list[int]:
        """Return a conversation as tokens, written by the chat template.

        Raises:
            LMInvalidRequestError: the template does not take the conversation.
            UnsupportedModelError: there is no template.
        """
        if not self.chats:
            problem = f"{self.name} has no chat template in its file; give one with chat_template=…"
            raise refusal(self.name, problem, UnsupportedModelError)
        try:
            written = self._formatter(messages=list(messages))
        except Exception as error:  # a template is a program of the model's authors and refuses with anything
            problem = f"The chat template of {self.name} does not take this conversation: {error}"
            raise refusal(self.name, problem) from error
        return self._llama.tokenize(written.prompt.encode(), add_bos=False, special=True)

    def count(self, messages: Sequence[Mapping[str, Any]]) -> int:
        """Return the tokens of a conversation; of its texts alone for a model that has no chat template."""
        if self.chats:
            return len(self.prompt(messages))
        return sum(len(self._llama.tokenize(message["content"].encode())) for message in messages)

    def generate(
        self, prompt: Sequence[int], sampling: Mapping[str, Any], *, seed: int | None, logprobs: int | None
    ) -> Generator[Token]:
        """Sample one token after the other until the model ends its turn.

        Args:
            prompt: the tokens of the prompt.
            sampling: arguments of ``llama_cpp.Llama.generate``.
            seed: None: another one for every answer.
            logprobs: how many alternatives are wanted for every token; None: not even its own probability.
        """
        library, llama = self._library, self._llama
        llama.set_seed(library.LLAMA_DEFAULT_SEED if seed is None else seed & 0xFFFFFFFF)
        try:
            for token in llama.generate(prompt, **sampling):
                if library.llama_vocab_is_eog(self._vocabulary, token):
                    return
                record = None if logprobs is None else self._logprob(token, logprobs)
                yield Token(llama.detokenize([token]), record)
        except RuntimeError as error:
            llama.reset()  # what llama.cpp holds of the prompt is not known any more
            raise refusal(self.name, f"llama.cpp failed on {self.name}: {error}") from error

    def grammar(self, text: str) -> Any:
        """Return a grammar in llama.cpp's notation, GBNF, for `generate`.

        Raises:
            LMInvalidRequestError: it is no such grammar.
        """
        library, said = self._library, list[str]()
        with without_terminal(said):
            sampler = library.llama_sampler_init_grammar(self._vocabulary, text.encode(), b"root")
        if not sampler:
            problem = f"{self.name} was given a grammar that is not GBNF with a rule 'root': {' '.join(said).strip()}"
            raise refusal(self.name, problem)
        library.llama_sampler_free(sampler)
        return library.LlamaGrammar.from_string(text, verbose=False)

    def grammar_of(self, schema: str) -> Any:
        """Return the grammar of a JSON schema.

        Raises:
            LMInvalidRequestError: the schema cannot be turned into one.
        """
        try:
            text: str = import_module("llama_cpp.llama_grammar").json_schema_to_gbnf(schema)
        except Exception as error:  # it walks over whatever the schema holds
            problem = f"The response schema cannot be turned into a grammar for {self.name}: {error!r}"
            raise refusal(self.name, problem) from error
        return self.grammar(text)

    def close(self) -> None:
        """Free the memory of the model."""
        self._llama.close()

    def _made_formatter(self) -> Any:
        formatter = import_module("llama_cpp.llama_chat_format").Jinja2ChatFormatter
        begin = self._library.llama_vocab_bos(self._vocabulary)
        end = self._library.llama_vocab_eos(self._vocabulary)
        return formatter(self._template, eos_token=self._written(end), bos_token=self._written(begin))

    def _written(self, token: int) -> str:
        return "" if token < 0 else self._library.llama_vocab_get_text(self._vocabulary, token).decode()

    def _logprob(self, token: int, alternatives: int) -> TokenLogprob:
        import numpy as np  # comes with llama-cpp-python

        size = self._library.llama_vocab_n_tokens(self._vocabulary)
        logits: Any = np.ctypeslib.as_array(self._library.llama_get_logits_ith(self._llama.ctx, -1), (size,))
        shifted = logits.astype(np.float64) - logits.max()
        logprobs = shifted - math.log(np.exp(shifted).sum())
        best = np.argsort(-logprobs, kind="stable")[:alternatives].tolist()
        top = tuple((self._shown(each), float(logprobs[each])) for each in best)
        return TokenLogprob(self._shown(token), float(logprobs[token]), top)

    def _shown(self, token: int) -> str:
        return self._llama.detokenize([token], special=True).decode(errors="replace")
