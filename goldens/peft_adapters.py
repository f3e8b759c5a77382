"""PEFT adapters with every setting that Engram reads, and the log-probabilities that PEFT gives with them.

    python goldens/peft_adapters.py

Writes engram-model/src/test/resources/golden/peft/: a folder an adapter, on the tiny models gqa-tied and gqa-untied, and expected.json.
"""
import json
import shutil

import torch
from peft import LoraConfig, PeftModel, get_peft_model

from common import golden, load, log_probs, tidy, write_json

# NAME: (base, options, settings of the saved file that PEFT has resolved and that are put back as a user may have them)
ADAPTERS = {
    "patterns": ("gqa-untied", dict(
        target_modules=r"model\.layers\.\d+\.(self_attn\.[qv]_proj|mlp\.down_proj)", use_rslora=True,
        rank_pattern={"model.layers.0.self_attn.q_proj": 2, "down_proj": 6}, alpha_pattern={r"layers\.1\..*_proj": 3}), {}),
    "all-linear": ("gqa-tied", dict(target_modules="all-linear", lora_dropout=0.1), {"target_modules": "all-linear"}),
    "dora": ("gqa-untied", dict(target_modules=["q_proj", "o_proj", "gate_proj"], use_dora=True), {}),
    "layers": ("gqa-tied", dict(target_modules=["v_proj", "up_proj"], layers_to_transform=[1], layers_pattern="layers"),
               {"fan_in_fan_out": True}),
    "head": ("gqa-untied", dict(target_modules=["lm_head", "k_proj"]), {}),
}


def main():
    out = golden("model", "peft")
    generator = torch.Generator().manual_seed(61)
    sequences = [torch.randint(0, 96, (n,), generator=generator).tolist() for n in (2, 6, 11, 17)]
    expected = {"sequences": sequences, "adapters": {}}
    for i, (name, (base_name, options, put_back)) in enumerate(ADAPTERS.items()):
        base, folder = golden("model", "llama", base_name), out / name
        shutil.rmtree(folder, ignore_errors=True)
        torch.manual_seed(62 + i)
        model = get_peft_model(load(base), LoraConfig(r=4, lora_alpha=8, bias="none", task_type="CAUSAL_LM", **options))
        with torch.no_grad():
            for key, p in model.named_parameters():
                if "lora_B" in key:
                    p.normal_(0, 0.1)
                if "magnitude" in key:
                    p.mul_(1 + 0.2 * torch.rand_like(p))
        model.save_pretrained(folder, save_embedding_layers=False)
        (folder / "README.md").unlink(missing_ok=True)
        path = folder / "adapter_config.json"
        config = json.loads(path.read_text()) | put_back
        config["base_model_name_or_path"] = base_name
        if isinstance(config["target_modules"], list):
            config["target_modules"].sort()
        path.write_text(json.dumps(config, indent=2, sort_keys=True) + "\n")
        loaded = PeftModel.from_pretrained(load(base), folder).eval()
        adapted = [log_probs(loaded, s) for s in sequences]
        plain = load(base)
        moved = max(abs(a - b) for s, x in zip(sequences, adapted) for a, b in zip(log_probs(plain, s), x))
        assert moved > 0.05, (name, moved)
        expected["adapters"][name] = {"base": f"llama/{base_name}", "log_probs": adapted}
        print(name, "moved", moved, sorted(f.name for f in folder.iterdir()))
    write_json(out / "expected.json", expected)
    tidy(out)


if __name__ == "__main__":
    main()
