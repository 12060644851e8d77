#!/usr/bin/env python3
"""Makes sentencepiece.json with the sentencepiece library: a small vocabulary and its encodings.

    python3 make_sentencepiece_golden.py CTD_diseases.xml.gz

Needs sentencepiece, tokenizers and gguf (for the strings of make_golden.py). The vocabulary is
trained here, with LLaMA's settings: byte-pair model, byte fallback, a space before the text, no
normalisation.
"""
import io
import json
import os
import sys

import sentencepiece

from make_golden import HARD, HERE, SEED, medic_names, random_strings


def kind(model, piece):
    """The numbers of GGUF's tokenizer.ggml.token_type."""
    if model.is_unknown(piece):
        return 2
    if model.is_control(piece):
        return 3
    return 6 if model.is_byte(piece) else 1


def main():
    names = medic_names(sys.argv[1])
    trained = io.BytesIO()
    sentencepiece.SentencePieceTrainer.train(
        sentence_iterator=iter(names), model_writer=trained, model_type="bpe", vocab_size=1000,
        byte_fallback=True, normalization_rule_name="identity", remove_extra_whitespaces=False,
        add_dummy_prefix=True, character_coverage=1.0, num_threads=1, minloglevel=2,
    )
    model = sentencepiece.SentencePieceProcessor(model_proto=trained.getvalue())
    size = model.get_piece_size()
    texts = [text for text in names[::8] + HARD + random_strings(100) if "\u2581" not in text]
    head = {
        "provenance": {
            "script": "make_sentencepiece_golden.py",
            "library": "sentencepiece " + sentencepiece.__version__,
            "seed": SEED,
            "names": "trained on disease names of MEDIC, release of 2017-06-06: "
                     "Comparative Toxicogenomics Database, ctdbase.org",
        },
        "pieces": [model.id_to_piece(i) for i in range(size)],
        "scores": [model.get_score(i) for i in range(size)],
        "kinds": [kind(model, i) for i in range(size)],
        "texts": texts,
        "tokens": [model.encode(text) for text in texts],
    }
    with open(os.path.join(HERE, "sentencepiece.json"), "w", encoding="utf-8") as out:
        json.dump(head, out, separators=(",", ":"))
        out.write("\n")


if __name__ == "__main__":
    main()
