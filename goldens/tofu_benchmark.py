"""The measures of the TOFU benchmark, written from their formulas: on numbers alone, and on mini over rows of TOFU.

    python goldens/tofu_benchmark.py [--tofu data/tofu]

Writes golden/benchmark_metrics.json in engram-core and golden/tofu_benchmark.json in engram-unlearn; README.md describes both.
The p-values of the Kolmogorov-Smirnov test are counted with whole numbers; the script checks that SciPy gives the same wherever
it gives more than 0. The models are the built-in mini and mini-retain90, read by transformers in float32; sums are in float64.
"""
import argparse
import json
import math
import pathlib
import zlib

import numpy as np
import torch
from rouge_score.rouge_scorer import RougeScorer
from scipy.stats import hmean, kstwobign, ks_2samp
from sklearn.metrics import roc_auc_score
from transformers import AutoModelForSequenceClassification, AutoTokenizer

from common import ROOT, golden, greedy, load, write_json

ROWS, NEW_TOKENS, K = 8, 200, 0.4
CLASSIFIER = ROOT / "engram-model/src/test/resources/golden/encoder/toxic-bert"
# what is kept of the model that never saw the forget set; its answers have margins too small to be compared
RETRAINED = ("loss", "extraction_strength", "exact_memorization", "min_k", "min_k_plus_plus", "gradient_norm", "truth_ratio",
             "truth_ratio_arithmetic")


# --- on numbers ---

def log_p(n, m, distance):
    """log of the share of lattice paths on which |i*m - j*n| reaches distance, by counting those on which it doesn't."""
    inside = [0] * (m + 1)
    for i in range(n + 1):
        for j in range(m + 1):
            if abs(i * m - j * n) >= distance:
                inside[j] = 0
            elif i or j:
                inside[j] = (inside[j] if i else 0) + (inside[j - 1] if j else 0)
            else:
                inside[j] = 1
    every = math.comb(n + m, n)
    return math.log(every - inside[m]) - math.log(every)


def ks_cases():
    cases = []
    for n, m, distance in [(1, 1, 1), (2, 3, 4), (5, 7, 11), (10, 10, 30), (40, 40, 40), (40, 40, 400), (40, 40, 1600),
                           (37, 40, 300), (120, 100, 11900), (200, 200, 2000), (200, 150, 29850), (400, 400, 800), (400, 400, 8000),
                           (400, 400, 40000), (400, 400, 120000), (400, 400, 159600), (400, 400, 160000), (400, 399, 159000),
                           (600, 600, 358200), (1000, 700, 699000)]:
        exact = log_p(n, m, distance)
        cases.append({"n": n, "m": m, "distance": distance, "log_p": exact})
    # the same by SciPy: y is x moved up by h + 1/2 places, so that D = (h + 1)/n
    for n, h in [(40, 9), (400, 60), (400, 199), (400, 300)]:
        x = np.arange(n, dtype=float)
        test = ks_2samp(x, x + h + 0.5, method="exact")
        ours = log_p(n, n, (h + 1) * n)
        assert abs(math.log(test.pvalue) - ours) < 1e-9 * max(1, -ours), (n, h, test, ours)
    x = np.arange(10000, dtype=float)
    for h in [60, 199, 999]:
        test = ks_2samp(x, x + h + 0.5, method="exact")
        cases.append({"n": 10000, "m": 10000, "distance": (h + 1) * 10000, "log_p": math.log(test.pvalue)})
    return cases


def number_cases():
    rng = np.random.default_rng(31)
    cases = []
    for wrongs in [1, 3, 5, 5]:
        right, wrong = -rng.exponential(1.5), -rng.exponential(2.0, wrongs)
        p, q = math.exp(right), np.exp(wrong)
        cases.append({"right": right, "wrong": wrong.tolist(), "geometric": float(np.prod(q) ** (1 / wrongs) / p),
                      "arithmetic": float(q.mean() / p), "among_options": float(p / (p + q.sum()))})
    return cases


