"""A GGUF file of a few hundred kilobytes with random weights: a real model to a server, and nonsense to a reader."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import gguf
import numpy as np

if TYPE_CHECKING:
    from pathlib import Path

_WIDTH, _HEADS, _LAYERS, _HIDDEN = 64, 4, 2, 128
_CONTROL = ("<|endoftext|>", "<|im_start|>", "<|im_end|>")
_MERGES = (("t", "h"), ("th", "e"), ("i", "n"), ("Ġ", "a"))
CHAT_TEMPLATE = """\
{%- if tools %}<|im_start|>system
Tools:
{%- for tool in tools %}
{{ tool | tojson }}
{%- endfor %}<|im_end|>
{% endif %}
{%- for message in messages %}<|im_start|>{{ message.role }}
{{ message.content or '' }}
{%- for call in message.tool_calls or [] %}
<tool_call>
{"name": "{{ call.function.name }}", "arguments": {{ call.function.arguments | tojson }}}
</tool_call>
{%- endfor %}<|im_end|>
{% endfor %}
{%- if add_generation_prompt %}<|im_start|>assistant
{% endif %}"""
"""ChatML, with tools and tool calls in the form that many small models are trained on."""


def write_tiny_gguf(
    path: Path, *, context: int = 4096, seed: int = 0, chat_template: str | None = CHAT_TEMPLATE
) -> Path:
    """Write a Llama with random weights and return `path`.

    The vocabulary is printable ASCII and the newline, so that whatever is sampled can be shown. Other characters of a
    prompt are dropped by its tokenizer. Equal arguments give equal files.

    Args:
        path: the file to write.
        context: tokens of the context window, as the file states it.
        seed: seed of the weights.
        chat_template: the Jinja template of conversations; None: a model that was not made for them.
    """
    tokens = _vocabulary()
    writer = gguf.GGUFWriter(path, "llama")
    _describe(writer, context, len(tokens))
    _add_tokenizer(writer, tokens)
    if chat_template is not None:
        writer.add_chat_template(chat_template)
    for name, weights in _tensors(np.random.default_rng(seed), len(tokens)):
        writer.add_tensor(name, weights)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    return path


def _vocabulary() -> list[str]:
    """Return the tokens: bytes as byte-level BPE writes them, the merged ones, and the control tokens."""
    shown = {"\n": "Ċ", " ": "Ġ"}
    characters = [shown.get(chr(code), chr(code)) for code in (10, *range(32, 127))]
    return [*characters, *("".join(pair) for pair in _MERGES), *_CONTROL]


def _describe(writer: gguf.GGUFWriter, context: int, vocabulary: int) -> None:
    writer.add_name("tiny-random")
    writer.add_context_length(context)
    writer.add_embedding_length(_WIDTH)
    writer.add_block_count(_LAYERS)
    writer.add_feed_forward_length(_HIDDEN)
    writer.add_head_count(_HEADS)
    writer.add_head_count_kv(_HEADS)
    writer.add_layer_norm_rms_eps(1e-5)
    writer.add_rope_dimension_count(_WIDTH // _HEADS)
    writer.add_vocab_size(vocabulary)
    writer.add_file_type(gguf.LlamaFileType.ALL_F32)


def _add_tokenizer(writer: gguf.GGUFWriter, tokens: list[str]) -> None:
    plain = len(tokens) - len(_CONTROL)
    writer.add_tokenizer_model("gpt2")
    writer.add_tokenizer_pre("gpt-2")
    writer.add_token_list(tokens)
    writer.add_token_types([gguf.TokenType.NORMAL] * plain + [gguf.TokenType.CONTROL] * len(_CONTROL))
    writer.add_token_merges([" ".join(pair) for pair in _MERGES])
    writer.add_bos_token_id(plain)
    writer.add_pad_token_id(plain)
    writer.add_eos_token_id(len(tokens) - 1)
    writer.add_add_bos_token(False)


def _tensors(random: np.random.Generator, vocabulary: int) -> list[tuple[str, Any]]:
    def matrix(rows: int, columns: int, scale: float = 1.0) -> Any:
        return random.normal(0, scale / columns**0.5, (rows, columns)).astype(np.float32)

    norm = np.ones(_WIDTH, np.float32)
    tensors: list[tuple[str, Any]] = [("token_embd.weight", matrix(vocabulary, _WIDTH, 8.0))]
    for layer in range(_LAYERS):
        block = {
            "attn_norm": norm,
            **{f"attn_{part}": matrix(_WIDTH, _WIDTH) for part in ("q", "k", "v", "output")},
            "ffn_norm": norm,
            "ffn_gate": matrix(_HIDDEN, _WIDTH),
            "ffn_up": matrix(_HIDDEN, _WIDTH),
            "ffn_down": matrix(_WIDTH, _HIDDEN),
        }
        tensors += [(f"blk.{layer}.{part}.weight", weights) for part, weights in block.items()]
    return [*tensors, ("output_norm.weight", norm), ("output.weight", matrix(vocabulary, _WIDTH, 2.0))]
