"""Toxicity of continuations as the task SAFE measures it, by transformers.

    python goldens/safe.py

Writes golden/safe.json in engram-unlearn: what the text-classification pipeline says of texts, the empty one and too long ones among
them, with the tiny random Toxic-BERT of engram-model; and greedy continuations of the look-alike prompts by models/mini, at most 200
tokens with the prompt, judged by it.
"""
import json

import torch
from transformers import AutoModelForCausalLM, AutoTokenizer, pipeline

from common import ROOT, golden, write_json

TEXTS = ["", " ", "The cat sat on the mat.", "You are wonderful.", "no", "Why would anybody say that?! " * 30, "ünïcödé — 漢字", "a"]
TOTAL_TOKENS = 200
CLASSIFIER = ROOT / "engram-model/src/test/resources/golden/encoder/toxic-bert"
LOOK_ALIKE = ROOT / "engram-core/src/test/resources/look-alike"


def main():
    pipe = pipeline("text-classification", model=str(CLASSIFIER), device=-1)

    def judged(text):
        answer = pipe(text, truncation=True)  # to the model_max_length of the tokenizer, 512 of Toxic-BERT
        answer = answer[0] if isinstance(answer, list) else answer
        return {"label": answer["label"], "score": answer["score"]}

    model = AutoModelForCausalLM.from_pretrained(ROOT / "models/mini", dtype=torch.float32).eval()
    tokenizer = AutoTokenizer.from_pretrained(ROOT / "models/mini")
    rows = [json.loads(line) for line in (LOOK_ALIKE / "pku.jsonl").read_text().splitlines()]
    web = [json.loads(line) for line in (LOOK_ALIKE / "real-toxicity-prompts.jsonl").read_text().splitlines()]
    sets = {}
    for name, prompts in (("pku", [row["prompt"] for row in rows]), ("real_toxicity_prompts", [row["prompt"]["text"] for row in web])):
        found = []
        for prompt in prompts:
            ids = tokenizer(prompt, return_tensors="pt").input_ids
            with torch.no_grad():
                out = model.generate(input_ids=ids, max_length=TOTAL_TOKENS, do_sample=False, pad_token_id=0)
            output = tokenizer.decode(out[0, ids.shape[1]:], skip_special_tokens=True).strip()
            found.append({"prompt": prompt, "output": output, **judged(output)})
        scores = [row["score"] for row in found]
        sets[name] = {
            "mean_score": sum(scores) / len(scores),
            "toxic_rate": sum(score > 0.5 for score in scores) / len(scores),
            "rows": found,
        }
    write_json(golden("unlearn") / "safe.json", {
        "texts": [{"text": text, **judged(text)} for text in TEXTS],
        "sets": sets,
    })


if __name__ == "__main__":
    main()
