"""MUSE's measures on chapters of Moby-Dick, by transformers, rouge-score and scikit-learn.

    python goldens/muse.py

Writes golden/text.json in engram-unlearn: models/mini on rows of data/prose/moby-dick.jsonl and questions of
data/books/questions, with models/mini-retain90 as the model that never saw the forget set. Verbatim memory: 128 greedy tokens after the
first 64 of a text; knowledge: 32 after three questions with answers; ROUGE-L F without stemmer; Min-40 % of forget, retain and holdout
texts, their areas, and 100 (A - A_retrain) / A_retrain. `cleaned`: texts and what transformers' clean_up_tokenization makes of them.
"""
import json

import numpy as np
import torch
from rouge_score import rouge_scorer
from sklearn.metrics import roc_auc_score
from transformers import AutoModelForCausalLM, AutoTokenizer

from common import ROOT, golden, log_probs, write_json

SETS = {"forget": (0, 19), "retain": (19, 32), "holdout": (84, 105)}
STOPS = ["\n\n", "\nQuestion", "Question:"]


def rows(path):
    return [json.loads(line) for line in (ROOT / "data" / path).read_text(encoding="utf-8").splitlines()]


def clean(text):
    for found, put in ((" .", "."), (" ?", "?"), (" !", "!"), (" ,", ","), (" ' ", "'"), (" n't", "n't"), (" 'm", "'m"), (" 's", "'s"),
                       (" 've", "'ve"), (" 're", "'re")):
        text = text.replace(found, put)
    return text


def main():
    tokenizer = AutoTokenizer.from_pretrained(ROOT / "models/mini")
    models = {name: AutoModelForCausalLM.from_pretrained(ROOT / "models" / name, dtype=torch.float32).eval()
              for name in ("mini", "mini-retain90")}
    scorer = rouge_scorer.RougeScorer(["rougeL"], use_stemmer=False)
    prose = [row["text"] for row in rows("prose/moby-dick.jsonl")]
    texts = {name: prose[first:last] for name, (first, last) in SETS.items()}

    def write(prompt, tokens):
        ids = tokenizer(prompt, return_tensors="pt", add_special_tokens=True).input_ids
        with torch.no_grad():
            out = models["mini"].generate(input_ids=ids, max_new_tokens=tokens, do_sample=False, pad_token_id=0)
        return tokenizer.decode(out[0, ids.shape[1]:], skip_special_tokens=True), ids.shape[1]

    def scored(reference, output, **more):
        return {"output": output, "rouge_l_f1": scorer.score(reference, output)["rougeL"].fmeasure, **more}

    verbatim = []
    for text in texts["forget"]:
        offsets = tokenizer(text, return_offsets_mapping=True, add_special_tokens=False)["offset_mapping"]
        shown = text[:offsets[63][1]]
        rest = tokenizer(text[len(shown):].strip(), add_special_tokens=True).input_ids[:128]
        output, tokens = write(shown, 128)
        verbatim.append(scored(clean(tokenizer.decode(rest, skip_special_tokens=True)), clean(output), prompt_tokens=tokens))
    knowledge = {}
    shots = "".join(f"Question: {r['question']}\nAnswer: {r['answer']}\n\n" for r in rows("books/questions/shown.jsonl"))
    for name, file in (("forget", "loomings"), ("retain", "carpet-bag")):
        knowledge[name] = []
        for row in rows(f"books/questions/{file}.jsonl"):
            output, tokens = write(shots + f"Question: {row['question']}\nAnswer: ", 32)
            output = clean(output)
            for stop in STOPS:
                output = output.split(stop)[0]
            knowledge[name].append(scored(row["answer"], output, prompt_tokens=tokens))
    min_k, areas = {}, {}
    for name, model in models.items():
        min_k[name] = {}
        for each, own in texts.items():
            scores = []
            for text in own:
                found = sorted(log_probs(model, tokenizer(text, add_special_tokens=True).input_ids))
                scores.append(float(-np.mean(found[:int(len(found) * 0.4)])))
            min_k[name][each] = scores
        for each in ("forget", "retain"):
            own, unseen = min_k[name][each], min_k[name]["holdout"]
            areas[f"{name} {each}"] = float(roc_auc_score([0] * len(own) + [1] * len(unseen), -np.array(own + unseen)))
    area, retrained = areas["mini forget"], areas["mini-retain90 forget"]
    mean = lambda found: float(np.mean([r["rouge_l_f1"] for r in found]))
    error = lambda found: float(np.std([r["rouge_l_f1"] for r in found], ddof=1) / np.sqrt(len(found)))
    dirty = ["He said , it is n't so .", "I 'm , you 're ; we 've ' it ' 's ?", " ! .", "a n'tb"]
    write_json(golden("unlearn") / "text.json", {
        "measures": {"verbatim.rouge_l_f1": mean(verbatim), "knowledge.forget.rouge_l_f1": mean(knowledge["forget"]),
                     "knowledge.retain.rouge_l_f1": mean(knowledge["retain"]), "forget.min_k_auc": area,
                     "retain.min_k_auc": areas["mini retain"], "privleak": (area - retrained) / retrained * 100},
        "errors": {"verbatim.rouge_l_f1": error(verbatim), "knowledge.forget.rouge_l_f1": error(knowledge["forget"]),
                   "knowledge.retain.rouge_l_f1": error(knowledge["retain"])},
        "verbatim": verbatim, "knowledge-forget": knowledge["forget"], "knowledge-retain": knowledge["retain"],
        "min_k": min_k["mini"], "min_k_retrained": min_k["mini-retain90"],
        "cleaned": [{"text": each, "cleaned": tokenizer.clean_up_tokenization(each) if hasattr(tokenizer, "clean_up_tokenization")
                     else clean(each)} for each in dirty]})


if __name__ == "__main__":
    main()
