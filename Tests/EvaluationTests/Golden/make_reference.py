#!/usr/bin/env python3
"""Rates the prompts of an evaluation's dump with an implementation that is not ours.

    make_reference.py --gguf MODEL.gguf --input dump.jsonl --output reference.json [--adapter DIR]

`dump.jsonl` is what `taxod evaluate expansion --dump` writes: one JSON object a line with the keys
`query`, `gold`, `prompt`, `candidates`, `continuations`. The model is read from the GGUF file by
the Python package `gguf`, de-quantised to f32 and run by transformers' `LlamaForCausalLM` in f32;
the tokenizer is assembled from the same file by the package `tokenizers`. Prompt and continuation
are tokenised apart, as our engine does, and nothing is put before the prompt. Needs no network.
With --adapter, PEFT puts a LoRA adapter on the model.

The output holds, for each query, the sum of log-probabilities of each continuation and its number
of tokens. The texts themselves are not repeated: the benchmark's words stay where they come from,
and a SHA-256 over the prompt and its continuations, each ended by a zero byte, tells that both
sides were asked the same.
"""

import argparse
import hashlib
import json

import gguf
import numpy
import tokenizers
import torch
import transformers


def field(reader, name):
    """The value of a metadata field: a number, a string, or a list of either."""
    return reader.fields[name].contents()


def read_tokenizer(reader):
    """The byte-level BPE with single digits that the file names `smollm`."""
    assert field(reader, "tokenizer.ggml.pre") == "smollm"
    tokens = field(reader, "tokenizer.ggml.tokens")
    merges = [tuple(m.split(" ")) for m in field(reader, "tokenizer.ggml.merges")]
    tokenizer = tokenizers.Tokenizer(
        tokenizers.models.BPE(vocab={t: i for i, t in enumerate(tokens)}, merges=merges)
    )
    tokenizer.pre_tokenizer = tokenizers.pre_tokenizers.Sequence(
        [
            tokenizers.pre_tokenizers.Digits(individual_digits=True),
            tokenizers.pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=True),
        ]
    )
    return tokenizer


def read_model(reader):
    """A LLaMA-type decoder with the file's weights in f32."""
    heads = field(reader, "llama.attention.head_count")
    kv_heads = field(reader, "llama.attention.head_count_kv")
    config = transformers.LlamaConfig(
        vocab_size=len(field(reader, "tokenizer.ggml.tokens")),
        hidden_size=field(reader, "llama.embedding_length"),
        intermediate_size=field(reader, "llama.feed_forward_length"),
        num_hidden_layers=field(reader, "llama.block_count"),
        num_attention_heads=heads,
        num_key_value_heads=kv_heads,
        max_position_embeddings=field(reader, "llama.context_length"),
        rms_norm_eps=field(reader, "llama.attention.layer_norm_rms_epsilon"),
        rope_theta=field(reader, "llama.rope.freq_base"),
        tie_word_embeddings=True,
    )
    weights = {
        t.name: torch.from_numpy(
            gguf.quants.dequantize(t.data, t.tensor_type).astype(numpy.float32)
        )
        for t in reader.tensors
    }

    def unpermute(w, count):
        # llama.cpp interleaves the two halves of each head for its rotary embedding.
        half = w.shape[0] // count // 2
        return w.reshape(count, half, 2, w.shape[1]).transpose(1, 2).reshape(w.shape)

    state = {
        "model.embed_tokens.weight": weights["token_embd.weight"],
        "lm_head.weight": weights.get("output.weight", weights["token_embd.weight"]),
        "model.norm.weight": weights["output_norm.weight"],
    }
    names = {
        "self_attn.q_proj": "attn_q",
        "self_attn.k_proj": "attn_k",
        "self_attn.v_proj": "attn_v",
        "self_attn.o_proj": "attn_output",
        "mlp.gate_proj": "ffn_gate",
        "mlp.up_proj": "ffn_up",
        "mlp.down_proj": "ffn_down",
        "input_layernorm": "attn_norm",
        "post_attention_layernorm": "ffn_norm",
    }
    for layer in range(config.num_hidden_layers):
        for theirs, ours in names.items():
            w = weights[f"blk.{layer}.{ours}.weight"]
            if ours == "attn_q":
                w = unpermute(w, heads)
            if ours == "attn_k":
                w = unpermute(w, kv_heads)
            state[f"model.layers.{layer}.{theirs}.weight"] = w
    model = transformers.LlamaForCausalLM(config)
    model.load_state_dict(state, strict=True)
    return model.float().eval()


def rate(model, tokenizer, prompt, continuations):
    """Sum of log-probabilities and number of tokens of each continuation."""
    prompt_ids = tokenizer.encode(prompt).ids
    rows = [tokenizer.encode(c).ids for c in continuations]
    longest = max(map(len, rows))
    with torch.no_grad():
        head = model(torch.tensor([prompt_ids]), use_cache=True)
        cache = head.past_key_values
        cache.batch_repeat_interleave(len(rows))
        # Padding stands on the right, where a causal model cannot see it from the left.
        batch = torch.tensor([r + [0] * (longest - len(r)) for r in rows])
        tail = model(batch, past_key_values=cache, use_cache=True).logits
        first = head.logits[:, -1:].expand(len(rows), 1, -1)
        logp = torch.cat([first, tail], dim=1).double().log_softmax(-1)
    sums = []
    for index, row in enumerate(rows):
        sums.append(sum(logp[index, k, token].item() for k, token in enumerate(row)))
    return sums, [len(r) for r in rows]


def digest_of(texts):
    """SHA-256 over texts, each ended by a zero byte."""
    return hashlib.sha256(b"".join(t.encode() + b"\0" for t in texts)).hexdigest()


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--gguf", required=True)
    parser.add_argument("--input", required=True)
    parser.add_argument("--output", required=True)
    parser.add_argument("--adapter")
    parser.add_argument("--threads", type=int, default=1)
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)

    reader = gguf.GGUFReader(arguments.gguf)
    tokenizer, model = read_tokenizer(reader), read_model(reader)
    if arguments.adapter:
        import peft

        model = peft.PeftModel.from_pretrained(model, arguments.adapter).eval()
    queries = []
    with open(arguments.input, encoding="utf-8") as lines:
        for line in lines:
            row = json.loads(line)
            sums, tokens = rate(model, tokenizer, row["prompt"], row["continuations"])
            queries.append(
                {
                    "textSHA256": digest_of([row["prompt"], *row["continuations"]]),
                    "gold": [c in row["gold"] for c in row["candidates"]].index(True)
                    if set(row["gold"]) & set(row["candidates"])
                    else None,
                    "logLikelihoods": [round(s, 5) for s in sums],
                    "tokens": tokens,
                }
            )
    with open(arguments.gguf, "rb") as file:
        digest = hashlib.sha256(file.read()).hexdigest()
    result = {
        "script": "make_reference.py",
        "modelSHA256": digest,
        "versions": {
            "torch": torch.__version__,
            "transformers": transformers.__version__,
            "tokenizers": tokenizers.__version__,
            "numpy": numpy.__version__,
        },
        "arithmetic": "f32, weights de-quantised from the file",
        "queries": queries,
    }
    with open(arguments.output, "w", encoding="utf-8") as file:
        head = {key: value for key, value in result.items() if key != "queries"}
        lines = ",\n".join(json.dumps(query) for query in queries)
        file.write(json.dumps(head, indent=1)[:-2] + ',\n "queries": [\n' + lines + "\n]}\n")


if __name__ == "__main__":
    main()
