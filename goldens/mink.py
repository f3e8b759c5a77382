"""Min-K% scores on random log-probabilities, with NumPy.

    python goldens/mink.py

Writes golden/mink.json in engram-core. `wagle_50`: minus the mean of the lowest int(0.5*T) log-probabilities (K = 50); null
where int(0.5*T) = 0, where the original's mean of nothing is NaN. `open_unlearning_40`: minus the mean of the lowest
max(1, int(0.4*T)). int() cuts, as in the originals.
"""
import numpy as np

from common import golden, write_json


def main():
    rng = np.random.default_rng(12)
    cases = []
    for n in [1, 1, 2, 3, 4, 5, 6, 7, 9, 10, 15, 20, 25, 33, 64, 101]:
        a = -rng.exponential(2.0, n)
        if n % 3 == 0:
            a = np.round(a)  # ties
        low = np.sort(a)
        k = int(n * 0.5)
        cases.append({"log_probs": a.tolist(),
                      "wagle_50": -float(np.mean(low[:k])) if k else None,
                      "open_unlearning_40": -float(np.mean(low[:max(1, int(n * 0.4))]))})
    write_json(golden("core") / "mink.json", {"cases": cases})
    print(len(cases), "cases")


if __name__ == "__main__":
    main()
