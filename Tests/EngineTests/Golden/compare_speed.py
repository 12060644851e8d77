#!/usr/bin/env python3
"""Speed of `taxod bench` next to PyTorch in bfloat16, in one run, alternating.

    compare_speed.py TAXOD GGUF [ROUNDS]

Prints for prompts of 512 tokens, for one decoding stream and for twelve: minimum, median and
maximum over the rounds, in tokens per second. Leave the machine alone meanwhile. PyTorch uses two
threads for one product, taxod two workers of one thread.
"""

import json
import statistics
import subprocess
import sys
import time

import torch

from make_golden import load_gguf

taxod, path = sys.argv[1], sys.argv[2]
rounds = int(sys.argv[3]) if len(sys.argv) > 3 else 5
torch.set_num_threads(2)
_, model = load_gguf(path)
model = model.to(torch.bfloat16).eval()
generator = torch.Generator().manual_seed(1)


def prompt(streams, tokens):
    return torch.randint(100, 40_000, (streams, tokens), generator=generator)


@torch.no_grad()
def scoring():
    began = time.perf_counter()
    for _ in range(4):
        model(prompt(1, 512), logits_to_keep=1)
    return 4 * 512 / (time.perf_counter() - began)


@torch.no_grad()
def decoding(streams, tokens=32):
    out = model(prompt(streams, 64), use_cache=True, logits_to_keep=1)
    began = time.perf_counter()
    for _ in range(tokens):
        last = out.logits[:, -1].argmax(-1, keepdim=True)
        out = model(last, past_key_values=out.past_key_values, use_cache=True)
    return streams * tokens / (time.perf_counter() - began)


figures = {}
for round in range(rounds + 1):
    ours = json.loads(subprocess.check_output([taxod, "bench", "--json"]))
    row = {
        ("scoring", "taxod " + ours["path"]): ours["scoringTokensPerSecond"],
        ("scoring", "PyTorch bf16"): scoring(),
        ("one stream", "taxod " + ours["path"]): ours["decodeTokensPerSecond"],
        ("one stream", "PyTorch bf16"): decoding(1),
        ("twelve streams", "taxod " + ours["path"]): ours["batchedDecodeTokensPerSecond"],
        ("twelve streams", "PyTorch bf16"): decoding(12),
    }
    # The first round warms both up.
    for key, value in row.items() if round else ():
        figures.setdefault(key, []).append(value)
for (what, who), values in figures.items():
    low, middle, high = min(values), statistics.median(values), max(values)
    print(f"{what:15} {who:16} {middle:7.0f}  [{low:.0f} to {high:.0f}]")
