"""Nuclei of top-p sampling by transformers' own TopPLogitsWarper, and leak@k by binomial coefficients.

    python goldens/sampling.py

Writes engram-model/src/test/resources/golden/sampling.json: for each case the probabilities before they are cut (softmax in float64), the
tokens that are left by falling probability, and what is drawn for some uniform numbers: the first token whose cumulative share of
what is left exceeds the number. And engram-core/src/test/resources/golden/leak.json.
"""
import math

import torch
from transformers import TopPLogitsWarper

from common import golden, write_json

UNIFORM = [0.0, 0.1, 0.37, 0.5, 0.731, 0.9, 0.999]


def case(logits, temperature, top_p):
    probabilities = torch.softmax(logits / temperature, -1)
    left = TopPLogitsWarper(top_p)(None, (logits / temperature)[None])[0]
    kept = torch.softmax(left, -1)
    order = [i for i in torch.sort(kept, descending=True, stable=True).indices.tolist() if kept[i] > 0]
    ends = torch.cumsum(kept[order], 0)
    drawn = [order[int((ends <= u).sum())] for u in UNIFORM]
    return {"temperature": temperature, "top_p": top_p, "probabilities": probabilities.tolist(), "kept": order, "drawn": drawn}


def main():
    generator = torch.Generator().manual_seed(5)
    cases = []
    for size, scale, temperature, top_p in [(12, 1.0, 1.0, 0.95), (12, 4.0, 1.0, 0.5), (40, 2.0, 0.7, 0.9), (40, 3.0, 1.6, 0.95),
                                            (300, 5.0, 1.0, 0.95), (300, 0.1, 1.0, 0.8), (25, 30.0, 1.0, 0.95)]:
        cases.append(case(torch.randn(size, generator=generator, dtype=torch.float64) * scale, temperature, top_p))
    write_json(golden("model") / "sampling.json", {"uniform": UNIFORM, "cases": cases})
    leaks = [{"n": n, "c": c, "k": k, "leak": 1 - math.comb(n - c, k) / math.comb(n, k)}
             for n, c, k in [(50, 0, 5), (50, 1, 1), (50, 1, 20), (50, 7, 5), (50, 31, 20), (50, 50, 1), (20, 3, 20), (5, 2, 5)]]
    write_json(golden("core") / "leak.json", {"cases": leaks})


main()
