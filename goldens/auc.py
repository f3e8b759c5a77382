"""Areas under the ROC curve by scikit-learn, with and without ties.

    python goldens/auc.py

Writes golden/auc.json in engram-core. Label 1 is the positive class; a higher score speaks for it.
"""
import numpy as np
from sklearn.metrics import roc_auc_score

from common import golden, write_json


def main():
    rng = np.random.default_rng(11)
    cases = [([0.0, 1.0], [0, 1]), ([1.0, 0.0], [0, 1]), ([0.5, 0.5], [0, 1]), ([1.0] * 6, [0, 1, 0, 1, 1, 0]),
             ([-1e-300, 0.0, 1e-300], [0, 1, 1]), ([1e300, -1e300, 0.0, 5.0], [1, 0, 0, 1])]
    while len(cases) < 30:
        i = len(cases)
        n = int(rng.integers(3, 60))
        labels = rng.integers(0, 2, n)
        labels[:2] = (0, 1)
        rng.shuffle(labels)
        scores = rng.normal(size=n) + rng.uniform(-1, 2) * labels
        if i % 3 == 0:
            scores = np.round(scores * 2) / 2
        elif i % 3 == 1:
            scores = np.round(scores, 1)
        cases.append((scores.tolist(), labels.tolist()))
    out = [{"scores": s, "labels": y, "auc": float(roc_auc_score(y, s))} for s, y in cases]
    write_json(golden("core") / "auc.json", {"cases": out})
    print(len(out), "cases, with ties:", sum(len(set(c["scores"])) < len(c["scores"]) for c in out))


if __name__ == "__main__":
    main()
