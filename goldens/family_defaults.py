"""What transformers takes a config.json of each family to mean that names the sizes alone.

    python goldens/family_defaults.py

Writes engram-model/src/test/resources/golden/family-defaults.json.
"""
import torch
import transformers

from common import golden, write_json

NAMED = dict(vocab_size=100, hidden_size=512, intermediate_size=96, num_hidden_layers=30, num_attention_heads=32)
OWN = {  # what the sizes are called in families that call them otherwise
    "GPT2": dict(vocab_size=100, n_embd=512, n_layer=30, n_head=32),
    "OPT": dict(vocab_size=100, hidden_size=512, ffn_dim=96, num_hidden_layers=30, num_attention_heads=32),
}
CLASSES = ["Llama", "Mistral", "Qwen2", "Qwen3", "Phi3", "SmolLM3", "Olmo2", "Gemma2", "Gemma3Text", "GPTNeoX", "GPT2", "OPT"]


def first(config, *keys):
    return next((getattr(config, key) for key in keys if getattr(config, key, None) is not None), None)


def meaning(stem):
    named = OWN.get(stem, NAMED)
    config = getattr(transformers, stem + "Config").from_dict(dict(named))
    layers = NAMED["num_hidden_layers"]
    rope = getattr(config, "rope_parameters", None) or {}
    slides = getattr(config, "layer_types", None)
    window = getattr(config, "sliding_window", None)
    if slides is None:
        slides = ["sliding_attention" if window else "full_attention"] * layers
    head_dim = getattr(config, "head_dim", None) or config.hidden_size // config.num_attention_heads
    nested = "full_attention" in rope
    rotaries = [rope[t] for t in ("full_attention", "sliding_attention")] if nested else [rope] if rope else []
    return {
        "named": dict(named, model_type=config.model_type),
        "kv_heads": getattr(config, "num_key_value_heads", config.num_attention_heads),
        "head_dim": head_dim,
        "epsilon": first(config, "rms_norm_eps", "layer_norm_eps", "layer_norm_epsilon") or torch.nn.LayerNorm(1).eps,
        "max_positions": config.max_position_embeddings,
        "tied": config.tie_word_embeddings,
        "initializer_range": first(config, "initializer_range", "init_std"),
        "thetas": [r["rope_theta"] for r in rotaries],
        "rotary_dims": [int(head_dim * r.get("partial_rotary_factor", 1)) for r in rotaries],
        "attention_bias": first(config, "attention_bias", "enable_bias") or stem in ("Qwen2", "GPT2"),
        "windows": [window if s == "sliding_attention" else 0 for s in slides],
        "turned": [int(t) for t in getattr(config, "no_rope_layers", [int(bool(rope))] * layers)],
        "scale": (getattr(config, "query_pre_attn_scalar", None) or head_dim) ** -0.5,
        "attention_cap": getattr(config, "attn_logit_softcapping", None) or 0,
        "logit_cap": getattr(config, "final_logit_softcapping", None) or 0,
        "activation": first(config, "hidden_activation", "hidden_act", "activation_function"),
    }


def main():
    write_json(golden("model") / "family-defaults.json", {"families": [meaning(stem) for stem in CLASSES]})


if __name__ == "__main__":
    main()
