"""What transformers takes a config.json of each family to mean that names the sizes alone.

    python goldens/family_defaults.py

Writes engram-model/src/test/resources/golden/family-defaults.json.
"""
import transformers

from common import golden, write_json

NAMED = dict(vocab_size=100, hidden_size=512, intermediate_size=96, num_hidden_layers=30, num_attention_heads=32)
CLASSES = ["Llama", "Mistral", "Qwen2", "Qwen3", "Phi3", "SmolLM3", "Olmo2", "Gemma2", "Gemma3Text"]


def meaning(stem):
    config = getattr(transformers, stem + "Config").from_dict(dict(NAMED))
    layers = NAMED["num_hidden_layers"]
    rope = config.rope_parameters
    slides = getattr(config, "layer_types", None)
    window = getattr(config, "sliding_window", None)
    if slides is None:
        slides = ["sliding_attention" if window else "full_attention"] * layers
    nested = "full_attention" in rope
    types = ("full_attention", "sliding_attention") if nested else ()
    return {
        "named": dict(NAMED, model_type=config.model_type),
        "kv_heads": config.num_key_value_heads,
        "head_dim": getattr(config, "head_dim", None) or config.hidden_size // config.num_attention_heads,
        "epsilon": config.rms_norm_eps,
        "max_positions": config.max_position_embeddings,
        "tied": config.tie_word_embeddings,
        "initializer_range": config.initializer_range,
        "thetas": [rope[t]["rope_theta"] for t in types] or [rope["rope_theta"]],
        "windows": [window if s == "sliding_attention" else 0 for s in slides],
        "turned": [int(t) for t in getattr(config, "no_rope_layers", [1] * layers)],
        "scale": (getattr(config, "query_pre_attn_scalar", None) or getattr(config, "head_dim", None)
                  or config.hidden_size // config.num_attention_heads) ** -0.5,
        "attention_cap": getattr(config, "attn_logit_softcapping", None) or 0,
        "logit_cap": getattr(config, "final_logit_softcapping", None) or 0,
        "activation": getattr(config, "hidden_activation", None) or config.hidden_act,
    }


def main():
    write_json(golden("model") / "family-defaults.json", {"families": [meaning(stem) for stem in CLASSES]})


if __name__ == "__main__":
    main()
