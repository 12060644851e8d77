#!/usr/bin/env python3
"""Golden values for LoRA training, made by PyTorch's autograd and AdamW in float64.

Nothing of this project computes here: weights are de-quantised by the `gguf` package and run by
`transformers`; the low-rank additions are written out below as the paper has them.

    make_golden.py

Uses the tiny models beside the engine's tests. Writes beside itself.
"""

import json
import pathlib
import sys

import gguf
import numpy as np
import tokenizers
import torch
import transformers

HERE = pathlib.Path(__file__).parent
ENGINE = HERE.parent.parent / "EngineTests" / "Golden"
sys.path.insert(0, str(ENGINE))
from make_golden import byte_vocabulary, load_gguf  # noqa: E402

SEED = 20261122
RANK, ALPHA = 2, 3.0
STEPS = 20
SETTINGS = dict(learningRate=0.01, warmUp=0.2, weightDecay=0.05, gradientNorm=1.0)
TASK_WEIGHTS = {"find-parent": 0.5}

torch.set_num_threads(1)

EXAMPLES = [
    dict(task="place", loss="listwise", prompt="asthma -> lung disease\npneumonia ->",
         continuations=[" lung disease", " heart disease", " x", " disease of the lung"],
         correct=[0]),
    dict(task="place", loss="listwise", prompt="flu ->",
         continuations=[" infection", " virus", " none", " bone", " lung"], correct=[4, 0]),
    dict(task="find-parent", loss="answer", prompt="The class of {flu | cold | measles} is",
         continuations=[" infection"], correct=[0]),
    dict(task="expand", loss="answer", prompt="infection: flu |",
         continuations=[" nothing", " measles | mumps | cold"], correct=[1]),
    dict(task="expand", loss="listwise", prompt="bone: rib | skull |",
         continuations=[" femur", " f"], correct=[0]),
]


def tokenizer():
    tokens, merges = byte_vocabulary()
    model = tokenizers.models.BPE(
        {t: i for i, t in enumerate(tokens)}, [tuple(m.split(" ")) for m in merges])
    made = tokenizers.Tokenizer(model)
    made.pre_tokenizer = tokenizers.pre_tokenizers.Sequence([
        tokenizers.pre_tokenizers.Digits(individual_digits=True),
        tokenizers.pre_tokenizers.ByteLevel(add_prefix_space=False),
    ])
    return lambda text: made.encode(text).ids


class Adapted(torch.nn.Module):
    """W x + b + alpha / r * B A x"""

    def __init__(self, frozen, generator):
        super().__init__()
        self.frozen = frozen
        outputs, inputs = frozen.weight.shape
        draw = lambda *shape: torch.nn.Parameter(
            0.1 * torch.randn(*shape, generator=generator, dtype=torch.float32).double())
        self.down, self.up = draw(RANK, inputs), draw(outputs, RANK)

    def forward(self, x):
        return self.frozen(x) + ALPHA / RANK * (x @ self.down.T) @ self.up.T


def adapt(model):
    generator = torch.Generator().manual_seed(SEED)
    layers = []
    for number, block in enumerate(model.model.layers):
        for parent, names in (
            (block.self_attn, ("q_proj", "k_proj", "v_proj", "o_proj")),
            (block.mlp, ("gate_proj", "up_proj", "down_proj")),
        ):
            for name in names:
                layer = Adapted(getattr(parent, name), generator)
                setattr(parent, name, layer)
                layers.append((number, name, layer))
    return layers


def log_likelihood(model, prompt, continuation):
    logits = model(torch.tensor([prompt + continuation])).logits[0, len(prompt) - 1 : -1]
    return torch.log_softmax(logits, -1)[range(len(continuation)), continuation].sum()


def loss_of(model, encode, example, likelihood):
    prompt = encode(example["prompt"])
    tokens = [encode(c) for c in example["continuations"]]
    if example["loss"] == "answer":
        answer = tokens[example["correct"][0]]
        return -log_likelihood(model, prompt, answer) / len(answer)
    scores = torch.stack([
        log_likelihood(model, prompt, c) / (1 if likelihood == "sum" else len(c)) for c in tokens
    ])
    return torch.logsumexp(scores, 0) - torch.logsumexp(scores[example["correct"]], 0)


def mean_loss(model, encode, likelihood):
    weights = [TASK_WEIGHTS.get(e["task"], 1.0) for e in EXAMPLES]
    losses = [loss_of(model, encode, e, likelihood) for e in EXAMPLES]
    return sum(w * l for w, l in zip(weights, losses)) / sum(weights), losses


def rounded(tensor):
    return [float(f"{v:.7g}") for v in tensor.detach().numpy().ravel()]


def factors(layers, of):
    return [
        {"block": number, "projection": name, "down": rounded(of(layer.down)),
         "up": rounded(of(layer.up)), "inputs": layer.down.shape[1], "outputs": layer.up.shape[0]}
        for number, name, layer in layers
    ]


def rate(step):
    warm = int(np.ceil(SETTINGS["warmUp"] * STEPS))
    if step < warm:
        return (step + 1) / warm
    return 1 - (step - warm) / (STEPS - warm)


def curve(model, layers, encode, likelihood):
    parameters = [p for _, _, layer in layers for p in (layer.down, layer.up)]
    optimiser = torch.optim.AdamW(
        parameters, lr=SETTINGS["learningRate"], betas=(0.9, 0.999), eps=1e-8,
        weight_decay=SETTINGS["weightDecay"])
    losses, norms = [], []
    for step in range(STEPS):
        for group in optimiser.param_groups:
            group["lr"] = SETTINGS["learningRate"] * rate(step)
        optimiser.zero_grad()
        loss, _ = mean_loss(model, encode, likelihood)
        loss.backward()
        norms.append(float(torch.nn.utils.clip_grad_norm_(parameters, SETTINGS["gradientNorm"])))
        optimiser.step()
        losses.append(float(loss))
    return losses, norms


def case(file, likelihood):
    _, model = load_gguf(ENGINE / file)
    model = model.double().requires_grad_(False)
    encode = tokenizer()
    layers = adapt(model)
    start = factors(layers, lambda p: p)
    loss, losses = mean_loss(model, encode, likelihood)
    loss.backward()
    out = {
        "model": file, "likelihood": likelihood, "start": start,
        "losses": [float(l) for l in losses], "loss": float(loss),
        "gradient": factors(layers, lambda p: p.grad),
    }
    out["curve"], out["norms"] = curve(model, layers, encode, likelihood)
    return out


def main():
    value = {
        "provenance": {
            "script": "Tests/TrainingTests/Golden/make_golden.py", "seed": SEED,
            "torch": torch.__version__, "transformers": transformers.__version__,
            "gguf": getattr(gguf, "__version__", "unknown"),
            "arithmetic": "float64 on de-quantised weights",
        },
        "rank": RANK, "alpha": ALPHA, "settings": SETTINGS, "taskWeights": TASK_WEIGHTS,
        "examples": [e | {"concepts": []} for e in EXAMPLES],
        "cases": [case("tiny-llama.gguf", "sum"), case("tiny-qwen2.gguf", "per-token")],
    }
    text = json.dumps(value, separators=(",", ":"), ensure_ascii=False)
    (HERE / "gradients.json").write_text(text + "\n", encoding="utf-8")
    print(len(text), [c["curve"][:: STEPS - 1] for c in value["cases"]])


if __name__ == "__main__":
    main()
