"""BLEU values of sacrebleu, and the words of its tokeniser 13a.

    python goldens/bleu.py [--tofu data/tofu]

Writes golden/bleu.json in engram-core: 160 pairs, most of them the predictions of rouge.py's kind from TOFU's answers, each scored as
a corpus of one text, and corpora of 40 of them; sacrebleu.corpus_bleu as it is called without options.
"""
import argparse
import json
import logging
import pathlib
import random

import sacrebleu
from sacrebleu.tokenizers.tokenizer_13a import Tokenizer13a

from common import ROOT, golden, write_json
from rouge import HAND, bend

MORE = [
    ("The cat sat on the mat.", "The cat sat on the mat."), ("the cat sat on the mat", "The cat sat on the mat."),
    ("a b c", "a b c"), ("a b c d", "a b c d"), ("a b c d", "a x c y"), ("a a a a a a", "a b a c"),
    ("one two three four five", "one two three four five six seven eight nine ten"),
    ("It cost $1,000.50, i.e. 3.14% - or 5-6 times 10 .", "It cost $1,000.50 , i.e. 3.14 % or 5-6 times 10."),
    ("a well-\nknown author\nof books", "a wellknown author of books"), ("ends in a hyphen-\n", "ends in a hyphen-"),
    ("&quot;Q&amp;A&quot; &lt;b&gt; &amp;lt;", "\"Q&A\" <b> <"), ("<skipped> nothing <skipped> was skipped here", "nothing was skipped here"),
    ("tabs\tand\u00a0no-break\u2003blanks\u3000and\x1cseparators\r\n", "tabs and no-break blanks and separators"),
    ("1990-1991, 3,4 .5 5. a.b ,x x,", "1990 - 1991 , 3,4 .5 5. a . b , x x ,"),
    ("[a] {b} (c) ~d^e_f` @g/h:i;j=k?l!m#n+o*p|q\\r", "[ a ] { b } ( c ) ~ d ^ e _ f ` @ g / h : i ; j = k ? l ! m # n + o * p | q \\ r"),
    ("naïve “quotes” – and — dashes… don't isn’t", "naïve \"quotes\" - and - dashes... don't isn't"),
    ("𝒜 maths letter 🎉. 日本語。", "𝒜 maths letter 🎉 . 日本語。"), ("  leading and trailing  ", "leading and trailing"),
]


def main():
    logging.getLogger("sacrebleu").setLevel(logging.ERROR)
    parser = argparse.ArgumentParser()
    parser.add_argument("--tofu", type=pathlib.Path, default=ROOT / "data" / "tofu")
    tofu = parser.parse_args().tofu
    rows = [json.loads(line) for line in (tofu / "forget10_perturbed.jsonl").read_text(encoding="utf-8").splitlines()]
    rng = random.Random(11)
    pairs = MORE + HAND
    while len(pairs) < 160:
        row, other = rng.choice(rows), rng.choice(rows)
        if len(row["answer"]) <= 330:
            pairs.append((bend(rng, row["answer"], rng.choice([row["perturbed_answer"][0], other["answer"]]),
                               row["paraphrased_answer"], len(pairs) % 9), row["answer"]))
    words = Tokenizer13a()
    out = [{"prediction": prediction, "reference": reference, "words": words(prediction.rstrip()).split(),
            "bleu": sacrebleu.corpus_bleu([prediction], [[reference]]).score} for prediction, reference in pairs]
    corpora = []
    for first in range(0, 160, 40):
        score = sacrebleu.corpus_bleu([p for p, _ in pairs[first:first + 40]], [[r for _, r in pairs[first:first + 40]]])
        corpora.append({"first": first, "texts": 40, "bleu": score.score})
    print(sum(item["bleu"] == 0 for item in out), "of", len(out), "are 0;", [round(c["bleu"], 2) for c in corpora])
    write_json(golden("core") / "bleu.json", {"pairs": out, "corpora": corpora})


if __name__ == "__main__":
    main()
