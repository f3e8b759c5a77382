"""Tiny random models of each family, saved by transformers, with the log-probabilities, gradients and greedy answers that
transformers gives.

    python goldens/tiny_families.py [NAME ...]

Writes engram-model/src/test/resources/golden/family/<name>/ for the names in MODELS (or those given). Sequences are longer
than the sliding windows and than the context of the first training.
"""
import json
import shutil
import sys

import safetensors
import torch
import transformers

from common import golden, tidy, write_json

SMALL = dict(hidden_size=24, intermediate_size=32, num_hidden_layers=3, num_attention_heads=4, num_key_value_heads=2,
             vocab_size=72, max_position_embeddings=256, initializer_range=0.2, rms_norm_eps=1e-5, bos_token_id=1,
             eos_token_id=2, pad_token_id=None)
LLAMA3 = {"rope_type": "llama3", "rope_theta": 20.0, "factor": 8.0, "low_freq_factor": 1.0, "high_freq_factor": 4.0,
          "original_max_position_embeddings": 32}
LONG = {"rope_type": "longrope", "rope_theta": 100.0, "short_factor": [1.1, 1.5], "long_factor": [1.3, 6.0],
        "partial_rotary_factor": 0.75, "original_max_position_embeddings": 16}
GEMMA3 = {"full_attention": {"rope_type": "linear", "rope_theta": 1000.0, "factor": 2.0},
          "sliding_attention": {"rope_type": "default", "rope_theta": 20.0}}
OLDER = dict(hidden_size=24, intermediate_size=32, num_hidden_layers=3, num_attention_heads=4, vocab_size=72,
             max_position_embeddings=64, initializer_range=0.2, bos_token_id=1, eos_token_id=2, pad_token_id=None)
GPT2 = dict(n_embd=24, n_layer=3, n_head=4, n_positions=64, vocab_size=72, initializer_range=0.3, bos_token_id=1,
            eos_token_id=2, pad_token_id=None)
OPT = dict(hidden_size=24, ffn_dim=32, num_hidden_layers=3, num_attention_heads=4, vocab_size=72, max_position_embeddings=64,
           init_std=0.2, bos_token_id=1, eos_token_id=2, pad_token_id=None)
SLIDE = ["sliding_attention", "full_attention", "sliding_attention"]
# name: (class stem, settings)
MODELS = {
    "llama3": ("Llama", dict(SMALL, rope_parameters=LLAMA3, tie_word_embeddings=True)),
    "llama-linear": ("Llama", dict(SMALL, rope_parameters={"rope_type": "linear", "rope_theta": 100.0, "factor": 3.0})),
    "llama-yarn": ("Llama", dict(SMALL, rope_parameters={
        "rope_type": "yarn", "rope_theta": 1000.0, "factor": 4.0, "beta_fast": 4.0, "original_max_position_embeddings": 64})),
    "mistral": ("Mistral", dict(SMALL, sliding_window=7, hidden_act="gelu_pytorch_tanh")),
    "mistral-full": ("Mistral", dict(SMALL, sliding_window=None, head_dim=8)),
    "qwen2": ("Qwen2", dict(SMALL, tie_word_embeddings=True)),
    "qwen2-sliding": ("Qwen2", dict(SMALL, use_sliding_window=True, sliding_window=6, max_window_layers=1)),
    "qwen3": ("Qwen3", dict(SMALL, head_dim=8, use_sliding_window=True, sliding_window=9,
                            layer_types=SLIDE, attention_bias=True)),
    "phi3": ("Phi3", dict(SMALL, sliding_window=11, original_max_position_embeddings=256)),
    "phi3-longrope": ("Phi3", dict(SMALL, rope_parameters=LONG, original_max_position_embeddings=16,
                                   tie_word_embeddings=True)),
    "smollm3": ("SmolLM3", dict(SMALL, no_rope_layers=[1, 0, 1], tie_word_embeddings=True,
                                use_sliding_window=True, sliding_window=8)),
    "olmo2": ("Olmo2", dict(SMALL)),
    "gemma2": ("Gemma2", dict(SMALL, head_dim=8, query_pre_attn_scalar=20, sliding_window=6,
                              attn_logit_softcapping=2.0, final_logit_softcapping=4.0)),
    "gemma3": ("Gemma3Text", dict(SMALL, head_dim=8, query_pre_attn_scalar=24, sliding_window=6, layer_types=SLIDE,
                                  rope_parameters=GEMMA3, final_logit_softcapping=6.0)),
    "pythia": ("GPTNeoX", dict(OLDER, rotary_pct=0.7, rotary_emb_base=100)),
    "neox-sequential": ("GPTNeoX", dict(OLDER, use_parallel_residual=False, tie_word_embeddings=True, hidden_act="gelu_fast",
                                        attention_bias=False, rope_parameters={
                                            "rope_type": "linear", "rope_theta": 50.0, "factor": 2.0,
                                            "partial_rotary_factor": 1.0})),
    "gpt2": ("GPT2", dict(GPT2, n_inner=32)),
    "gpt2-untied": ("GPT2", dict(GPT2, activation_function="gelu", tie_word_embeddings=False, scale_attn_weights=False,
                                 layer_norm_epsilon=0.01, reorder_and_upcast_attn=True)),
    "opt": ("OPT", dict(OPT)),
    "opt-after": ("OPT", dict(OPT, do_layer_norm_before=False, enable_bias=False, activation_function="gelu_new",
                              tie_word_embeddings=False)),
}
LENGTHS = [2, 5, 16, 17, 23, 41]
LIMIT, MARGIN, PROMPTS = 12, 1e-3, 6


