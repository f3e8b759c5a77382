#!/usr/bin/env python3
"""Trains the tokenizer of the demonstration model and writes its configuration files.

Run from the repository root: python3 models/mini/train_tokenizer.py
Needs: pip install tokenizers
Reads: data/tofu/{full,real_authors,world_facts}.jsonl and data/prose/*.jsonl
Writes beside this file: tokenizer.json, tokenizer_config.json, generation_config.json, config.json
"""
import argparse
import glob
import json
import os

from tokenizers import Tokenizer, decoders, models, pre_tokenizers, processors, trainers

EOS = "<|endoftext|>"


def texts(root):
    for name in ("full", "real_authors", "world_facts"):
        with open(os.path.join(root, "data", "tofu", name + ".jsonl"), encoding="utf-8") as f:
            for line in f:
                if line.strip():
                    row = json.loads(line)
                    yield "Question: %s\nAnswer: %s" % (row["question"], row["answer"])
    for path in sorted(glob.glob(os.path.join(root, "data", "prose", "*.jsonl"))):
        with open(path, encoding="utf-8") as f:
            for line in f:
                if line.strip():
                    yield json.loads(line)["text"]


def write_json(folder, name, value):
    with open(os.path.join(folder, name), "w", encoding="utf-8") as f:
        json.dump(value, f, indent=2, ensure_ascii=False)
        f.write("\n")


def main():
    here = os.path.dirname(os.path.abspath(__file__))
    ap = argparse.ArgumentParser()
    ap.add_argument("--root", default=".", help="repository root")
    ap.add_argument("--out", default=here)
    ap.add_argument("--vocab", type=int, default=4096)
    ap.add_argument("--hidden", type=int, default=320)
    ap.add_argument("--layers", type=int, default=2)
    ap.add_argument("--heads", type=int, default=5)
    ap.add_argument("--kv-heads", type=int, default=5)
    ap.add_argument("--mlp", type=int, default=1024)
    ap.add_argument("--init", type=float, default=0.08)
    a = ap.parse_args()

    tok = Tokenizer(models.BPE())
    tok.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tok.decoder = decoders.ByteLevel()
    tok.post_processor = processors.ByteLevel(trim_offsets=False)
    trainer = trainers.BpeTrainer(
        vocab_size=a.vocab,
        min_frequency=2,
        special_tokens=[EOS],
        initial_alphabet=sorted(pre_tokenizers.ByteLevel.alphabet()),
        show_progress=False,
    )
    tok.train_from_iterator(texts(a.root), trainer)
    if tok.get_vocab_size() != a.vocab or tok.token_to_id(EOS) != 0:
        raise SystemExit("unexpected vocabulary: %d" % tok.get_vocab_size())
    os.makedirs(a.out, exist_ok=True)
    tok.save(os.path.join(a.out, "tokenizer.json"))

    write_json(a.out, "tokenizer_config.json", {
        "tokenizer_class": "PreTrainedTokenizerFast",
        "add_bos_token": False,
        "add_eos_token": False,
        "bos_token": None,
        "eos_token": EOS,
        "pad_token": EOS,
        "unk_token": None,
        "clean_up_tokenization_spaces": False,
        "model_max_length": 512,
        "added_tokens_decoder": {
            "0": {"content": EOS, "lstrip": False, "normalized": False,
                  "rstrip": False, "single_word": False, "special": True},
        },
    })
    write_json(a.out, "generation_config.json", {
        "_from_model_config": True, "do_sample": False, "eos_token_id": 0, "pad_token_id": 0,
    })
    write_json(a.out, "config.json", {
        "architectures": ["LlamaForCausalLM"],
        "attention_bias": False,
        "attention_dropout": 0.0,
        "bos_token_id": None,
        "dtype": "bfloat16",
        "eos_token_id": 0,
        "head_dim": a.hidden // a.heads,
        "hidden_act": "silu",
        "hidden_size": a.hidden,
        "initializer_range": a.init,
        "intermediate_size": a.mlp,
        "max_position_embeddings": 512,
        "mlp_bias": False,
        "model_type": "llama",
        "num_attention_heads": a.heads,
        "num_hidden_layers": a.layers,
        "num_key_value_heads": a.kv_heads,
        "pad_token_id": 0,
        "rms_norm_eps": 1e-05,
        "rope_scaling": None,
        "rope_theta": 10000.0,
        "tie_word_embeddings": True,
        "torch_dtype": "bfloat16",
        "use_cache": True,
        "vocab_size": a.vocab,
    })


if __name__ == "__main__":
    main()
