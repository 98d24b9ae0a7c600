"""A Llama in JAX. Its weights have the names and shapes that they have in a GGUF file."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import jax
import jax.numpy as jnp

Weights = dict[str, jax.Array]


@dataclass(frozen=True, slots=True)
class Shape:
    """The sizes of the model; with the vocabulary's 500 to 700 tokens it has some 0.4 million weights."""

    vocabulary: int
    width: int = 96
    layers: int = 3
    heads: int = 4
    hidden: int = 256
    context: int = 2048
    epsilon: float = 1e-5
    rope_base: float = 10_000.0

    @property
    def head(self) -> int:
        return self.width // self.heads


def initial(shape: Shape, seed: int) -> Weights:
    """Return random weights. The embedding is also the output matrix."""
    sizes = {"token_embd.weight": (shape.vocabulary, shape.width)}
    for layer in range(shape.layers):
        for part in ("attn_q", "attn_k", "attn_v", "attn_output"):
            sizes[f"blk.{layer}.{part}.weight"] = (shape.width, shape.width)
        for part in ("ffn_gate", "ffn_up"):
            sizes[f"blk.{layer}.{part}.weight"] = (shape.hidden, shape.width)
        sizes[f"blk.{layer}.ffn_down.weight"] = (shape.width, shape.hidden)
    keys = jax.random.split(jax.random.key(seed), len(sizes))
    weights = {name: 0.04 * jax.random.normal(key, size) for key, (name, size) in zip(keys, sizes.items(), strict=True)}
    norms = [f"blk.{layer}.{part}.weight" for layer in range(shape.layers) for part in ("attn_norm", "ffn_norm")]
    return weights | {name: jnp.ones(shape.width) for name in (*norms, "output_norm.weight")}


def logits(weights: Weights, tokens: jax.Array, shape: Shape) -> jax.Array:
    """Return the scores of every next token, for tokens of shape (batch, length)."""
    turn = _rotations(tokens.shape[1], shape)
    x = weights["token_embd.weight"][tokens]
    for layer in range(shape.layers):
        block = {name.split(".")[2]: value for name, value in weights.items() if name.startswith(f"blk.{layer}.")}
        x += _attention(_normed(x, block["attn_norm"], shape), block, turn, shape)
        h = _normed(x, block["ffn_norm"], shape)
        x += (jax.nn.silu(h @ block["ffn_gate"].T) * (h @ block["ffn_up"].T)) @ block["ffn_down"].T
    return _normed(x, weights["output_norm.weight"], shape) @ weights["token_embd.weight"].T


def _normed(x: jax.Array, scale: jax.Array, shape: Shape) -> jax.Array:
    return x * jax.lax.rsqrt(jnp.mean(x * x, axis=-1, keepdims=True) + shape.epsilon) * scale


def _rotations(length: int, shape: Shape) -> jax.Array:
    """Return e^(i·angle) for every position and pair of numbers of a head."""
    frequencies = shape.rope_base ** (-jnp.arange(0, shape.head, 2) / shape.head)
    return jnp.exp(1j * jnp.outer(jnp.arange(length), frequencies))


def _attention(h: jax.Array, block: Weights, turn: jax.Array, shape: Shape) -> jax.Array:
    batch, length, _ = h.shape

    def heads(part: str) -> Any:
        return (h @ block[part].T).reshape(batch, length, shape.heads, shape.head)

    query, key = (_rotated(heads(part), turn) for part in ("attn_q", "attn_k"))
    scores = jnp.einsum("bqhd,bkhd->bhqk", query, key) / shape.head**0.5
    scores = jnp.where(jnp.tril(jnp.ones((length, length), bool)), scores, -1e9)
    mixed = jnp.einsum("bhqk,bkhd->bqhd", jax.nn.softmax(scores), heads("attn_v"))
    return mixed.reshape(batch, length, shape.width) @ block["attn_output"].T


def _rotated(x: jax.Array, turn: jax.Array) -> jax.Array:
    """Turn neighbouring pairs of numbers, as llama.cpp does for this architecture."""
    pairs = jax.lax.complex(x[..., ::2], x[..., 1::2]) * turn[None, :, None, :]
    return jnp.stack([pairs.real, pairs.imag], axis=-1).reshape(x.shape)
