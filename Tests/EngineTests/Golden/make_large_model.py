#!/usr/bin/env python3
"""Writes a GGUF file of a large model's shape, with random weights in K-quants.

    make_large_model.py llama|qwen2 FILE [BLOCKS]

`llama` has the shape of LLaMA-7B, `qwen2` that of Qwen2-1.5B, with fewer BLOCKS if given. One
random block of each type is repeated over all tensors, so that writing is quick; sums are kept
small, so that the logits are finite. The tokenizer is that of the tiny fixtures, padded.
"""

import sys

import gguf
import numpy as np

from make_golden import SEED, byte_vocabulary, random_k_quant

SHAPES = {
    # blocks, width, heads, key-value heads, feed-forward, vocabulary, context, rope base
    "llama": (32, 4096, 32, 32, 11008, 32000, 4096, 10000.0),
    "qwen2": (28, 1536, 12, 2, 8960, 151936, 32768, 1000000.0),
}
KINDS = gguf.GGMLQuantizationType


def main(arch, path, blocks=None):
    whole, width, heads, kv_heads, inner, vocabulary, context, base = SHAPES[arch]
    blocks = int(blocks or whole)
    head = width // heads
    rng = np.random.default_rng(SEED)
    writer = gguf.GGUFWriter(path, arch)
    tokens, merges = byte_vocabulary()
    tokens += [f"<unused{i}>" for i in range(vocabulary - len(tokens))]
    writer.add_name(f"random {arch} of {blocks} blocks")
    writer.add_context_length(context)
    writer.add_embedding_length(width)
    writer.add_block_count(blocks)
    writer.add_feed_forward_length(inner)
    writer.add_head_count(heads)
    writer.add_head_count_kv(kv_heads)
    writer.add_layer_norm_rms_eps(1e-5)
    writer.add_rope_freq_base(base)
    writer.add_rope_dimension_count(head)
    writer.add_vocab_size(vocabulary)
    writer.add_tokenizer_model("gpt2")
    writer.add_tokenizer_pre("qwen2" if arch == "qwen2" else "smollm")
    writer.add_token_list(tokens)
    writer.add_token_types([1] * 261 + [3] * (vocabulary - 261))
    writer.add_token_merges(merges)
    writer.add_bos_token_id(262)
    writer.add_eos_token_id(263)
    writer.add_add_bos_token(False)

    # Names and shapes come first in the file, so the data are made afterwards, one at a time.
    parts = []

    def tensor(name, rows, columns, kind):
        some = random_k_quant(rng, kind, min(rows, 64), columns, 1 / np.sqrt(columns))
        parts.append((some, rows))
        shape = (rows, some.shape[1])
        size = rows * some.shape[1]
        writer.add_tensor_info(name, shape, some.dtype, size, raw_dtype=kind)

    def vector(name, values):
        values = values.astype(np.float32)
        parts.append((values, len(values)))
        writer.add_tensor_info(name, values.shape, values.dtype, values.nbytes)

    key = kv_heads * head
    tensor("token_embd.weight", vocabulary, width, KINDS.Q4_K)
    tensor("output.weight", vocabulary, width, KINDS.Q6_K)
    vector("output_norm.weight", np.ones(width))
    for b in range(blocks):
        # As the common mixture has it: half of the value and down layers in Q6_K.
        fine = KINDS.Q6_K if b % 2 else KINDS.Q4_K
        vector(f"blk.{b}.attn_norm.weight", np.ones(width))
        vector(f"blk.{b}.ffn_norm.weight", np.ones(width))
        for part, rows, columns, kind in (
            ("attn_q", width, width, KINDS.Q4_K), ("attn_k", key, width, KINDS.Q4_K),
            ("attn_v", key, width, fine), ("attn_output", width, width, KINDS.Q5_K),
            ("ffn_gate", inner, width, KINDS.Q4_K), ("ffn_up", inner, width, KINDS.Q4_K),
            ("ffn_down", width, inner, fine),
        ):
            tensor(f"blk.{b}.{part}.weight", rows, columns, kind)
            if arch == "qwen2" and part in ("attn_q", "attn_k", "attn_v"):
                vector(f"blk.{b}.{part}.bias", rng.normal(0, 0.1, rows))
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_ti_data_to_file()
    for some, rows in parts:
        # 64 random rows, repeated: the size on disk is real, the randomness need not be.
        repeats = (-(-rows // len(some)),) + (1,) * (some.ndim - 1)
        writer.write_tensor_data(np.ascontiguousarray(np.tile(some, repeats)[:rows]))
    writer.close()


if __name__ == "__main__":
    main(*sys.argv[1:])
