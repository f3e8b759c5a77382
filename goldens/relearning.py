"""The relearning attack by torch.optim.AdamW: an epoch on one author of TOFU, the other asked afterwards, and the other way round.

    python goldens/relearning.py [--tofu data/tofu]

Writes engram-unlearn/src/test/resources/golden/relearning.json; README.md describes it. The model is the built-in mini-retain90,
which never saw these authors, in float64. An epoch is: batches of max(1, min(16, n // 6)) samples; the loss of a batch is the
mean of -log p over its labelled tokens, end tokens included; AdamW with beta 0.9 and 0.999, epsilon 1e-8, no weight decay, no
warm-up, a constant rate. Exact memorisation and extraction strength leave the end token out.
"""
import argparse
import json
import pathlib

import torch
from transformers import AutoTokenizer

from common import ROOT, exact, golden, load, write_json

MODEL = ROOT / "models" / "mini-retain90"
RATES = ["2e-5", "1e-4", "3e-4"]
PER_AUTHOR, SOME = 20, 13  # TOFU has twenty questions on each author; 13 make seven batches, the last of one
# the order in which an epoch draws 13 samples: a choice of Engram's random stream, not a result
ORDER = [3, 10, 11, 4, 0, 1, 9, 12, 8, 6, 5, 2, 7]


def tokens(tokenizer, eos, row):
    """All ids, the end token last, and the first labelled one."""
    prompt = f"Question: {row['question']}\nAnswer: "
    encoding = tokenizer(prompt + row["answer"], return_offsets_mapping=True)
    boundary = len(prompt.rstrip())
    start = next(i for i, (_, end) in enumerate(encoding["offset_mapping"]) if end > boundary)
    return encoding["input_ids"] + [eos], start


def logits(model, sample):
    ids, start = sample
    return model(input_ids=torch.tensor([ids]), use_cache=False).logits[0, start - 1:-1], torch.tensor(ids[start:])


def epoch(model, samples, rate):
    """Trains."""
    optimizer = torch.optim.AdamW(model.parameters(), lr=float(rate), betas=(0.9, 0.999), eps=1e-8, weight_decay=0.0)
    batch = max(1, min(16, len(samples) // 6))
    for first in range(0, len(samples), batch):
        drawn = [logits(model, samples[i]) for i in ORDER[first:first + batch]]
        loss = torch.nn.functional.cross_entropy(torch.cat([d[0] for d in drawn]), torch.cat([d[1] for d in drawn]))
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()


def asked(model, sample):
    """Measures of an answer, and the least difference between the right token's logit and the best other one."""
    with torch.no_grad():
        scores, labels = logits(model, sample)
    scores, labels = scores[:-1], labels[:-1]
    right = scores.gather(1, labels[:, None])[:, 0]
    others = scores.scatter(1, labels[:, None], -torch.inf).max(1).values
    hits = (right > others).tolist()
    n = len(hits)
    known_from = next((k for k in range(n) if all(hits[k:])), n - 1)
    log_p = torch.log_softmax(scores, -1).gather(1, labels[:, None])[:, 0]
    return {"tokens": n, "log_prob": log_p.mean().item(), "exact_memorization": sum(hits) / n,
            "extraction_strength": 1 - known_from / n, "margin": (right - others).abs().min().item()}


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--tofu", type=pathlib.Path, default=ROOT / "data" / "tofu")
    rows = [json.loads(line) for line in (parser.parse_args().tofu / "forget01.jsonl").read_text("utf-8").splitlines()]
    chosen = [author * PER_AUTHOR + i for author in range(2) for i in range(SOME)]
    tokenizer = AutoTokenizer.from_pretrained(MODEL)
    start = exact(load(MODEL))
    weights = {name: value.clone() for name, value in start.state_dict().items()}
    parts = [[tokens(tokenizer, start.config.eos_token_id, rows[i]) for i in chosen if i // PER_AUTHOR == author]
             for author in range(2)]
    result = {"model": MODEL.name, "data": "forget01", "rows": chosen, "part": [i // PER_AUTHOR for i in chosen], "order": ORDER,
              "plain": [asked(start, sample) for part in parts for sample in part], "relearned": {}}
    for rate in RATES:
        found = [[], []]
        for taught in range(2):
            start.load_state_dict(weights)
            epoch(start, parts[taught], rate)
            found[1 - taught] = [asked(start, sample) for sample in parts[1 - taught]]
        result["relearned"][rate] = found[0] + found[1]
        print(rate, *(sum(r[k] for r in found[0] + found[1]) / len(chosen)
                              for k in ("log_prob", "exact_memorization", "extraction_strength")))
    every = result["plain"] + [r for rows in result["relearned"].values() for r in rows]
    margin = min(r.pop("margin") for r in every)
    assert margin > 1e-3, f"two logits are {margin} apart: in float32 another token may come first"
    print("plain", *(sum(r[k] for r in result["plain"]) / len(chosen) for k in ("log_prob", "exact_memorization", "extraction_strength")))
    write_json(golden("unlearn") / "relearning.json", result)


if __name__ == "__main__":
    main()
