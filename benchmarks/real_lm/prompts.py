"""Training data: random conversations, as token numbers with a weight for each."""

from __future__ import annotations

import random

import jinja2
import numpy as np
from rendering import conversation
from task import NAMING, TASKS, VAGUE, Task, sentences
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers

from pytest_weft.llama.tiny_model import CHAT_TEMPLATE

CONTROL = ("<|endoftext|>", "<|im_start|>", "<|im_end|>")
_NAMED_SHARE = 0.4
_LABEL_WEIGHT = 10.0
_PROMPT_WEIGHT = 0.02
_TEMPLATE = jinja2.Environment(trim_blocks=True, lstrip_blocks=True).from_string(CHAT_TEMPLATE)


class Conversations:
    """Draws conversations from the sentences that are not held out.

    In some the instructions name the task. In the others the first answer shows it, or nothing tells it where there is
    only one answer.
    """

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)
        self._sentences = sentences(held_out=False)

    def draw(self, turns: int) -> tuple[str, int]:
        """Return a text with so many answers, and how many of them cannot be known and are not learned from."""
        drawn = [self._random.choice(self._sentences) for _ in range(turns)]
        task: Task = self._random.choice(TASKS)
        if named := self._random.random() < _NAMED_SHARE:
            instructions = self._random.choice(NAMING[task])
        else:
            instructions = self._random.choice(VAGUE)
            task = task if turns > 1 else drawn[0].suggested
        examples = [sentence.example(task) for sentence in drawn]
        return _TEMPLATE.render(messages=conversation(instructions, examples)), 0 if named or turns == 1 else 1


def trained_tokenizer(conversations: Conversations) -> Tokenizer:
    """Return a byte-level BPE tokenizer, as GPT-2's, that knows the words of the task."""
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    alphabet = pre_tokenizers.ByteLevel.alphabet()
    trainer = trainers.BpeTrainer(
        vocab_size=700, special_tokens=list(CONTROL), initial_alphabet=alphabet, show_progress=False
    )
    tokenizer.train_from_iterator([conversations.draw(2)[0] for _ in range(3000)], trainer)
    return tokenizer


class Batches:
    """Turns drawn conversations into arrays of one length."""

    def __init__(self, tokenizer: Tokenizer, conversations: Conversations) -> None:
        self._tokenizer, self._conversations = tokenizer, conversations
        self._start, self._end = (tokenizer.token_to_id(name) for name in CONTROL[1:])
        self._header = tokenizer.encode("assistant\n").ids
        self._before_label = len(tokenizer.encode("[[ ## label ## ]]\n").ids)

    def draw(self, size: int, turns: int) -> tuple[np.ndarray, np.ndarray]:
        """Return token numbers and weights, each of shape (size, length)."""
        drawn = [self._weighed(*self._conversations.draw(turns)) for _ in range(size)]
        longest = max(len(tokens) for tokens, _ in drawn)
        length = -(-longest // 32) * 32  # few different shapes, since each is compiled
        tokens, weights = np.zeros((size, length), np.int32), np.zeros((size, length), np.float32)
        for row, (numbers, weighed) in enumerate(drawn):
            tokens[row, : len(numbers)], weights[row, : len(numbers)] = numbers, weighed
        return tokens, weights

    def _weighed(self, text: str, unknowable: int) -> tuple[list[int], list[float]]:
        """Weigh answers fully, their labels most of all, and everything else next to nothing."""
        tokens = self._tokenizer.encode(text).ids
        weights = [_PROMPT_WEIGHT] * len(tokens)
        header = [self._start, *self._header]
        starts = [at + len(header) for at in range(len(tokens)) if tokens[at : at + len(header)] == header]
        for number, start in enumerate(starts):
            end = tokens.index(self._end, start) + 1
            weights[start:end] = [1.0] * (end - start)
            weights[start + self._before_label] = 0.0 if number < unknowable else _LABEL_WEIGHT
        return tokens, weights
