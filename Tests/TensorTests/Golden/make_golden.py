#!/usr/bin/env python3
"""Writes the golden files of TensorTests from PyTorch, which shares no code with the kernels.

Run:  python3 make_golden.py        (PyTorch and NumPy; writes *.json beside this script)

Inputs are drawn with a fixed seed and rounded to six digits, so that they can be written exactly;
outputs are computed in float64 from those inputs and written with nine digits. Cases are chosen:
columns that are and are not multiples of the vector width, zeros, huge and tiny values.
"""

import json
import pathlib
import platform

import torch

SEED = 20261122
here = pathlib.Path(__file__).parent
generator = torch.Generator().manual_seed(SEED)
provenance = {
    "script": "make_golden.py",
    "torch": torch.__version__,
    "python": platform.python_version(),
    "seed": SEED,
    "computed_in": "float64",
}


def draw(*shape, scale=1.0):
    x = torch.randn(*shape, generator=generator, dtype=torch.float64) * scale
    return torch.tensor([float(f"{v:.6g}") for v in x.flatten()], dtype=torch.float64).reshape(shape)


def numbers(x):
    # Below the least Float a value is zero; some JSON readers refuse what even a double cannot hold.
    flat = torch.as_tensor(x, dtype=torch.float64).flatten()
    return [float(f"{v:.9g}") if abs(v) > 1e-45 else 0.0 for v in flat]


def write(name, cases):
    lines = ",\n".join("    " + json.dumps(case) for case in cases)
    text = '{\n  "provenance": %s,\n  "cases": [\n%s\n  ]\n}\n'
    (here / f"{name}.json").write_text(text % (json.dumps(provenance), lines))


def case(name, rows, columns, values, **numbers_by_name):
    return {"name": name, "rows": rows, "columns": columns, "values": values} | numbers_by_name


def rms_norm():
    cases = []
    for name, x, epsilon in [
        ("plain", draw(3, 40), 1e-5),
        ("epsilon dominates", draw(2, 17, scale=1e-4), 1e-3),
        ("huge", draw(1, 16, scale=1e15), 1e-5),
        ("zeros", torch.zeros(1, 33, dtype=torch.float64), 1e-6),
    ]:
        gain = draw(x.shape[1])
        y = torch.nn.functional.rms_norm(x, (x.shape[1],), gain, epsilon)
        values = {"input": numbers(x), "gain": numbers(gain), "output": numbers(y)}
        cases.append(case(name, *x.shape, values, epsilon=epsilon))
    write("rmsnorm", cases)


def layer_norm():
    cases = []
    for name, x, epsilon in [
        ("plain", draw(3, 40), 1e-12),
        ("far from zero", draw(2, 21) + 1000, 1e-12),
        ("one value", torch.full((1, 16), 2.5, dtype=torch.float64), 1e-5),
    ]:
        gain, bias = draw(x.shape[1]), draw(x.shape[1])
        y = torch.nn.functional.layer_norm(x, (x.shape[1],), gain, bias, epsilon)
        values = {
            "input": numbers(x), "gain": numbers(gain), "bias": numbers(bias),
            "output": numbers(y),
        }
        cases.append(case(name, *x.shape, values, epsilon=epsilon))
    write("layernorm", cases)


def units():
    f = torch.nn.functional
    x = torch.cat([draw(2, 19, scale=3).flatten(), torch.tensor(
        [0.0, -100.0, 100.0, -6.0, 6.0, 1e-8, -1e-8, 3e4], dtype=torch.float64)])
    up = draw(x.numel())
    values = {
        "input": numbers(x), "up": numbers(up), "gelu": numbers(f.gelu(x)),
        "gelu_tanh": numbers(f.gelu(x, approximate="tanh")), "swiglu": numbers(f.silu(x) * up),
    }
    write("units", [case("mixed magnitudes", 1, x.numel(), values)])


