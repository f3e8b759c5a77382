"""PEFT LoRA adapters on the tiny model `gqa-tied`, with log-probabilities of base + adapter and of the merged model.

    python goldens/tiny_lora.py

Writes engram-model/src/test/resources/golden/lora/: `all-linear` (rank 4, alpha 8, the seven linear layers) and `rslora-qv`
(rank 4, alpha 8, use_rslora, q_proj and v_proj), as PEFT saves them, and expected.json.
"""
import json
import shutil

import torch
from peft import LoraConfig, PeftModel, get_peft_model

from common import golden, load, log_probs, tidy, write_json

ADAPTERS = {
    "all-linear": dict(target_modules=["q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj"]),
    "rslora-qv": dict(target_modules=["q_proj", "v_proj"], use_rslora=True),
}


def main():
    base = golden("model", "llama", "gqa-tied")
    out = golden("model", "lora")
    generator = torch.Generator().manual_seed(31)
    sequences = [torch.randint(0, 96, (n,), generator=generator).tolist() for n in (2, 5, 9, 14, 20)]
    expected = {"base": "llama/gqa-tied", "sequences": sequences,
                "base_log_probs": [log_probs(load(base), s) for s in sequences], "adapters": {}}
    for i, (name, options) in enumerate(ADAPTERS.items()):
        folder = out / name
        shutil.rmtree(folder, ignore_errors=True)
        torch.manual_seed(32 + i)
        model = get_peft_model(load(base), LoraConfig(r=4, lora_alpha=8, lora_dropout=0.0, bias="none",
                                                      task_type="CAUSAL_LM", **options))
        with torch.no_grad():
            for key, p in model.named_parameters():
                if "lora_B" in key:
                    p.normal_(0, 0.1)
        model.save_pretrained(folder)
        (folder / "README.md").unlink(missing_ok=True)
        config = json.loads((folder / "adapter_config.json").read_text())
        config["base_model_name_or_path"] = "gqa-tied"
        config["target_modules"] = sorted(config["target_modules"])
        (folder / "adapter_config.json").write_text(json.dumps(config, indent=2, sort_keys=True) + "\n")

        loaded = PeftModel.from_pretrained(load(base), folder).eval()
        adapted = [log_probs(loaded, s) for s in sequences]
        merged = loaded.merge_and_unload()
        together = [log_probs(merged, s) for s in sequences]
        scale = 8 / 4 ** 0.5 if options.get("use_rslora") else 8 / 4
        expected["adapters"][name] = {"scale": scale, "log_probs": adapted, "merged_log_probs": together}
        moved = max(abs(a - b) for x, y in zip(adapted, expected["base_log_probs"]) for a, b in zip(x, y))
        apart = max(abs(a - b) for x, y in zip(adapted, together) for a, b in zip(x, y))
        assert moved > 0.1 and apart < 1e-4
        print(name, "moved", moved, "merged apart", apart, sorted(f.name for f in folder.iterdir()))
    write_json(out / "expected.json", expected)
    tidy(out)


if __name__ == "__main__":
    main()