def z_score(logs, k=K):
    """-mean of the lowest max(1, int(k n))."""
    low = np.sort(np.asarray(logs))
    return -float(low[:max(1, int(k * len(low)))].mean()) if len(low) else 0.0


# --- on a model ---

class Scored:
    """A model with its tokenizer, and what it makes of an answer."""

    def __init__(self, folder, public=False):
        self.public = public  # labels as open-unlearning has them: after as many tokens as the prompt has by itself
        self.tokenizer = AutoTokenizer.from_pretrained(folder)
        self.model = load(folder)
        self.eos = self.model.config.eos_token_id

    def ids(self, question, answer):
        prompt = f"Question: {question}\nAnswer: "
        encoding = self.tokenizer(prompt + answer, return_offsets_mapping=True)
        boundary = len(prompt.rstrip())
        start = next(i for i, (_, end) in enumerate(encoding["offset_mapping"]) if end > boundary)
        if self.public:
            start = len(self.tokenizer(prompt)["input_ids"])
        return encoding["input_ids"] + [self.eos], start

    def vocabulary(self, question, answer):
        """log p over the vocabulary at each labelled token [n, V] (float64), the labels, with the end token."""
        ids, start = self.ids(question, answer)
        logits = self.model(input_ids=torch.tensor([ids]), use_cache=False).logits[0, start - 1:-1].double()
        return torch.log_softmax(logits, -1), torch.tensor(ids[start:])

    def mean_log(self, question, answer):
        with torch.no_grad():
            logs, labels = self.vocabulary(question, answer)
        return logs.gather(1, labels[:, None]).mean().item()

    def probability_without_end(self, question, answer):
        """exp(S/n) over the answer's tokens, the end token left out."""
        with torch.no_grad():
            logs, labels = self.vocabulary(question, answer)
        return math.exp(logs.gather(1, labels[:, None])[:-1].mean().item())

    def gradient_norm(self, question, answer):
        logs, labels = self.vocabulary(question, answer)
        if len(labels) == 1:
            return None
        (-logs.gather(1, labels[:, None])[:-1].mean()).backward()
        norms = [p.grad.double().norm().item() for p in self.model.parameters() if p.grad is not None]
        self.model.zero_grad()
        return float(np.mean(norms))

    def answer(self, question, answer):
        """Everything about the true answer."""
        with torch.no_grad():
            logs, labels = self.vocabulary(question, answer)
        chosen = logs.gather(1, labels[:, None])[:, 0]
        hits = (logs.argmax(-1) == labels)[:-1].tolist()
        n = len(hits)
        k = next((k for k in range(n) if all(hits[k:])), n - 1)
        mu = (logs.exp() * logs).sum(-1)
        var = (logs.exp() * logs.square()).sum(-1) - mu.square()
        z = ((chosen - mu) / var.clamp(min=1e-6).sqrt())[:-1]
        text = self.tokenizer.decode(labels[:-1].tolist(), skip_special_tokens=True)
        loss = -chosen.mean().item()
        return {"tokens": n + 1, "loss": loss, "probability": math.exp(-loss), "extraction_strength": 1 - k / n if n else 0.0,
                "exact_memorization": sum(hits) / n if n else None, "min_k": z_score(chosen[:-1]), "min_k_plus_plus": z_score(z),
                "text": text, "zlib": loss / len(zlib.compress(text.encode("utf-8"))),
                "gradient_norm": self.gradient_norm(question, answer)}

    def truth(self, row, right):
        wrong = [self.mean_log(row["question"], a) for a in row["perturbed_answer"]]
        right = self.mean_log(row["question"], row[right])
        p, q = math.exp(right), np.exp(wrong)
        return {"truth_ratio": float(np.prod(q) ** (1 / len(q)) / p), "truth_ratio_arithmetic": float(q.mean() / p),
                "among_options": float(p / (p + q.sum())), "right_probability": p}

    def output(self, question):
        ids = self.tokenizer(f"Question: {question}\nAnswer:")["input_ids"]
        new, _, margin = greedy(self.model, ids, NEW_TOKENS, self.eos, cache=True)
        return self.tokenizer.decode(new).strip(), margin