def make(name, folder):
    stem, settings = MODELS[name]
    torch.manual_seed(500 + list(MODELS).index(name))
    config = getattr(transformers, stem + "Config")(**settings)
    model = transformers.AutoModelForCausalLM.from_config(config).float()
    with torch.no_grad():  # gains away from 1 and biases away from 0, so that leaving one out is noticed
        for key, p in model.named_parameters():
            if "norm" in key or ".ln_" in key:
                p.add_(0.2 * torch.randn_like(p))
            elif key.endswith("bias"):
                p.normal_(0, 0.3)
    shutil.rmtree(folder, ignore_errors=True)
    model.save_pretrained(folder)
    (folder / "generation_config.json").unlink(missing_ok=True)
    path = folder / "config.json"
    config = json.loads(path.read_text())
    config.pop("transformers_version", None)
    path.write_text(json.dumps(config, indent=2, sort_keys=True) + "\n")


def load(folder):
    """With attention by its definition: sdpa knows no caps."""
    transformers.logging.set_verbosity_error()
    return transformers.AutoModelForCausalLM.from_pretrained(
        folder, dtype=torch.float32, attn_implementation="eager").eval()


def greedy(model, prompt):
    """Each token from the whole sequence, without a cache: what is right where positions change with the length."""
    ids, least = list(prompt), float("inf")
    for _ in range(LIMIT):
        with torch.no_grad():
            top = torch.topk(model(input_ids=torch.tensor([ids]), use_cache=False).logits[0, -1].double(), 2)
        least = min(least, (top.values[0] - top.values[1]).item())
        ids.append(top.indices[0].item())
    return ids[len(prompt):], least


def gradients(model, ids, stored):
    """Of the mean of -log p(x_t | x_<t), t = 1.., over all parameters, as the file calls them; the last token is no input."""
    logits = model(input_ids=torch.tensor([ids[:-1]]), use_cache=False).logits[0].double()
    loss = torch.nn.functional.cross_entropy(logits, torch.tensor(ids[1:]))
    loss.backward()
    found = {}
    for key, p in model.named_parameters():
        key = key if key in stored else "embed_out.weight"
        g = p.grad.double().flatten()
        found[key] = [g.norm().item(), (g * torch.cos(torch.arange(len(g)).double())).sum().item()]
    model.zero_grad()
    return loss.item(), found


def expected(name, folder):
    model = load(folder)
    generator = torch.Generator().manual_seed(900 + list(MODELS).index(name))
    draw = lambda n: torch.randint(3, 72, (n,), generator=generator).tolist()
    sequences = []
    for n in LENGTHS:
        ids = draw(n)
        # the prefix alone is what the last token is predicted from: positions may depend on the length
        sequences.append({"ids": ids, "log_probs": log_probs_of_prefix(model, ids)})
    continued = []
    for n in [1, 4, 9, 13, 16, 20] * 5:
        if len(continued) == PROMPTS:
            break
        prompt = draw(n)
        new, margin = greedy(model, prompt)
        if margin > MARGIN and n not in [len(c["prompt"]) for c in continued]:
            continued.append({"prompt": prompt, "new_ids": new, "margin": round(margin, 6)})
    assert len(continued) == PROMPTS, len(continued)
    with safetensors.safe_open(folder / "model.safetensors", "pt") as file:
        stored = set(file.keys())
    loss, found = gradients(model, sequences[-1]["ids"], stored)
    assert set(found) == stored
    write_json(folder / "expected.json", {
        "note": "float32, eager attention, log-softmax in float64; log_probs[i] is log p(ids[i+1] | ids[..i]), all from one "
                "pass over ids[..-1]; gradients: of the last sequence's mean -log_probs, [norm, sum of g_i cos(i)]",
        "max_new_tokens": LIMIT,
        "loss": loss,
        "sequences": sequences,
        "greedy": continued,
        "gradients": found,
    })
    print(f"{name}: {sum(p.numel() for p in model.parameters())} parameters, margins "
          f"{min(c['margin'] for c in continued):.4f}")


def log_probs_of_prefix(model, ids):
    with torch.no_grad():
        logits = model(input_ids=torch.tensor([ids[:-1]]), use_cache=False).logits[0].double()
    return torch.log_softmax(logits, -1).gather(1, torch.tensor(ids[1:])[:, None])[:, 0].tolist()


def main():
    for name in sys.argv[1:] or MODELS:
        folder = golden("model", "family", name)
        make(name, folder)
        expected(name, folder)
        tidy(folder)


if __name__ == "__main__":
    main()
