"""Min-K% scores: on random log-probabilities, with NumPy, and of answers under a tiny model, by transformers.

    python goldens/mink.py

Writes golden/mink.json in engram-core. `wagle_50`: minus the mean of the lowest int(0.5*T) log-probabilities (K = 50); null
where int(0.5*T) = 0, where the original's mean of nothing is NaN. `open_unlearning_40`: minus the mean of the lowest
max(1, int(0.4*T)). int() cuts, as in the originals.

Writes golden/min_k.json in engram-unlearn: the same under tiny_llamas.py's with-tokenizer, over the answer's tokens with the end
token, for each share in `shares`.
"""
import numpy as np
import tokenizers

from common import golden, load, log_probs, write_json

ANSWERS = [("Who is it?", "The author of many books."), ("Where is it?", "In the city."),
           ("When was it?", "Long ago, in the old days.")]
SHARES = [0.01, 0.2, 0.5, 1.0]


def answers():
    folder = golden("model", "llama", "with-tokenizer")
    tokenizer, model = tokenizers.Tokenizer.from_file(str(folder / "tokenizer.json")), load(folder)
    rows = []
    for question, answer in ANSWERS:
        prompt = f"Question: {question}\nAnswer:"
        encoding = tokenizer.encode(f"{prompt} {answer}", add_special_tokens=False)
        start = next(i for i, (_, end) in enumerate(encoding.offsets) if end > len(prompt))
        low = np.sort(log_probs(model, encoding.ids + [model.config.eos_token_id])[start - 1:])
        rows.append({"question": question, "answer": answer, "tokens": len(low),
                     "scores": [-float(np.mean(low[:max(1, int(len(low) * share))])) for share in SHARES]})
    write_json(golden("unlearn") / "min_k.json", {"shares": SHARES, "answers": rows})
    print(rows)


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
    answers()


if __name__ == "__main__":
    main()
