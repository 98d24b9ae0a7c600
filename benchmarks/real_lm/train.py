"""Trains the tiny model from scratch and writes it: `nox -s real-lm -- --train`. Takes minutes and no graphics card."""

from __future__ import annotations

import argparse
import hashlib
import time
from functools import partial
from pathlib import Path

import jax
import jax.numpy as jnp
from export import write_gguf
from llama import Shape, Weights, initial, logits
from prompts import Batches, Conversations, trained_tokenizer

_BATCH = 32
_SHORT_SHARE = 0.2  # of the training begins with conversations of one turn
_TURNS = (1, 2, 3, 1, 4, 5)
_RATE, _WARM_UP, _DECAY = 3e-3, 50, 0.01


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--steps", type=int, default=600)
    options.add_argument("--seed", type=int, default=0)
    options.add_argument("--out", type=Path, default=Path(__file__).with_name("tiny-labeller.gguf"))
    given = options.parse_args()
    conversations = Conversations(given.seed)
    tokenizer = trained_tokenizer(conversations)
    shape = Shape(tokenizer.get_vocab_size())
    weights = trained(Batches(tokenizer, conversations), shape, given.steps, given.seed)
    write_gguf(given.out, weights, shape, tokenizer)
    count = sum(value.size for value in weights.values())
    print(f"{given.out.name}: {count} weights, {given.out.stat().st_size} bytes, {_digest(given.out)}")


def trained(batches: Batches, shape: Shape, steps: int, seed: int) -> Weights:
    """Return the weights after so many steps of AdamW with a linear warm-up and decay."""
    weights = initial(shape, seed)
    first, second = (jax.tree.map(jnp.zeros_like, weights) for _ in range(2))
    started = time.perf_counter()
    for number in range(1, steps + 1):
        rate = _RATE * min(number / _WARM_UP, 1.0) * max(1 - number / steps, 0.02)
        drawn = batches.draw(_BATCH, 1 if number <= steps * _SHORT_SHARE else _TURNS[number % len(_TURNS)])
        weights, first, second, loss = _step(weights, first, second, number, rate, *drawn, shape)
        if number % 100 == 0:
            print(f"step {number} of {steps}: loss {loss:.4f}, {time.perf_counter() - started:.0f} s", flush=True)
    return weights


@partial(jax.jit, static_argnames="shape")
def _step(
    weights: Weights,
    first: Weights,
    second: Weights,
    number: int,
    rate: float,
    tokens: jax.Array,
    importance: jax.Array,
    shape: Shape,
) -> tuple[Weights, Weights, Weights, jax.Array]:
    loss, gradient = jax.value_and_grad(_loss)(weights, tokens, importance, shape)
    norm = jnp.sqrt(sum(jnp.sum(value**2) for value in gradient.values()))
    gradient = jax.tree.map(lambda value: value / jnp.maximum(norm, 1.0), gradient)
    first = jax.tree.map(lambda old, new: 0.9 * old + 0.1 * new, first, gradient)
    second = jax.tree.map(lambda old, new: 0.98 * old + 0.02 * new**2, second, gradient)

    def moved(weight: jax.Array, one: jax.Array, two: jax.Array) -> jax.Array:
        direction = one / (1 - 0.9**number) / (jnp.sqrt(two / (1 - 0.98**number)) + 1e-8)
        return weight - rate * (direction + _DECAY * weight)

    return jax.tree.map(moved, weights, first, second), first, second, loss


def _loss(weights: Weights, tokens: jax.Array, importance: jax.Array, shape: Shape) -> jax.Array:
    scores = jax.nn.log_softmax(logits(weights, tokens[:, :-1], shape))
    chosen = jnp.take_along_axis(scores, tokens[:, 1:, None], axis=-1)[..., 0]
    return -jnp.sum(chosen * importance[:, 1:]) / jnp.sum(importance[:, 1:])


def _digest(path: Path) -> str:
    return f"sha256 {hashlib.sha256(path.read_bytes()).hexdigest()}"


if __name__ == "__main__":
    main()
