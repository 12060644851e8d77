#!/usr/bin/env python3
"""Records what a real server answers, beside what its model says by another program.

    vllm serve FOLDER --served-model-name smollm2 --dtype float32 --max-model-len 2048 --port 8123
    python3 record.py http://127.0.0.1:8123/v1 FOLDER

FOLDER holds SmolLM2-135M-Instruct as safetensors, unpacked from the default model's GGUF file by
transformers. The expected logarithms are transformers', in float64, of the same joined text.
"""

import json
import sys
import urllib.error
import urllib.request
from pathlib import Path

import torch
import transformers

url, folder = sys.argv[1:]
tokenizer = transformers.AutoTokenizer.from_pretrained(folder)
model = transformers.AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float64)


def post(path, body):
    request = urllib.request.Request(
        f"{url}/{path}", json.dumps(body).encode(), {"Content-Type": "application/json"}
    )
    try:
        with urllib.request.urlopen(request) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()


def rate(prompt, continuation):
    """The logarithm of the continuation's probability and its tokens, by transformers."""
    joined = tokenizer(prompt + continuation).input_ids
    own = tokenizer(prompt).input_ids
    first = next((i for i, (a, b) in enumerate(zip(own, joined)) if a != b), len(own))
    with torch.no_grad():
        rows = model(torch.tensor([joined])).logits[0].log_softmax(-1)
    return {
        "logLikelihood": sum(float(rows[i - 1, joined[i]]) for i in range(first, len(joined))),
        "tokens": len(joined) - first,
    }


with urllib.request.urlopen(url.replace("/v1", "/version")) as answer:
    version = json.load(answer)["version"]
provenance = {
    "script": "record.py",
    "server": f"vLLM {version}, CPU, float32",
    "model": "SmolLM2-135M-Instruct, Q4_1 unpacked",
    "reference": f"transformers {transformers.__version__}, torch {torch.__version__}, float64",
}


def save(name, content):
    text = json.dumps({"provenance": provenance} | content, ensure_ascii=False, indent=1)
    Path(__file__).with_name(f"vllm-{name}.json").write_text(text + "\n")


prompt = "肝炎 🫀 is a term for Sjögren’s disease.\nlist: Glaucoma |"
continuations = [" Ménière’s disease", " β-Thalassemia", " 肝炎", " Cataract", " 🫀 disease", ""]
body = {
    "model": "smollm2",
    "prompt": [prompt + text for text in ["", *continuations]],
    "echo": True,
    "logprobs": 1,
    "max_tokens": 1,
    "temperature": 0,
}
status, answer = post("completions", body)
save(
    "scores",
    {
        "prompt": prompt,
        "continuations": continuations,
        "expected": [rate(prompt, text) for text in continuations],
        "status": status,
        "answer": answer,
    },
)
status, answer = post("completions", body | {"prompt": ["word " * 3000]})
save("context", {"status": status, "answer": answer})
status, answer = post("completions", body | {"model": "nobody"})
save("model", {"status": status, "answer": answer})
body = {
    "model": "smollm2",
    "prompt": ["Fish: cod | herring |", "Heart: aorta | atrium |"],
    "echo": False,
    "logprobs": 1,
    "max_tokens": 12,
    "temperature": 0,
    "seed": 7,
    "stop": ["\n"],
}
status, answer = post("completions", body)
save("text", {"status": status, "answer": answer})
