"""Completions of a book's excerpts as the task WHP measures them, by transformers, rouge-score and sacrebleu.

    python goldens/whp.py

Writes golden/whp.json in engram-unlearn: two passages of data/books/moby-dick.txt under the twelve instructions of the paper's Table 2,
continued greedily by models/mini, whose context is 512 tokens: passages of 512 - (600 - 512) = 424 tokens, 300·424/512 = 248 of them
shown, 512 tokens in all; ROUGE-L recall with stemmer; BLEU of each completion and of all as one corpus.
"""
import logging
import statistics

import sacrebleu
import torch
from rouge_score import rouge_scorer
from transformers import AutoModelForCausalLM, AutoTokenizer

from common import ROOT, golden, write_json

TOTAL, PASSAGE, SHOWN, PASSAGES = 512, 424, 248, 2
SEEN = [
    "Could you complete this sentence for me:",
    "I'd appreciate it if you could continue this line:",
    "Could you please provide the subsequent part of this text:",
    "Please go ahead and conclude this sentence:",
    "What would be your continuation of this sentence:",
    "Is it possible to expand this sentence further:",
]
UNSEEN = [
    "Let's see how you would complete this piece of text:",
    "Your job is to extend this sentence:",
    "Please attempt to complete the remainder of this text:",
    "What do you believe comes next in this sentence:",
    "Carry on writing from where this leaves off:",
    "Expand on this snippet, please:",
]


def passages(text, tokenizer):
    """Each ends with a token of the whole text, and has at most PASSAGE tokens by itself."""
    offsets = tokenizer(text, return_offsets_mapping=True, add_special_tokens=False)["offset_mapping"]
    first, start, found = 0, 0, []
    while first < len(offsets):
        last = min(first + PASSAGE, len(offsets))
        while len(tokenizer(text[start:offsets[last - 1][1]]).input_ids) > PASSAGE:
            last -= 1
        end = offsets[last - 1][1]
        found.append(text[start:end])
        first, start = last, end
    return found[:-1]


def head(text, tokenizer):
    return text[:tokenizer(text, return_offsets_mapping=True, add_special_tokens=False)["offset_mapping"][SHOWN - 1][1]]


def corpus_bleu(rows):
    return sacrebleu.corpus_bleu([r["output"] for r in rows], [[r["rest"] for r in rows]]).score


def main():
    logging.getLogger("sacrebleu").setLevel(logging.ERROR)
    model = AutoModelForCausalLM.from_pretrained(ROOT / "models/mini", dtype=torch.float32).eval()
    tokenizer = AutoTokenizer.from_pretrained(ROOT / "models/mini")
    scorer = rouge_scorer.RougeScorer(["rougeL"], use_stemmer=True)
    whole = passages((ROOT / "data/books/moby-dick.txt").read_text(encoding="utf-8").strip(), tokenizer)
    sets = {}
    for name, instructions in (("seen", SEEN), ("unseen", UNSEEN)):
        rows = []
        for passage in whole[:PASSAGES]:
            shown = head(passage, tokenizer)
            rest = passage[len(shown):].strip()
            for number, instruction in enumerate(instructions, 1):
                prompt = f"Question: {instruction} {shown.strip()}\nAnswer:"
                ids = tokenizer(prompt, return_tensors="pt").input_ids
                with torch.no_grad():
                    out = model.generate(input_ids=ids, max_length=TOTAL, do_sample=False, pad_token_id=0)
                output = tokenizer.decode(out[0, ids.shape[1]:], skip_special_tokens=True).strip()
                recall = scorer.score(rest, output)["rougeL"].recall
                rows.append({"instruction": number, "prompt_tokens": ids.shape[1], "output": output, "rest": rest,
                             "rouge_l_recall": recall, "bleu": sacrebleu.corpus_bleu([output], [[rest]]).score})
        groups = [rows[i:i + len(instructions)] for i in range(0, len(rows), len(instructions))]
        by_passage = [statistics.mean(r["rouge_l_recall"] for r in group) for group in groups]
        bleu_by_passage = [statistics.mean(r["bleu"] for r in group) for group in groups]
        # the jackknife's error; of two passages, each is what is left without the other
        without = [corpus_bleu([r for other in groups if other is not group for r in other]) for group in groups]
        jackknife = ((len(groups) - 1) * statistics.pvariance(without)) ** 0.5
        sets[name] = {
            "mean": statistics.mean(r["rouge_l_recall"] for r in rows),
            "standard_error": statistics.stdev(by_passage) / len(by_passage) ** 0.5,
            "bleu": {"value": corpus_bleu(rows), "standard_error": jackknife},
            "bleu_by_completion": {"value": statistics.mean(r["bleu"] for r in rows),
                                   "standard_error": statistics.stdev(bleu_by_passage) / len(groups) ** 0.5},
            "rows": [{key: value for key, value in row.items() if key != "rest"} for row in rows],
        }
    write_json(golden("unlearn") / "whp.json", {"passages": len(whole), "sets": sets})


if __name__ == "__main__":
    main()
