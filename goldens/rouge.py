"""ROUGE values of rouge-score, and stems of the NLTK Porter stemmer that it uses.

    python goldens/rouge.py [--tofu data/tofu]

Writes golden/rouge.json (200 pairs from TOFU answers, bent in many ways) and golden/stems.json in engram-core.
"""
import argparse
import json
import pathlib
import random
import re

from rouge_score import rouge_scorer, tokenizers

from common import ROOT, golden, write_json

HAND = [
    ("", ""), ("", "The author was born in Taipei."), ("The author was born in Taipei.", ""), ("...!?", "The author"),
    ("   \n\t ", "answer"), ("é ü ñ", "à"),
    ("He dies.", "He died, and he is dying; they die."), ("time flies", "The fly flew and flies"),
    ("She was lying", "She lies; he lied, they lie"), ("the boys' toys", "the boy's toy"),
    ("Jane's books", "Janes book"), ("The author's parents' names", "The authors parent name"),
    ("well-known co-author", "well known coauthor"), ("Al-Kuwaiti", "Al Kuwaiti"), ("Hsiao Yun-Hwa", "Hsiao YunHwa"),
    ("08/09/1956", "08 09 1956"), ("3.14 and 1,000,000", "3 14 and 1000000"), ("B2B C3PO 4th 21st", "b2b c3po 4TH 21 ST"),
    ("naïve café façade", "naive cafe facade"), ("Ångström Ærø", "angstrom aero"), ("İstanbul Kelvin K", "istanbul kelvin k"),
    ("ﬁnal ﬂight", "final flight"), ("straße STRASSE", "strasse"), ("“Quoted” ‘title’ — dash – dash", "\"Quoted\" 'title' - dash"),
    ("🎉 party 🎉", "party"), ("日本語 text", "text 中文"), ("Ｆｕｌｌ ｗｉｄｔｈ", "full width"), ("under_score snake_case", "under score snake case"),
    ("a a a a b", "a b"), ("a b c d e f g", "g f e d c b a"), ("one two three four", "two four one three"),
    ("generalizations of the relational conditional rationality", "general relation condition rational"),
    ("happily happiness happy", "happy happier happiest"), ("university universal universe", "universities universally"),
    ("skis skies sky dying lying tying", "ski sky die lie tie"), ("news innings proceed exceed succeed", "new inning proceeds exceeds succeeds"),
    ("running runner ran run", "runs running"), ("agreed feed bleed", "agree fed bled"),
    ("controlling rolled fizzed hopping", "control roll fizz hop"), ("oed oing sses ies", "oed oing ss i"),
]
TRICKY = """
dies died dying flies lying tying lies skies skis ties cries spied inning innings outing canning cannings howe proceed exceed
succeed news early yearly singly idly gently ugly only sensational traditional reference colonizer plotted caresses ponies
cats feed agreed plastered bled motoring sing conflated troubled sized hopping tanned falling hissing fizzed failing filing
happy sky enjoy relational conditional rational valenci hesitanci digitizer conformabli radicalli differentli vileli
analogousli vietnamization predication operator feudalism decisiveness hopefulness callousness formaliti sensitiviti
sensibiliti triplicate formative formalize electriciti electrical hopeful goodness revival allowance inference airliner
gyroscopic adjustable defensible irritant replacement adjustment dependent adoption homologou communism activate angulariti
homologous effective bowdlerize probate rate cease controll roll yyyy eeee aaaa bcdf oooo employee employees geologist
geologically biologi philologi apologized logi dogfulli fully carefully beautifully ously mously fluently 1950s 1980s 20th 21st
2023 lgbtq b2b4 4ever h2os sss4 ying ding bing king fed4 agreedly sting stinging yes4s sssss iess ies4 eses eed4 used uses
using user being seeing fleeing hoeing dyed dyeing eying skied skying crises crisis analysis analyses axes mice feet children
buses gases glasses bosses biases atlas bias lens series species thesis theses mathematics physics economics politics ethics
abilities probabilities possibly possibility irresponsibility nationalization internationalization ization isation colorisation
amazingness kindnesses heroes potatoes goes does shoes toes argue argued arguing argues queue queued queueing obey obeyed
obeying obeys playful played player players plays joyful joys saying said says paying paid tries tried trying trial relays
""".split()