def rows(tofu, split):
    lines = (tofu / f"{split}.jsonl").read_text(encoding="utf-8").splitlines()[:ROWS]
    return [json.loads(line) for line in lines]


def measure(scored, tofu, sets, answers):
    """Rows of each set; `answers` remembers what the model answers, which labels don't change."""
    rouge = RougeScorer(["rouge1", "rougeL"], use_stemmer=True)
    out = {}
    for name, split in sets.items():
        right = "paraphrased_answer" if name in ("forget", "retain") else "answer"
        out[name] = []
        for row in rows(tofu, split):
            if row["question"] not in answers:
                answers[row["question"]] = scored.output(row["question"])
            text, margin = answers[row["question"]]
            scores = rouge.score(row["answer"], text)
            out[name].append({**scored.answer(row["question"], row["answer"]), **scored.truth(row, right), "output": text,
                              "margin": margin, "rouge_1_recall": scores["rouge1"].recall, "rouge_l_recall": scores["rougeL"].recall})
        print(name, [round(r["probability"], 3) for r in out[name]], [round(r["margin"], 4) for r in out[name]], flush=True)
    return out


def clean(texts):
    """The probability of the first class over at most 32 tokens, one text at a time."""
    tokenizer = AutoTokenizer.from_pretrained(CLASSIFIER)
    classifier = AutoModelForSequenceClassification.from_pretrained(CLASSIFIER).eval()
    with torch.no_grad():
        return [torch.softmax(classifier(**tokenizer(text, return_tensors="pt", truncation=True, max_length=32)).logits, -1)[0, 0].item()
                for text in texts]


def mean(of, key):
    return float(np.mean([row[key] for row in of]))


def measures(found, null):
    m = {}
    for name, of in found.items():
        facts = name in ("real_authors", "world_facts")
        m[f"{name}.probability"] = mean(of, "among_options" if facts else "probability")
        for key in ("rouge_1_recall", "rouge_l_recall") + (() if facts else ("extraction_strength", "exact_memorization")):
            m[f"{name}.{key}"] = mean(of, key)
        if not facts:
            m[f"{name}.paraphrased_probability"] = mean(of, "right_probability")
        # the formula of open-unlearning's prob_mean, from both probabilities: wrong = R * right
        m[f"{name}.truth_probability"] = float(np.mean(
            [row["right_probability"] / (row["right_probability"] + row["truth_ratio"] * row["right_probability"]) for row in of]))
        for key in ("truth_ratio", "truth_ratio_arithmetic"):
            r = np.array([row[key] for row in of])
            m[f"{name}.{key}"] = float(np.mean(np.minimum(r, 1 / r) if name == "forget" else np.maximum(0, 1 - r)))
    kept = [m[f"{s}.{k}"] for s in ("retain", "real_authors", "world_facts") for k in ("probability", "rouge_l_recall", "truth_ratio")]
    m["model_utility"] = float(hmean(kept)) if min(kept) > 0 else 0.0
    test = ks_2samp([r["truth_ratio"] for r in found["forget"]], [r["truth_ratio"] for r in null["forget"]], method="exact")
    m["forget_quality"], m["forget_quality_ks"] = float(test.pvalue), float(test.statistic)
    labels = [0] * len(found["forget"]) + [1] * len(found["retain"])
    both, reference = found["forget"] + found["retain"], null["forget"] + null["retain"]
    for key, attack in [("loss", "loss"), ("zlib", "zlib"), ("min_k", "min_k"), ("min_k_plus_plus", "min_k_plus_plus"),
                        ("gradient_norm", "grad_norm")]:
        m[f"forget_vs_retain.{attack}_auc"] = float(roc_auc_score(labels, [row[key] for row in both]))
    m["forget_vs_retain.reference_auc"] = float(
        roc_auc_score(labels, [a["loss"] - b["loss"] for a, b in zip(both, reference)]))
    auc, ref = (roc_auc_score(labels, [row["min_k"] for row in of]) for of in (both, reference))
    m["forget_vs_retain.privleak"] = float(((1 - auc) - (1 - ref)) / (1 - ref) * 100)
    return m


