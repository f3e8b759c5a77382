"""Lexical diversity by lexicalrichness, and Cliff's delta from SciPy's Mann-Whitney U.

    python goldens/characteristics.py --tofu data/tofu --prose data/prose

Writes golden/characteristics.json in engram-unlearn: MTLD and HD-D of TOFU's samples and of passages of Moby-Dick; and
golden/cliffs_delta.json in engram-core. A word is a run of letters and digits, in lower case.
"""
import argparse
import json
import pathlib
import re

import numpy as np
from lexicalrichness import LexicalRichness
from scipy.stats import mannwhitneyu

from common import golden, write_json


def words(text):
    return re.findall(r"[^\W_]+", text.lower())


def diversity(text):
    rich = LexicalRichness(text, preprocessor=None, tokenizer=words)
    assert rich.terms < rich.words, "no word twice: lexicalrichness then gives the number of words"
    return {"text": text, "words": rich.words, "mtld": rich.mtld(threshold=0.72),
            "hdd": float(rich.hdd(draws=42)) if rich.words >= 42 else None}


def passages(folder):
    """Twelve of Moby-Dick, of 50 to 1,150 words between blanks."""
    with open(folder / "moby-dick.jsonl", encoding="utf-8") as lines:
        text = " ".join(json.loads(line)["text"] for line in lines)
    tokens = text.split()
    return [" ".join(tokens[900 * i:900 * i + 50 + 100 * i]) for i in range(12)]


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--tofu", required=True, type=pathlib.Path)
    parser.add_argument("--prose", required=True, type=pathlib.Path)
    args = parser.parse_args()

    with open(args.tofu / "forget10.jsonl", encoding="utf-8") as lines:
        rows = [json.loads(line) for line in lines][::10]
    samples = [row["question"] + " " + row["answer"] for row in rows]
    samples = [text for text in samples if len(set(words(text))) < len(words(text))]
    texts = [diversity(text) for text in samples + passages(args.prose)]
    write_json(golden("unlearn") / "characteristics.json", {"texts": texts})

    rng = np.random.default_rng(42)
    cases = []
    for n, m, digits in [(1, 1, 3), (2, 5, 0), (7, 3, 0), (10, 10, 1), (25, 40, 0), (40, 25, 2), (100, 60, 1)]:
        x, y = np.round(rng.normal(0.4, 1, n), digits), np.round(rng.normal(0, 1, m), digits)
        u = float(mannwhitneyu(x, y).statistic)
        cases.append({"x": x.tolist(), "y": y.tolist(), "u": u, "cliffs_delta": 2 * u / (n * m) - 1})
    write_json(golden("core") / "cliffs_delta.json", {"cases": cases})
    print(len(texts), "texts,", sum(t["hdd"] is None for t in texts), "without HD-D;", [c["cliffs_delta"] for c in cases])


if __name__ == "__main__":
    main()