def softmax():
    cases = []
    for name, x in [
        ("plain", draw(3, 37, scale=2)),
        ("huge logits", draw(2, 16, scale=3000)),
        ("equal", torch.zeros(1, 5, dtype=torch.float64)),
        ("wide", draw(1, 1300, scale=4)),
    ]:
        targets = torch.randint(0, x.shape[1], (x.shape[0],), generator=generator)
        log = torch.log_softmax(x, -1)
        values = {
            "input": numbers(x), "softmax": numbers(torch.softmax(x, -1)),
            "targets": numbers(targets),
            "log": numbers(log.gather(1, targets[:, None])),
            "greatest": numbers(x.argmax(-1)),
        }
        cases.append(case(name, *x.shape, values))
    write("softmax", cases)


def rotary():
    cases = []
    for name, heads, size, rotated, halves, base in [
        ("adjacent", 2, 8, 8, 0, 10000.0),
        ("halves", 2, 8, 8, 1, 1000000.0),
        ("adjacent, part of the head", 1, 12, 6, 0, 100.0),
        ("halves of 64", 1, 64, 64, 1, 10000.0),
    ]:
        positions = torch.tensor([0, 1, 500, 3])
        x = draw(4, heads * size)
        exponent = torch.arange(0, rotated, 2, dtype=torch.float64) / rotated
        angle = positions[:, None].double() * base ** -exponent
        turn = torch.polar(torch.ones_like(angle), angle)[:, None, :]
        part = x.view(4, heads, size)[..., :rotated]
        pairs = part.reshape(4, heads, 2, -1).transpose(2, 3) if halves else \
            part.reshape(4, heads, -1, 2)
        turned = torch.view_as_real(torch.view_as_complex(pairs.contiguous()) * turn)
        flat = turned.transpose(2, 3).reshape(4, heads, rotated) if halves else \
            turned.reshape(4, heads, rotated)
        y = x.view(4, heads, size).clone()
        y[..., :rotated] = flat
        values = {"input": numbers(x), "positions": numbers(positions), "output": numbers(y)}
        cases.append(case(
            name, 4, heads * size, values, headSize=size, rotated=rotated, halves=halves,
            base=base))
    write("rotary", cases)


def attention():
    cases = []
    for name, rows, heads, kv_heads, size, causal in [
        ("causal, grouped", 21, 6, 2, 8, True),
        ("causal, one head of 64", 3, 1, 1, 64, True),
        ("bidirectional", 5, 2, 2, 20, False),
    ]:
        q, k, v = draw(rows, heads, size), draw(rows, kv_heads, size), draw(rows, kv_heads, size)
        y = torch.nn.functional.scaled_dot_product_attention(
            q.transpose(0, 1)[None], k.transpose(0, 1)[None], v.transpose(0, 1)[None],
            is_causal=causal, enable_gqa=True)[0].transpose(0, 1)
        values = {
            "queries": numbers(q), "keys": numbers(k), "values": numbers(v),
            "output": numbers(y),
        }
        cases.append(case(
            name, rows, heads * size, values, heads=heads, keyValueHeads=kv_heads, headSize=size,
            causal=int(causal)))
    write("attention", cases)


def product():
    cases = []
    for name, rows, inputs, outputs in [
        ("one group", 1, 32, 3), ("odd outputs", 7, 64, 49), ("odd inputs", 3, 37, 66),
    ]:
        x, w = draw(rows, inputs), draw(outputs, inputs)
        half = (x.to(torch.bfloat16).double(), w.to(torch.bfloat16).double())
        values = {
            "input": numbers(x), "weight": numbers(w), "float32": numbers(x @ w.T),
            "bfloat16": numbers(half[0] @ half[1].T),
        }
        cases.append(case(name, rows, inputs, values, outputs=outputs))
    write("product", cases)


for make in (rms_norm, layer_norm, units, softmax, rotary, attention, product):
    make()
