"""A folder with the shapes of Llama-2-7B and random weights, for what memory and time a large model takes.

    python engram-bench/peers/random_llama.py models/mini FOLDER [--layers 32]

Weights are bfloat16 from N(0, 0.02²), norm gains 1, in shards of some 2 GB with an index: 13.5 GB in all, written as they are drawn.
The tokenizer is that of the first folder; its vocabulary is smaller than the model's, so most rows of the head are never a label.
"""
import argparse
import json
import pathlib
import shutil
import struct

import numpy as np

HIDDEN, INTERMEDIATE, HEADS, VOCABULARY = 4096, 11008, 32, 32000
SHARD_BYTES = 2_000_000_000
BLOCK = 1 << 22


def shapes(layers):
    yield "model.embed_tokens.weight", (VOCABULARY, HIDDEN)
    for i in range(layers):
        prefix = f"model.layers.{i}."
        for name in "qkvo":
            yield f"{prefix}self_attn.{name}_proj.weight", (HIDDEN, HIDDEN)
        yield f"{prefix}mlp.gate_proj.weight", (INTERMEDIATE, HIDDEN)
        yield f"{prefix}mlp.up_proj.weight", (INTERMEDIATE, HIDDEN)
        yield f"{prefix}mlp.down_proj.weight", (HIDDEN, INTERMEDIATE)
        yield f"{prefix}input_layernorm.weight", (HIDDEN,)
        yield f"{prefix}post_attention_layernorm.weight", (HIDDEN,)
    yield "model.norm.weight", (HIDDEN,)
    yield "lm_head.weight", (VOCABULARY, HIDDEN)


def shards(layers):
    """Lists of (name, shape), each of SHARD_BYTES at most."""
    shard, size = [], 0
    for name, shape in shapes(layers):
        own = 2 * int(np.prod(shape))
        if shard and size + own > SHARD_BYTES:
            yield shard
            shard, size = [], 0
        shard.append((name, shape))
        size += own
    yield shard


def bfloat16(values):
    """The upper halves of float32 numbers, rounded to nearest."""
    bits = values.view(np.uint32)
    return ((bits + 0x7FFF + ((bits >> 16) & 1)) >> 16).astype(np.uint16)


def write(path, shard, rng):
    header, offset = {"__metadata__": {"format": "pt"}}, 0
    for name, shape in shard:
        end = offset + 2 * int(np.prod(shape))
        header[name] = {"dtype": "BF16", "shape": list(shape), "data_offsets": [offset, end]}
        offset = end
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    with open(path, "wb") as file:
        file.write(struct.pack("<Q", len(text)) + text)
        for _, shape in shard:
            left = int(np.prod(shape))
            while left:
                count = min(left, BLOCK)
                if len(shape) == 1:
                    values = np.ones(count, np.float32)
                else:
                    values = rng.standard_normal(count, np.float32) * np.float32(0.02)
                file.write(bfloat16(values).tobytes())
                left -= count
    return offset


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("tokenizer", type=pathlib.Path, help="folder whose tokenizer is copied")
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("--layers", type=int, default=32)
    arguments = parser.parse_args()
    arguments.folder.mkdir(parents=True, exist_ok=True)
    rng, total, places = np.random.default_rng(7), 0, {}
    parts = list(shards(arguments.layers))
    for number, shard in enumerate(parts, 1):
        name = f"model-{number:05d}-of-{len(parts):05d}.safetensors"
        total += write(arguments.folder / name, shard, rng)
        places.update({weight: name for weight, _ in shard})
        print(name, f"{total / 1e9:.1f} GB", flush=True)
    index = {"metadata": {"total_size": total}, "weight_map": places}
    (arguments.folder / "model.safetensors.index.json").write_text(json.dumps(index, indent=2) + "\n")
    config = {
        "architectures": ["LlamaForCausalLM"], "model_type": "llama", "hidden_act": "silu", "hidden_size": HIDDEN,
        "intermediate_size": INTERMEDIATE, "num_attention_heads": HEADS, "num_key_value_heads": HEADS,
        "num_hidden_layers": arguments.layers, "vocab_size": VOCABULARY, "max_position_embeddings": 4096,
        "rms_norm_eps": 1e-5, "rope_theta": 10000.0, "rope_scaling": None, "attention_bias": False, "mlp_bias": False,
        "tie_word_embeddings": False, "bos_token_id": None, "eos_token_id": 0, "dtype": "bfloat16"}
    (arguments.folder / "config.json").write_text(json.dumps(config, indent=2) + "\n")
    for name in ("tokenizer.json", "tokenizer_config.json"):
        shutil.copy(arguments.tokenizer / name, arguments.folder / name)


if __name__ == "__main__":
    main()
