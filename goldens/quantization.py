"""Weights after a round trip through Q8_0, Q4_0 (by the gguf package) and NF4 (by numpy, after bitsandbytes), bit for bit.

    python goldens/quantization.py

Writes engram-model/src/test/resources/golden/quantization/values.safetensors: `weights`, 24 rows of 192 numbers with ties, zeros, a
block of zeros and large outliers, and what is left of them: `int8`, `int4`, `nf4`; and the codes: `int8_codes`, `int4_codes`, `nf4_codes`.
NF4's table is that of bitsandbytes (functional.py, get_4bit_type), blocks of 64 with absmax in float32.
"""
import gguf
import numpy as np
from gguf import GGMLQuantizationType as Type
from safetensors.numpy import save_file

from common import golden, tidy

NF4 = np.array([-1.0, -0.6961928009986877, -0.5250730514526367, -0.39491748809814453, -0.28444138169288635, -0.18477343022823334,
                -0.09105003625154495, 0.0, 0.07958029955625534, 0.16093020141124725, 0.24611230194568634, 0.33791524171829224,
                0.44070982933044434, 0.5626170039176941, 0.7229568362236023, 1.0], dtype=np.float32)


def nf4(weights):
    """Nearest value of the table to w / absmax in each block of 64."""
    blocks = weights.reshape(-1, 64)
    absmax = np.abs(blocks).max(axis=1, keepdims=True)
    with np.errstate(divide="ignore", invalid="ignore"):
        scaled = np.where(absmax == 0, np.float32(0), blocks * (np.float32(1) / absmax))
    codes = np.abs(scaled[:, :, None].astype(np.float64) - NF4.astype(np.float64)).argmin(axis=2)
    return (NF4[codes] * absmax).reshape(weights.shape), codes.reshape(weights.shape).astype(np.float32)


def codes(raw, kind, shape):
    """The whole numbers in the blocks."""
    if kind == Type.Q8_0:
        return raw.reshape(-1, 34)[:, 2:].view(np.int8).astype(np.float32).reshape(shape)
    packed = raw.reshape(-1, 18)[:, 2:]
    return np.concatenate([packed & 15, packed >> 4], axis=1).astype(np.float32).reshape(shape)


def main():
    folder = golden("model", "quantization")
    generator = np.random.default_rng(11)
    weights = (generator.standard_normal((24, 192)) * 0.03).astype(np.float32)
    weights[3, 64:128] = 0
    weights[5, 7] = 1.5
    weights[6, ::2] = 0.25
    weights[6, 1::2] = -0.25
    weights[7, :32] = np.arange(32, dtype=np.float32) - 16
    weights[8] *= np.float32(1e-7)
    out = {"weights": weights}
    for name, kind in (("int8", Type.Q8_0), ("int4", Type.Q4_0)):
        raw = gguf.quantize(weights, kind)
        out[name] = gguf.dequantize(raw, kind).astype(np.float32).reshape(weights.shape)
        out[name + "_codes"] = codes(raw.view(np.uint8), kind, weights.shape)
    out["nf4"], out["nf4_codes"] = nf4(weights)
    save_file({k: np.ascontiguousarray(v) for k, v in out.items()}, folder / "values.safetensors")
    tidy(folder)


if __name__ == "__main__":
    main()
