"""A small GGUF file with a tensor of each number format that Engram reads, and its values by the gguf package.

    python goldens/gguf_blocks.py

Writes engram-model/src/test/resources/golden/gguf/: `blocks.gguf`, a Llama's weights; and `values.safetensors`, the same weights in
float32 by gguf.dequantize under their Hugging Face names, q and k with the halves of each head apart. Half the rows are random bytes
for blocks, so that every scale, subnormal ones too, every offset and every whole number may come; the other half are normal numbers
quantised by the package where it can, which is for all but the K formats and IQ4_NL.
"""
import gguf
import numpy as np
from gguf import GGMLQuantizationType as Type
from safetensors.numpy import load_file, save_file

from common import golden, tidy

HEADS, KV_HEADS = 4, 2
# (GGUF name, Hugging Face name, format, rows, numbers a row, heads whose halves are interleaved)
TENSORS = [
    ("token_embd.weight", "model.embed_tokens.weight", Type.Q8_0, 24, 64, 0),
    ("blk.0.attn_norm.weight", "model.layers.0.input_layernorm.weight", Type.F32, 1, 64, 0),
    ("blk.0.attn_q.weight", "model.layers.0.self_attn.q_proj.weight", Type.Q4_1, 32, 64, HEADS),
    ("blk.0.attn_k.weight", "model.layers.0.self_attn.k_proj.weight", Type.Q4_0, 16, 64, KV_HEADS),
    ("blk.0.attn_v.weight", "model.layers.0.self_attn.v_proj.weight", Type.BF16, 16, 64, 0),
    ("blk.0.attn_output.weight", "model.layers.0.self_attn.o_proj.weight", Type.F16, 64, 32, 0),
    ("blk.12.ffn_down.weight", "model.layers.12.mlp.down_proj.weight", Type.Q4_0, 8, 96, 0),
    ("blk.0.ffn_up.weight", "model.layers.0.mlp.up_proj.weight", Type.Q5_0, 8, 64, 0),
    ("blk.0.ffn_gate.weight", "model.layers.0.mlp.gate_proj.weight", Type.Q5_1, 8, 64, 0),
    ("blk.0.ffn_down.weight", "model.layers.0.mlp.down_proj.weight", Type.IQ4_NL, 8, 64, 0),
    ("blk.1.attn_q.weight", "model.layers.1.self_attn.q_proj.weight", Type.Q4_K, 16, 256, HEADS),
    ("blk.1.attn_v.weight", "model.layers.1.self_attn.v_proj.weight", Type.Q6_K, 4, 512, 0),
    ("blk.1.attn_output.weight", "model.layers.1.self_attn.o_proj.weight", Type.Q5_K, 4, 512, 0),
    ("blk.1.ffn_gate.weight", "model.layers.1.mlp.gate_proj.weight", Type.Q3_K, 4, 256, 0),
    ("blk.1.ffn_up.weight", "model.layers.1.mlp.up_proj.weight", Type.Q2_K, 4, 256, 0),
    ("output_norm.weight", "model.norm.weight", Type.F32, 1, 64, 0),
]
# where the half-precision numbers of a block stand, by format
HALVES = {
    Type.F16: [0], Type.Q8_0: [0], Type.Q4_0: [0], Type.Q4_1: [0, 2], Type.Q5_0: [0], Type.Q5_1: [0, 2], Type.IQ4_NL: [0],
    Type.Q2_K: [80, 82], Type.Q3_K: [108], Type.Q4_K: [0, 2], Type.Q5_K: [0, 2], Type.Q6_K: [208],
}
ONLY_READ = {Type.Q2_K, Type.Q3_K, Type.Q4_K, Type.Q5_K, Type.Q6_K, Type.IQ4_NL}


def blocks(generator, kind, rows, columns):
    """Random bytes of this format, without infinities and NaN, [rows, bytes of a row]."""
    size, width = gguf.GGML_QUANT_SIZES[kind]
    raw = generator.integers(0, 256, (rows * columns // size, width), dtype=np.uint8)
    if kind in (Type.F32, Type.BF16):
        raw[:, -1] &= 0xBF  # the highest bit of the exponent off
    for at in HALVES.get(kind, []):
        infinite = (raw[:, at + 1] & 0x7C) == 0x7C
        raw[infinite, at + 1] &= 0xBF
    raw = raw.reshape(rows, -1)
    if kind not in ONLY_READ:
        numbers = generator.standard_normal((rows // 2, columns), dtype=np.float32)
        raw[: rows // 2] = gguf.quantize(numbers, kind).view(np.uint8)
    return raw


def main():
    folder = golden("model", "gguf")
    generator = np.random.default_rng(7)
    writer = gguf.GGUFWriter(folder / "blocks.gguf", "llama")
    writer.add_block_count(13)
    writer.add_context_length(128)
    writer.add_embedding_length(64)
    writer.add_feed_forward_length(96)
    writer.add_layer_norm_rms_eps(1e-5)
    writer.add_head_count(HEADS)
    writer.add_head_count_kv(KV_HEADS)
    writer.add_rope_freq_base(10000.0)
    writer.add_token_list(["a", "bc", "ü"])
    writer.add_token_scores([0.5, -1.0, 2.0])
    writer.add_add_bos_token(False)
    values = {}
    for name, hugging_face, kind, rows, columns, heads in TENSORS:
        raw = blocks(generator, kind, rows, columns)
        w = gguf.dequantize(raw, kind).astype(np.float32).reshape(rows, columns)
        assert np.isfinite(w).all()
        if heads:
            w = w.reshape(heads, rows // heads // 2, 2, columns).swapaxes(1, 2).reshape(rows, columns)
        if rows == 1:
            raw, w = raw[0], w[0]
        if kind == Type.F32:
            writer.add_tensor(name, raw.view(np.float32))
        else:
            writer.add_tensor(name, raw, raw_dtype=kind)
        values[hugging_face] = np.ascontiguousarray(w)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    save_file(values, folder / "values.safetensors")
    check(folder, values)
    tidy(folder)


def check(folder, values):
    """Reads both files again."""
    again = load_file(folder / "values.safetensors")
    assert {k: v.tobytes() for k, v in again.items()} == {k: v.tobytes() for k, v in values.items()}
    tensors = {t.name: t for t in gguf.GGUFReader(folder / "blocks.gguf").tensors}
    assert set(tensors) == {t[0] for t in TENSORS}
    for name, _, kind, rows, columns, _ in TENSORS:
        assert tensors[name].tensor_type == kind
        assert [int(n) for n in tensors[name].shape] == ([columns] if rows == 1 else [columns, rows])


if __name__ == "__main__":
    main()
