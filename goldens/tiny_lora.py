"""PEFT LoRA adapters on tiny models, with log-probabilities of base + adapter and of the merged model.

    python goldens/tiny_lora.py

Writes engram-model/src/test/resources/golden/lora/: `all-linear` (rank 4, alpha 8, the seven linear layers) and `rslora-qv`
(rank 4, alpha 8, use_rslora, q_proj and v_proj) on `llama/gqa-tied`, as PEFT saves them, and expected.json; `gpt2` (rank 4,
alpha 8, c_attn and both c_proj, Conv1D layers) on `family/gpt2` and gpt2-expected.json.
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


CONV1D = {"gpt2": dict(target_modules=["c_attn", "c_proj"], fan_in_fan_out=True)}


def write(base, adapters, vocabulary, seed, file):
    out = golden("model", "lora")
    folder_of_base = golden("model", *base.split("/"))
    generator = torch.Generator().manual_seed(seed)
    sequences = [torch.randint(0, vocabulary, (n,), generator=generator).tolist() for n in (2, 5, 9, 14, 20)]
    expected = {"base": base, "sequences": sequences,
                "base_log_probs": [log_probs(load(folder_of_base), s) for s in sequences], "adapters": {}}
    for i, (name, options) in enumerate(adapters.items()):
        folder = out / name
        shutil.rmtree(folder, ignore_errors=True)
        torch.manual_seed(seed + 1 + i)
        model = get_peft_model(load(folder_of_base), LoraConfig(r=4, lora_alpha=8, lora_dropout=0.0, bias="none",
                                                                task_type="CAUSAL_LM", **options))
        with torch.no_grad():
            for key, p in model.named_parameters():
                if "lora_B" in key:
                    p.normal_(0, 0.1)
        model.save_pretrained(folder)
        (folder / "README.md").unlink(missing_ok=True)
        config = json.loads((folder / "adapter_config.json").read_text())
        config["base_model_name_or_path"] = base.split("/")[1]
        config["target_modules"] = sorted(config["target_modules"])
        (folder / "adapter_config.json").write_text(json.dumps(config, indent=2, sort_keys=True) + "\n")

        loaded = PeftModel.from_pretrained(load(folder_of_base), folder).eval()
        adapted = [log_probs(loaded, s) for s in sequences]
        merged = loaded.merge_and_unload()
        together = [log_probs(merged, s) for s in sequences]
        scale = 8 / 4 ** 0.5 if options.get("use_rslora") else 8 / 4
        expected["adapters"][name] = {"scale": scale, "log_probs": adapted, "merged_log_probs": together}
        moved = max(abs(a - b) for x, y in zip(adapted, expected["base_log_probs"]) for a, b in zip(x, y))
        apart = max(abs(a - b) for x, y in zip(adapted, together) for a, b in zip(x, y))
        assert moved > 0.1 and apart < 1e-4
        print(name, "moved", moved, "merged apart", apart, sorted(f.name for f in folder.iterdir()))
    write_json(out / file, expected)
    tidy(out)


def main():
    write("llama/gqa-tied", ADAPTERS, 96, 31, "expected.json")
    write("family/gpt2", CONV1D, 72, 41, "gpt2-expected.json")


if __name__ == "__main__":
    main()
