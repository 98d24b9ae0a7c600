"""Writes the trained model as a GGUF file, with half-precision matrices."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import gguf
import numpy as np
from prompts import CONTROL
from rendering import prompts_digest

from pytest_weft.llama.tiny_model import CHAT_TEMPLATE

if TYPE_CHECKING:
    from pathlib import Path

    from llama import Shape, Weights
    from tokenizers import Tokenizer


def write_gguf(path: Path, weights: Weights, shape: Shape, tokenizer: Tokenizer) -> None:
    """Write the model, its tokenizer and its chat template to `path`."""
    writer = gguf.GGUFWriter(path, "llama")
    _describe(writer, shape)
    _add_tokenizer(writer, tokenizer)
    for name, value in weights.items():
        writer.add_tensor(name, np.asarray(value, np.float16 if value.ndim > 1 else np.float32))
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


def _describe(writer: gguf.GGUFWriter, shape: Shape) -> None:
    writer.add_name("tiny-labeller")
    writer.add_context_length(shape.context)
    writer.add_embedding_length(shape.width)
    writer.add_block_count(shape.layers)
    writer.add_feed_forward_length(shape.hidden)
    writer.add_head_count(shape.heads)
    writer.add_head_count_kv(shape.heads)
    writer.add_layer_norm_rms_eps(shape.epsilon)
    writer.add_rope_dimension_count(shape.head)
    writer.add_rope_freq_base(shape.rope_base)
    writer.add_vocab_size(shape.vocabulary)
    writer.add_file_type(gguf.LlamaFileType.MOSTLY_F16)
    writer.add_string("weft.prompts", prompts_digest())


def _add_tokenizer(writer: gguf.GGUFWriter, tokenizer: Tokenizer) -> None:
    model = json.loads(tokenizer.to_str())["model"]
    tokens = sorted(model["vocab"], key=model["vocab"].get)
    control = {tokenizer.token_to_id(name) for name in CONTROL}
    kinds = (gguf.TokenType.NORMAL, gguf.TokenType.CONTROL)
    writer.add_tokenizer_model("gpt2")
    writer.add_tokenizer_pre("gpt-2")
    writer.add_token_list(tokens)
    writer.add_token_types([kinds[number in control] for number in range(len(tokens))])
    writer.add_token_merges([" ".join(pair) for pair in model["merges"]])
    writer.add_bos_token_id(tokenizer.token_to_id(CONTROL[0]))
    writer.add_pad_token_id(tokenizer.token_to_id(CONTROL[0]))
    writer.add_eos_token_id(tokenizer.token_to_id(CONTROL[2]))
    writer.add_add_bos_token(False)
    writer.add_chat_template(CHAT_TEMPLATE)