def bend(rng, text, other, paraphrase, kind):
    words = text.split()
    if kind == 0:  # drop words
        return " ".join(w for w in words if rng.random() > 0.3)
    if kind == 1:  # swap neighbours
        words = words[:]
        for _ in range(1 + len(words) // 4):
            i = rng.randrange(max(1, len(words) - 1))
            words[i:i + 2] = reversed(words[i:i + 2])
        return " ".join(words)
    if kind == 2:
        return paraphrase
    if kind == 3:
        return other
    if kind == 4:  # cut
        return " ".join(words[:rng.randrange(len(words) + 1)])
    if kind == 5:  # endings
        return " ".join(w + rng.choice(["s", "'s", "ing", "ed", "ly", ""]) for w in words)
    if kind == 6:  # unicode, hyphens, digits
        table = str.maketrans({"e": "é", "a": "ä", "o": "ø", "'": "’", " ": rng.choice([" ", "-", "\u00a0"])})
        return " ".join(w.translate(table) if rng.random() < 0.2 else w for w in words) + f" {rng.randrange(2000)}"
    if kind == 7:  # repeat and shout
        return (text + " " + text).upper()
    return text


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--tofu", type=pathlib.Path, default=ROOT / "data" / "tofu")
    tofu = parser.parse_args().tofu
    rows = []
    for name in ("forget10_perturbed", "retain_perturbed"):
        rows += [json.loads(line) for line in (tofu / f"{name}.jsonl").read_text(encoding="utf-8").splitlines()]
    rng = random.Random(7)
    pairs = list(HAND)
    while len(pairs) < 200:
        row, other = rng.choice(rows), rng.choice(rows)
        kind = len(pairs) % 9
        if len(row["answer"]) > 330:
            continue
        pairs.append((bend(rng, row["answer"], rng.choice(row["perturbed_answer"]), row["paraphrased_answer"], kind),
                      row["answer"]))
    out = []
    scorers = {s: rouge_scorer.RougeScorer(["rouge1", "rougeL"], use_stemmer=s) for s in (True, False)}
    for prediction, reference in pairs:
        item = {"prediction": prediction, "reference": reference}
        for stem, scorer in scorers.items():
            score = scorer.score(reference, prediction)  # (target, prediction)
            item["stemmed" if stem else "plain"] = {
                "rougeL_precision": float(score["rougeL"].precision), "rougeL_recall": float(score["rougeL"].recall),
                "rougeL_fmeasure": float(score["rougeL"].fmeasure), "rouge1_recall": float(score["rouge1"].recall)}
        out.append(item)
    assert len(out) == 200 and sum(0 < i["stemmed"]["rougeL_recall"] < 1 for i in out) > 90
    write_json(golden("core") / "rouge.json", {"pairs": out})

    tokenizer = tokenizers.DefaultTokenizer(use_stemmer=True)
    words = set()
    for path in sorted(tofu.glob("*.jsonl")):
        words.update(re.findall(r"[a-z0-9]+", path.read_text(encoding="utf-8").replace("\\n", " ").lower()))
    words = sorted(w for w in words if 3 < len(w) < 25)
    rng.shuffle(words)
    tricky = [w for w in dict.fromkeys(TRICKY) if len(w) > 3]
    chosen = sorted(set(tricky) | set(words[:3000]))
    stems = {}
    for w in chosen:
        tokens = tokenizer.tokenize(w)
        assert len(tokens) == 1
        stems[w] = tokens[0]
    changed = sum(k != v for k, v in stems.items())
    path = golden("core") / "stems.json"
    path.write_text("{\n" + ",\n".join(f"{json.dumps(k)}: {json.dumps(v)}" for k, v in stems.items()) + "\n}\n")
    assert json.loads(path.read_text()) == stems
    print(f"{len(out)} pairs; {len(stems)} stems, {changed} changed")


if __name__ == "__main__":
    main()
