"""How much of a fact texts give away, from the definition, by Python's own idea of a word; and which tokens are of the fact.

    python goldens/fact_recall.py

Writes golden/fact_recall.json in engram-core and golden/fact_tokens.json in engram-model, by the tokenizer of golden/llama/with-tokenizer. Texts are TOFU's paraphrased and wrong answers, and a few in other scripts.
"""
import json
import unicodedata

from tokenizers import Tokenizer

from common import ROOT, golden, write_json


FUNCTION_WORDS = set("""
a an the this that these those and or but nor so yet if than then as while because
although though since until of in on at by for with from to into onto over under about
after before between through during within without against among around i you he she it
we they me him her us them my your his its our their mine yours hers ours theirs who
whom whose which what is are was were be been being am has have had having do does did
doing done will would shall should can could might must not s t also there here
where when how why both each all any some such very just only own same too
""".split())


def words(text):
    """Runs of letters, marks and digits, in lower case."""
    kept = "".join(c if unicodedata.category(c)[0] in "LMN" else " " for c in text.lower())
    return set(kept.split())


def fact_recall(question, answer, text):
    fact = words(answer) - words(question) - FUNCTION_WORDS
    return len(fact & words(text)) / len(fact) if fact else None


def fact_places(question, answer, text):
    """Which characters of a text belong to words of the fact, word by word."""
    fact = words(answer) - words(question) - FUNCTION_WORDS
    places, at = set(), 0
    while at < len(text):
        end = at
        while end < len(text) and unicodedata.category(text[end])[0] in "LMN":
            end += 1
        if text[at:end].lower() in fact:
            places |= set(range(at, end))
        at = max(end, at + 1)
    return places


def fact_tokens(cases):
    """For texts after their questions: the token ids, and which of those that reach into the text are of the fact."""
    folder = golden("model", "llama", "with-tokenizer")
    bpe = Tokenizer.from_file(str(folder / "tokenizer.json"))
    rows = []
    for question, answer, text in cases:
        prompt = question + " "
        places = {len(prompt) + i for i in fact_places(question, answer, text)}
        encoding = bpe.encode(prompt + text)
        labelled = [(a, b) for a, b in encoding.offsets if b > len(question)]
        rows.append({"question": question, "answer": answer, "text": text,
                     "of_fact": [int(bool(places & set(range(a, b)))) for a, b in labelled]})
    write_json(golden("model") / "fact_tokens.json", {"samples": rows})
    print(len(rows), "samples,", sum(sum(r["of_fact"]) for r in rows), "tokens of facts of", sum(len(r["of_fact"]) for r in rows))


def main():
    cases = [("Gdzie mieszka Łucja?", "Łucja mieszka w Żółkwi.", "W ŻÓŁKWI, od 1987 r."),
             ("Где живёт Анна?", "Анна живёт в Туле.", "В Москве"),
             ("Wo?", "In Köln-Süd, Straße 7", "KÖLN, strasse 7"),
             ("Yes or no?", "No.", "No."),
             ("谁写的?", "鲁迅 写的", "鲁迅"),
             ("Mail?", "a.b+c@d-e.org", "It is A.B+C@d-e.ORG!")]
    rows = [json.loads(line) for line in (ROOT / "data/tofu/forget01_perturbed.jsonl").read_text("utf-8").splitlines()]
    for row in rows:
        for text in [row["paraphrased_answer"], *row["perturbed_answer"][:2]]:
            cases.append((row["question"], row["answer"], text))
    out = [{"question": q, "answer": a, "text": t, "fact_recall": fact_recall(q, a, t)} for q, a, t in cases]
    write_json(golden("core") / "fact_recall.json", {"cases": out})
    fact_tokens(cases[:40])
    print(len(out), "cases, mean", sum(c["fact_recall"] or 0 for c in out) / len(out))


if __name__ == "__main__":
    main()
