#!/usr/bin/env python3
"""LoRA adapters made by PEFT on the tiny decoders, and the logits that transformers gets with them.

    make_adapter_golden.py

Nothing of this project computes here; writes beside itself: a folder `NAME-adapter` for each tiny
decoder, as `save_pretrained` leaves it, and `tiny-adapters.json`.
"""

import importlib.util
import json
import pathlib
import shutil

import numpy as np
import peft
import torch

HERE = pathlib.Path(__file__).parent
spec = importlib.util.spec_from_file_location("golden", HERE / "make_golden.py")
golden = importlib.util.module_from_spec(spec)
spec.loader.exec_module(golden)

ALL = ["q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj"]
CASES = [
    # Rank 5 is no multiple of four; halves of heads are told apart by q and k.
    ("tiny-llama", dict(r=5, lora_alpha=10, target_modules=ALL), torch.float32),
    ("tiny-qwen2", dict(r=4, lora_alpha=6, target_modules=["q_proj", "k_proj", "down_proj"],
                        layers_to_transform=[1], use_rslora=True), torch.bfloat16),
]


def main():
    rng = np.random.default_rng(golden.SEED + 7)
    out = []
    for name, settings, stored in CASES:
        torch.manual_seed(golden.SEED)
        _, base = golden.load_gguf(HERE / f"{name}.gguf")
        model = peft.get_peft_model(base, peft.LoraConfig(task_type="CAUSAL_LM", **settings))
        with torch.no_grad():
            for key, value in model.named_parameters():
                if "lora_" in key:
                    value.normal_(0, 0.2)
                    value.copy_(value.to(stored).float())
        tokens = [int(t) for t in rng.integers(0, 261, 24)]
        with torch.no_grad():
            rows = model.eval()(torch.tensor([tokens])).logits[0].double().numpy()
            with model.disable_adapter():
                plain = model(torch.tensor([tokens])).logits[0].double().numpy()
        folder = HERE / f"{name}-adapter"
        shutil.rmtree(folder, ignore_errors=True)
        if stored != torch.float32:
            for key, value in model.named_parameters():
                if "lora_" in key:
                    value.data = value.data.to(stored)
        model.peft_config["default"].base_model_name_or_path = name
        model.save_pretrained(folder)
        (folder / "README.md").unlink(missing_ok=True)
        picked = list(range(0, rows.shape[1], 5))
        out.append({
            "file": f"{name}.gguf", "adapter": folder.name, "tokens": tokens, "picked": picked,
            "logits": golden.rounded(rows[:, picked]),
            "change": float(np.abs(rows - plain).max()),
        })
        print(name, "changes logits by up to", out[-1]["change"])
    provenance = golden.provenance(peft=peft.__version__)
    provenance["script"] = "Tests/EngineTests/Golden/make_adapter_golden.py"
    golden.write("tiny-adapters.json", {"provenance": provenance, "cases": out})


if __name__ == "__main__":
    main()
