"""EL_10 and MA of texts under tiny models, by transformers' own generate() from every prefix and set arithmetic on n-grams.

    python goldens/memorization.py

Reads the models of tiny_llamas.py; writes engram-unlearn/src/test/resources/golden/memorization.json. Texts are what a model
writes itself with some tokens changed, so that EL is neither 0 nor 1; `label_start` 1 is plain text, more is an answer after a
question. An end token at the end of a text isn't part of it.
"""
import random

import torch

from common import golden, greedy, load, write_json

N, MARGIN = 10, 1e-4
MODELS = ["gqa-tied", "gqa-untied"]
# (label_start, length, tokens changed, ends with the end token)
SHAPES = [(1, 40, [], False), (1, 40, [13], False), (1, 33, [9, 22, 23], False), (1, 26, [25], False), (1, 24, [2], False),
          (1, 11, [], False), (1, 10, [], False), (1, 30, list(range(30)), False), (7, 40, [], True), (9, 37, [21], True),
          (5, 31, [5, 30], True), (12, 30, [12, 13, 14], False), (6, 22, [20], True), (8, 17, [], True), (3, 9, [4], True)]


def written(model, prompt, length):
    """What the model writes after the prompt, never ending."""
    ids = list(prompt)
    while len(ids) < length:
        with torch.no_grad():
            logits = model(input_ids=torch.tensor([ids])).logits[0, -1].double()
        logits[model.config.eos_token_id] = -torch.inf
        ids.append(logits.argmax().item())
    return ids


def generated(model, prefix, count):
    """The greedy continuation, by generate(); and the least margin of the two best tokens on the way."""
    eos = model.config.eos_token_id
    out = model.generate(torch.tensor([prefix]), attention_mask=torch.ones(1, len(prefix), dtype=torch.long), do_sample=False,
                         max_new_tokens=count, eos_token_id=eos, pad_token_id=0)[0, len(prefix):].tolist()
    out = out[:out.index(eos)] if eos in out else out
    new, _, margin = greedy(model, prefix, count, eos)
    assert new == out
    return out, margin


def grams(ids):
    return [tuple(ids[i:i + N]) for i in range(len(ids) - N + 1)]


def extraction(model, ids, start):
    terms, least = [], float("inf")
    for i in range(start, len(ids)):
        target = grams(ids[i:])
        if target:
            new, margin = generated(model, ids[:i], len(ids) - i)
            least = min(least, margin)
            terms.append(sum(g in set(target) for g in grams(new)) / len(target))
    return (sum(terms) / len(terms) if terms else None), least


def accuracy(model, ids, start):
    with torch.no_grad():
        best = model(input_ids=torch.tensor([ids])).logits[0].argmax(-1).tolist()
    return sum(best[i - 1] == ids[i] for i in range(start, len(ids))) / (len(ids) - start)


def sample(model, draw, shape):
    start, length, changed, ended = shape
    while True:  # again where two tokens are too close to each other
        ids = written(model, [draw.randrange(3, 90) for _ in range(max(2, start))], length)
        for i in changed:
            ids[i] = draw.randrange(3, 90)
        el, least = extraction(model, ids, start)
        if least > MARGIN:
            return {"ids": ids + [model.config.eos_token_id] * ended, "label_start": start, "ma": accuracy(model, ids, start), "el10": el}


def main():
    models = {}
    for name in MODELS:
        model = load(golden("model", "llama", name))
        draw = random.Random(7)
        models[name] = [sample(model, draw, shape) for shape in SHAPES]
    note = "MA and EL_10 by transformers' generate() from every prefix; el10 null where no suffix has ten tokens"
    write_json(golden("unlearn") / "memorization.json", {"note": note, "models": models})


main()
