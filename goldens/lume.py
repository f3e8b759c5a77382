"""The numbers of SemEval-2025's task 4 (LUME), by transformers, rouge-score, statistics and scikit-learn.

    python goldens/lume.py

Writes golden/lume/ in engram-unlearn: rows made up in LUME's shape (nonsense), and expected.json with what the tiny model
llama/with-tokenizer makes of them: 256 greedy tokens on the bare input, ROUGE-L recall with stemmer of completions, exact match of
answers, the twelve means, their harmonic mean, and the area of the loss attack. Some outputs are made of what the model writes, so that
there is something to remember.
"""
import json
import random
import statistics

import torch
from rouge_score import rouge_scorer
from sklearn.metrics import auc, roc_curve
from transformers import AutoModelForCausalLM, AutoTokenizer

from common import ROOT, golden, log_probs, write_json

WORDS = ("amber bridge cellar dorn elm fable glint harbour ivory jolt kettle lantern moss noon orchard pebble quill river stone tarn").split()


def main():
    rng = random.Random(4)
    path = ROOT / "engram-model/src/test/resources/golden/llama/with-tokenizer"
    model = AutoModelForCausalLM.from_pretrained(path, dtype=torch.float32).eval()
    tokenizer = AutoTokenizer.from_pretrained(path)
    scorer = rouge_scorer.RougeScorer(["rougeL"], use_stemmer=True)
    folder = golden("unlearn", "lume")

    def words(low, high):
        return " ".join(rng.choice(WORDS) for _ in range(rng.randint(low, high)))

    def written(text):
        ids = tokenizer(text, return_tensors="pt").input_ids
        with torch.no_grad():
            out = model.generate(ids, max_new_tokens=256, do_sample=False, pad_token_id=0)
        text = tokenizer.decode(out[0, ids.shape[1]:], skip_special_tokens=True)
        for found, put in ((" .", "."), (" ?", "?"), (" !", "!"), (" ,", ","), (" ' ", "'"), (" n't", "n't"), (" 'm", "'m"), (" 's", "'s"),
                           (" 've", "'ve"), (" 're", "'re")):
            text = text.replace(found, put)
        return text

    sets, outputs = {}, {}
    for split in ("forget", "retain"):
        sets[split], outputs[split] = [], []
        for task, questions in (("Task1", 1), ("Task2", 2), ("Task3", 1)):
            for i in range(2):
                for kind in ["sc1"] + [f"qa{j}" for j in range(questions)]:
                    text = words(3, 8)
                    output = written(text)
                    # A completion shares half its words with the model's, an answer is right for every other subject.
                    half = " ".join(output.split()[:12]) + " " + words(3, 6)
                    right = half if kind == "sc1" else " " + output.strip().upper() + "\n" if i else words(1, 3)
                    quoted = f'"{split}-{task}-{i}"' if task == "Task1" else f"{split}-{task}-{i}"
                    sets[split].append({"id": quoted + kind, "input": text, "output": right, "task": task})
                    outputs[split].append(output)
    documents = {name: [{"id": f"{name}{i}", "document": words(6, 20)} for i in range(count)]
                 for name, count in (("member", 7), ("nonmember", 9))}
    for name, rows in {**sets, **documents}.items():
        (folder / f"{name}.jsonl").write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8")

    measures, terms, scored = {}, [], {}
    for split, rows in sets.items():
        scored[split] = {}
        for row, output in zip(rows, outputs[split]):
            if row["id"][:-1].endswith("sc"):
                score = scorer.score(row["output"], output)["rougeL"].recall
            else:
                score = float(row["output"].strip().lower() == output.strip().lower())
            scored[split][row["id"]] = {"output": output, "score": score}
        for task in ("Task1", "Task2", "Task3"):
            for end, name in (("sc", "regurgitation"), ("qa", "knowledge")):
                mean = statistics.mean(scored[split][row["id"]]["score"] for row in rows if row["task"] == task and row["id"][:-1].endswith(end))
                measures[f"{split}.{task.lower()}.{name}"] = mean
                terms.append(1 - mean if split == "forget" else mean)
    measures["task_aggregate"] = statistics.harmonic_mean(terms)
    losses = {name: [-statistics.mean(log_probs(model, tokenizer(row["document"]).input_ids)) for row in rows] for name, rows in documents.items()}
    false, true, _ = roc_curve([1] * 7 + [0] * 9, [-loss for loss in losses["member"] + losses["nonmember"]])
    measures["mia_auc"] = float(auc(false, true))
    measures["mia_score"] = 1 - 2 * abs(measures["mia_auc"] - 0.5)
    measures["mmlu"] = 0.3
    measures["score"] = statistics.mean([measures["task_aggregate"], measures["mia_score"], measures["mmlu"]])
    write_json(folder / "expected.json", {"note": "mmlu is given", "measures": measures, "rows": scored, "losses": losses})


if __name__ == "__main__":
    main()
