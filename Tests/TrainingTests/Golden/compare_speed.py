#!/usr/bin/env python3
"""Training by `taxod bench` next to PyTorch in bfloat16, in one run, alternating, on the same rows.

    compare_speed.py TAXOD GGUF [ROUNDS]

Prints tokens per second: minimum, median and maximum over the rounds. Leave the machine alone
meanwhile. Eight placements of eight known pairs and twenty candidates go through the decoder together, each
as one row of 187 tokens whose branches are kept apart by a mask; the head is applied to the 76
positions that rate a token. Rank 16, all seven projections; forward, backward and AdamW.
"""

import json
import pathlib
import statistics
import subprocess
import sys
import time

import torch

sys.path.insert(0, str(pathlib.Path(__file__).parent.parent.parent / "EngineTests" / "Golden"))
from make_golden import load_gguf  # noqa: E402

PROMPT = 112
CONTINUATIONS = [6, 2, 3, 2, 7, 4, 8, 6, 6, 9, 2, 2, 4, 7, 4, 6, 4, 5, 2, 6]
EXAMPLES, RANK, ALPHA, STEPS = 8, 16, 32.0, 2


class Adapted(torch.nn.Module):
    def __init__(self, frozen):
        super().__init__()
        self.frozen = frozen
        outputs, inputs = frozen.weight.shape
        self.down = torch.nn.Parameter(torch.randn(RANK, inputs, dtype=torch.bfloat16) / inputs**0.5)
        self.up = torch.nn.Parameter(torch.zeros(outputs, RANK, dtype=torch.bfloat16))

    def forward(self, x):
        return self.frozen(x) + ALPHA / RANK * (x @ self.down.T) @ self.up.T


def main():
    rounds = int(sys.argv[3]) if len(sys.argv) > 3 else 3
    torch.set_num_threads(2)
    torch.manual_seed(1)
    _, model = load_gguf(sys.argv[2])
    model.set_attn_implementation("sdpa")
    model = model.bfloat16().requires_grad_(False)
    parameters = []
    for block in model.model.layers:
        for parent in (block.self_attn, block.mlp):
            for name, layer in list(parent.named_children()):
                if isinstance(layer, torch.nn.Linear):
                    adapted = Adapted(layer)
                    setattr(parent, name, adapted)
                    parameters += [adapted.down, adapted.up]
    optimiser = torch.optim.AdamW(parameters, lr=5e-4, weight_decay=0.01)

    rows = PROMPT + sum(CONTINUATIONS) - len(CONTINUATIONS)
    seen = torch.zeros(rows, rows, dtype=torch.bool)
    seen[:PROMPT, :PROMPT] = torch.ones(PROMPT, PROMPT).tril().bool()
    positions, asked, owner = list(range(PROMPT)), [], []
    start = PROMPT
    for number, length in enumerate(CONTINUATIONS):
        asked.append(PROMPT - 1)
        owner.append(number)
        branch = length - 1
        seen[start : start + branch, :PROMPT] = True
        seen[start : start + branch, start : start + branch] = torch.ones(branch, branch).tril().bool()
        positions += range(PROMPT, PROMPT + branch)
        asked += range(start, start + branch)
        owner += [number] * branch
        start += branch
    states = sorted(set(asked))
    place = torch.tensor([states.index(a) for a in asked])
    mask = torch.where(seen, 0.0, float("-inf")).to(torch.bfloat16).expand(EXAMPLES, 1, rows, rows)
    positions = torch.tensor([positions] * EXAMPLES)
    owner = torch.tensor(owner)
    vocabulary = model.config.vocab_size
    tokens = torch.randint(vocabulary, (EXAMPLES, rows))
    targets = torch.randint(vocabulary, (EXAMPLES, len(asked)))

    def step():
        optimiser.zero_grad()
        hidden = model.model(
            input_ids=tokens, attention_mask=mask, position_ids=positions, use_cache=False
        ).last_hidden_state
        total = 0
        for example in range(EXAMPLES):
            logits = model.lm_head(hidden[example, states]).float()
            picked = torch.log_softmax(logits, -1)[place, targets[example]]
            scores = torch.zeros(len(CONTINUATIONS)).index_add(0, owner, picked)
            total = total - torch.log_softmax(scores, 0)[0]
        (total / EXAMPLES).backward()
        optimiser.step()

    step()
    rates = {"taxod": [], "PyTorch": []}
    for _ in range(rounds):
        report = subprocess.run(
            [sys.argv[1], "bench", "--json"], check=True, capture_output=True, text=True)
        rates["taxod"].append(json.loads(report.stdout)["trainingTokensPerSecond"])
        began = time.perf_counter()
        for _ in range(STEPS):
            step()
        rates["PyTorch"].append(EXAMPLES * rows * STEPS / (time.perf_counter() - began))
    for name, values in rates.items():
        print(f"{name}: {min(values):.0f} {statistics.median(values):.0f} {max(values):.0f}")


if __name__ == "__main__":
    main()
