"""Logit lens through another model's final norm and head, and patching of hidden states into it, by hooks on transformers' layers.

    python goldens/layers.py

Reads the model mha of tiny_llamas.py, the original; writes engram-model/src/test/resources/golden/layers.json. The two other models
are the original with 0.1 cos(i + 1) and 0.2 cos(i + 2) added to each weight, i counted row by row. For each sequence and layer: the mean
log-probability of the chosen tokens; patching replaces the output of one layer at the places where they are predicted. `erased` is
sum d_r clip(d_u / d_r, 0, 1) / sum d_r over layers with d_r > 0.05.
"""
import copy
import random

import torch

from common import golden, load, write_json

EOS_FREE = range(4, 90)


def changed(model, scale, phase):
    other = copy.deepcopy(model)
    with torch.no_grad():
        for _, weight in other.named_parameters():
            i = torch.arange(weight.numel(), dtype=torch.float64)
            weight += (scale * torch.cos(i + phase)).to(torch.float32).view_as(weight)
    return other


def outputs(model, ids):
    """The residual stream after each layer."""
    found = []
    hooks = [layer.register_forward_hook(lambda m, a, out: found.append(out[0] if isinstance(out, tuple) else out))
             for layer in model.model.layers]
    with torch.no_grad():
        model(input_ids=torch.tensor([ids]), use_cache=False)
    for hook in hooks:
        hook.remove()
    return found


def score(logits, rows, targets):
    return torch.log_softmax(logits.double(), -1).gather(1, torch.tensor(targets)[:, None]).mean().item()


def lens(model, original, ids, rows, targets):
    with torch.no_grad():
        return [score(original.lm_head(original.model.norm(x[0, rows])), rows, targets) for x in outputs(model, ids)]


def patched(model, original, ids, rows, targets):
    scores = []
    for number, x in enumerate(outputs(model, ids)):
        def put(module, args, out, x=x):
            own = (out[0] if isinstance(out, tuple) else out).clone()
            own[0, rows] = x[0, rows]
            return (own, *out[1:]) if isinstance(out, tuple) else own
        hook = original.model.layers[number].register_forward_hook(put)
        with torch.no_grad():
            logits = original(input_ids=torch.tensor([ids]), use_cache=False).logits[0, rows]
        hook.remove()
        scores.append(score(logits, rows, targets))
    return scores


def erased(original, retrained, unlearned):
    d_r = [o - r for o, r in zip(original, retrained)]
    d_u = [o - u for o, u in zip(original, unlearned)]
    kept = [(u, r) for u, r in zip(d_u, d_r) if r > 0.05]
    return sum(r * min(1, max(0, u / r)) for u, r in kept) / sum(r for _, r in kept) if kept else None


def main():
    original = load(golden("model", "llama", "mha"))
    models = {"original": original, "unlearned": changed(original, 0.1, 1), "retrained": changed(original, 0.2, 2)}
    draw = random.Random(3)
    sequences = []
    for length, start, every in [(14, 5, 1), (19, 3, 2), (9, 4, 3), (30, 12, 2), (8, 7, 1)]:
        ids = [draw.choice(EOS_FREE) for _ in range(start)]
        while len(ids) < length:  # what the original would write, so that it knows something
            with torch.no_grad():
                logits = original(input_ids=torch.tensor([ids])).logits[0, -1]
            logits[model_end(original)] = -torch.inf
            ids.append(int(logits.argmax()))
        chosen = [t % every == 0 for t in range(length - start)]
        rows = [start + t - 1 for t in range(length - start) if chosen[t]]
        targets = [ids[r + 1] for r in rows]
        row = {"ids": ids, "label_start": start, "chosen": chosen}
        for name, model in models.items():
            row["lens_" + name] = lens(model, original, ids, rows, targets)
            row["patched_" + name] = patched(model, original, ids, rows, targets)
        for kind in ("lens", "patched"):
            row["erased_" + kind] = erased(*(row[f"{kind}_{m}"] for m in ("original", "retrained", "unlearned")))
        sequences.append(row)
    write_json(golden("model") / "layers.json", {"sequences": sequences})


def model_end(model):
    return model.config.eos_token_id


main()