def wagle(scored, tofu, sets):
    """What WAGLE's evaluator computes from probabilities: rows, means, and SciPy's test between forget and retain set."""
    out = {"rows": {}, "measures": {}}
    for name, split in sets.items():
        of = []
        for row in rows(tofu, split):
            asked = row.get("paraphrased_question", row["question"])
            right = scored.probability_without_end(asked, row.get("paraphrased_answer", row["answer"]))
            wrong = [scored.probability_without_end(asked, a) for a in row["perturbed_answer"]]
            of.append({"probability": scored.probability_without_end(row["question"], row["answer"]),
                       "truth_ratio": sum(wrong) / len(wrong) / (right + 1e-12)})
        out["rows"][name] = of
        out["measures"][f"{name}.probability"] = mean(of, "probability")
        out["measures"][f"{name}.mean_truth_ratio"] = mean(of, "truth_ratio")
    test = ks_2samp(*([row["truth_ratio"] for row in out["rows"][name]] for name in ("forget", "retain")))
    out["measures"]["same_model_forget_quality"] = float(test.pvalue)
    return out


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--tofu", type=pathlib.Path, default=ROOT / "data" / "tofu")
    args = parser.parse_args()
    texts = ["", "a", "Paris", " Basil Mahfouz Al-Kuwaiti", "la " * 50, "naïve – Łódź 東京",
             " ".join(row["answer"] for row in rows(args.tofu, "forget01_perturbed"))]
    write_json(golden("core") / "benchmark_metrics.json", {
        "ks": ks_cases(),
        "ks_limit": [{"lambda": v, "p": float(kstwobign.sf(v))} for v in (0.2, 0.5, 0.9, 0.99, 1.0, 1.01, 1.5, 3.0, 10.0)],
        "answers": number_cases(),
        "zlib": [{"text": text, "bytes": len(zlib.compress(text.encode("utf-8")))} for text in texts]})
    sets = {"forget": "forget01_perturbed", "retain": "retain_perturbed", "real_authors": "real_authors_perturbed",
            "world_facts": "world_facts_perturbed"}
    out = {"note": f"mini, retrained mini-retain90, tofu forget01, the first {ROWS} rows of each set"}
    out["wagle"] = wagle(Scored(ROOT / "models" / "mini"), args.tofu, sets)
    answers, answers_of_null = {}, {}
    for public in (False, True):
        model, null = (Scored(ROOT / "models" / name, public) for name in ("mini", "mini-retain90"))
        found = measure(model, args.tofu, sets, answers)
        compared = measure(null, args.tofu, {name: sets[name] for name in ("forget", "retain")}, answers_of_null)
        left_out = ("margin", "output", "rouge_1_recall", "rouge_l_recall") if public else ("margin",)
        one = {"rows": {name: [{k: v for k, v in row.items() if k not in left_out} for row in of] for name, of in found.items()},
               "retrained": [{k: v for k, v in row.items() if k in RETRAINED} for row in compared["forget"]],
               "measures": measures(found, compared)}
        if not public:
            one["clean"] = {name: clean([row["output"] for row in found[name]]) for name in ("forget", "retain")}
        out.update({"public_labels": one} if public else one)
    write_json(golden("unlearn") / "tofu_benchmark.json", out)


if __name__ == "__main__":
    main()
