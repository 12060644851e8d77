#!/usr/bin/env python3
"""Makes small.gguf and quantised.json with the gguf library of llama.cpp.

    python3 make_quant_golden.py

Needs gguf and numpy. small.gguf has one tensor of every type, made of random blocks, and metadata of
every kind. quantised.json holds the weights that the library's own de-quantisation gives for them, as
base64 of little-endian f32.
"""
import base64
import json
import os
from importlib.metadata import version

import gguf
import numpy as np
from gguf.quants import dequantize

HERE = os.path.dirname(os.path.abspath(__file__))
SEED = 20261122
TYPES = ["F32", "F16", "BF16", "Q4_0", "Q4_1", "Q5_0", "Q5_1", "Q8_0", "Q4_K", "Q5_K", "Q6_K"]
# Where in a block the half-precision factors lie.
FACTORS = {
    "Q4_0": [0], "Q4_1": [0, 2], "Q5_0": [0], "Q5_1": [0, 2], "Q8_0": [0], "Q4_K": [0, 2],
    "Q5_K": [0, 2], "Q6_K": [208],
}


def text(array):
    return base64.b64encode(np.ascontiguousarray(array).tobytes()).decode("ascii")


def random_blocks(draw, kind, columns, rows):
    """Random bytes are good blocks, as long as the factors are finite."""
    if kind == "F32":
        return draw.standard_normal((rows, columns)).astype("<f4").view(np.uint8)
    if kind == "F16":
        values = draw.standard_normal((rows, columns)).astype("<f2")
        # The smallest subnormal, the largest one, the smallest normal, the largest number.
        values[0, :6] = np.array([1, 0x3FF, 0x400, 0x7BFF, 0x8001, 0x8000], "<u2").view("<f2")
        return values.view(np.uint8)
    if kind == "BF16":
        values = draw.standard_normal((rows, columns)).astype("<f4").view("<u4")
        return (values >> 16).astype("<u2").view(np.uint8)
    elements, size = gguf.GGML_QUANT_SIZES[gguf.GGMLQuantizationType[kind]]
    blocks = draw.integers(0, 256, (rows * columns // elements, size), dtype=np.uint8)
    for place in FACTORS[kind]:
        factors = (draw.standard_normal(len(blocks)) * 0.02).astype("<f2")
        factors[:1] = np.array([3], "<u2").view("<f2")
        blocks[:, place:place + 2] = factors.view(np.uint8).reshape(-1, 2)
    return blocks.reshape(rows, -1)


def main():
    draw = np.random.default_rng(SEED)
    provenance = {
        "script": "make_quant_golden.py",
        "library": "gguf %s, numpy %s" % (version("gguf"), np.__version__),
        "seed": SEED,
    }
    tensors = []
    writer = gguf.GGUFWriter(os.path.join(HERE, "small.gguf"), "llama")
    writer.add_uint8("test.uint8", 200)
    writer.add_int8("test.int8", -100)
    writer.add_uint16("test.uint16", 60000)
    writer.add_int16("test.int16", -30000)
    writer.add_uint32("test.uint32", 4000000000)
    writer.add_int32("test.int32", -2000000000)
    writer.add_uint64("test.uint64", 2 ** 63 + 1)
    writer.add_int64("test.int64", -(2 ** 62))
    writer.add_float32("test.float32", 0.5)
    writer.add_float64("test.float64", 0.1)
    writer.add_bool("test.bool", True)
    writer.add_string("test.string", "naïve 中")
    writer.add_array("test.strings", ["a", "", "Ġb"])
    writer.add_array("test.integers", [1, -2, 3])
    writer.add_array("test.floats", [0.25, -0.5])
    for kind in TYPES:
        number = gguf.GGMLQuantizationType[kind]
        columns = 512 if kind.endswith("_K") else 64
        raw = random_blocks(draw, kind, columns, 2)
        weights = dequantize(raw, number).astype("<f4")
        assert weights.shape == (2, columns) and np.isfinite(weights).all(), kind
        tensors.append({
            "type": kind,
            "name": "blk.0.%s.weight" % kind.lower(),
            "columns": columns,
            "rows": 2,
            "weights": text(weights),
        })
        if kind == "F32":
            writer.add_tensor(tensors[-1]["name"], raw.view("<f4"))
        elif kind == "F16":
            writer.add_tensor(tensors[-1]["name"], raw.view("<f2"))
        else:
            writer.add_tensor(tensors[-1]["name"], raw, raw_dtype=number)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    with open(os.path.join(HERE, "quantised.json"), "w", encoding="utf-8") as out:
        json.dump({"provenance": provenance, "tensors": tensors}, out, indent=1)
        out.write("\n")


if __name__ == "__main__":
    main()
