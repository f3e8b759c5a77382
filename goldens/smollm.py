"""A real model: token log-probabilities and greedy answers of SmolLM2-135M-Instruct, alone and with a LoRA adapter by PEFT.

    python goldens/smollm.py --model MODEL [--adapter ADAPTER] [--tofu data/tofu]

MODEL is the folder that to_hf.py (beside the GGUF file) makes: float32 weights dequantised from Q4_1. Writes golden/smollm2.json
in engram-model. Texts are rendered as `Question: {question}\\nAnswer: {answer}`, the end token appended; no begin token.
Prompts end with `Answer:`, without a blank.
"""
import argparse
import json
import pathlib

import torch
from peft import PeftModel
from transformers import AutoTokenizer

from common import ROOT, golden, greedy, load, log_probs, write_json

LIMIT, MARGIN = 24, 1e-3
# (file, row): the first six are also scored with the adapter
TEXTS = [("forget10", 3), ("retain_perturbed", 10), ("forget10", 120), ("retain90", 2000), ("real_authors", 5),
         ("world_facts", 1), ("forget10", 251), ("forget10", 399), ("retain_perturbed", 200), ("retain90", 3100),
         ("real_authors", 40), ("world_facts", 60)]
PROMPTS = [("forget10", 0), ("retain_perturbed", 30), ("world_facts", 0), ("forget10", 45), ("real_authors", 2),
           ("retain90", 1500), ("world_facts", 7), ("forget10", 200), ("world_facts", 20), ("real_authors", 30),
           ("retain_perturbed", 300), ("forget10", 333), ("world_facts", 40), ("real_authors", 60), ("world_facts", 80),
           ("retain90", 200), ("forget10", 99), ("real_authors", 80), ("world_facts", 100), ("retain90", 2900)]


def rows(tofu, places):
    for name, i in places:
        yield f"{name}:{i}", json.loads((tofu / f"{name}.jsonl").read_text(encoding="utf-8").splitlines()[i])


def prompts(model, tokenizer, tofu, eos, count=6):
    out = []
    for source, row in rows(tofu, PROMPTS):
        prompt = f"Question: {row['question']}\nAnswer:"
        ids = tokenizer(prompt)["input_ids"]
        new, stopped, margin = greedy(model, ids, LIMIT, eos, cache=True)
        # the instruction model often ends at once where it isn't asked in its chat template; one such prompt is enough
        if margin > MARGIN and (new or all(o["new_ids"] for o in out)):
            out.append({"source": source, "prompt": prompt, "prompt_ids": ids, "new_ids": new, "text": tokenizer.decode(new),
                        "stopped_at_eos": stopped, "margin": round(margin, 6)})
            print(source, round(margin, 4), repr(out[-1]["text"]), flush=True)
        if len(out) == count:
            return out
    raise SystemExit("too few prompts with a clear margin")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--model", type=pathlib.Path, default=ROOT / "models" / "smollm2-hf")
    parser.add_argument("--adapter", type=pathlib.Path, default=ROOT / "models" / "smollm2-135m-tofu-lora")
    parser.add_argument("--tofu", type=pathlib.Path, default=ROOT / "data" / "tofu")
    args = parser.parse_args()
    tokenizer = AutoTokenizer.from_pretrained(args.model)
    model = load(args.model)
    eos = model.config.eos_token_id
    texts = []
    for source, row in rows(args.tofu, TEXTS):
        prompt = f"Question: {row['question']}\nAnswer: "
        text = prompt + row["answer"]
        encoding = tokenizer(text, return_offsets_mapping=True)
        ids = encoding["input_ids"] + [eos]
        boundary = len(prompt.rstrip())
        start = next(i for i, (_, end) in enumerate(encoding["offset_mapping"]) if end > boundary)
        texts.append({"source": source, "text": text, "ids": ids, "label_start": start, "log_probs": log_probs(model, ids)})
    out = {"note": "float32, log-softmax in float64; log_probs[i] is log p(ids[i+1] | ids[..i]); the last id is the end token",
           "eos_token_id": eos, "max_new_tokens": LIMIT, "texts": texts, "greedy": prompts(model, tokenizer, args.tofu, eos)}
    adapted = PeftModel.from_pretrained(model, args.adapter).eval()
    assert all(p.dtype == torch.float32 for p in adapted.parameters())
    out["adapter"] = {
        "texts": [{"source": t["source"], "ids": t["ids"], "label_start": t["label_start"],
                   "log_probs": log_probs(adapted, t["ids"])} for t in texts[:6]],
        "greedy": prompts(adapted, tokenizer, args.tofu, eos)}
    for t, a in zip(texts, out["adapter"]["texts"]):
        k = t["label_start"] - 1
        print(t["source"], sum(t["log_probs"][k:]) / len(t["log_probs"][k:]), sum(a["log_probs"][k:]) / len(a["log_probs"][k:]))
    write_json(golden("model") / "smollm2.json", out)


if __name__ == "__main__":
    main()
