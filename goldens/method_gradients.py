"""The unlearning losses, their gradients and one plain SGD update, in float64 by PyTorch's autograd from the formulas.

    python goldens/method_gradients.py

Reads the models of tiny_llamas.py; writes engram-unlearn/src/test/resources/golden/methods/: inputs.json, cases.json, the
reference models as folders <model>-reference/, the parameters after one update as <model>-<case>.safetensors (float32),
and adamw.json with adamw-gqa-tied.safetensors; also golden/schedules.json in engram-model.

Notation: M(x) = labelled tokens of x, ids[label_start:], each predicted from the position before it; S(x) = the sum over
M(x) of -log p; n = |M(x)|; L(B) = sum of S over the batch / sum of n over the batch.
"""
import shutil

import torch
import torch.nn.functional as F
import transformers
from safetensors.torch import load_file, save_file

from common import exact, golden, load, log_probs, tidy, write_json

MODELS = ["gqa-tied", "gqa-untied"]
BETA, LR, W_F, W_R = 0.1, 0.05, 0.7, 1.3
SIM_BETA, SIM_DELTA = 4.5, 0.0
# (length, label_start) of each sequence
FORGET = [(9, 4), (12, 7), (6, 5), (14, 3)]
RETAIN = [(8, 3), (11, 6), (7, 1), (10, 9)]
REFUSAL = [5, 3, 6, 1]  # the answer's length; the prompt is the forget sequence's


def inputs():
    generator = torch.Generator().manual_seed(21)

    def draw(n):
        return torch.randint(3, 96, (n,), generator=generator).tolist()

    forget = [{"ids": draw(n), "label_start": s} for n, s in FORGET]
    retain = [{"ids": draw(n), "label_start": s} for n, s in RETAIN]
    refusal = [{"ids": f["ids"][:f["label_start"]] + draw(k), "label_start": f["label_start"]}
               for f, k in zip(forget, REFUSAL)]
    return {"beta": BETA, "learning_rate": LR, "forget": forget, "retain": retain, "refusal": refusal}


def distributions(model, x):
    """log p at each labelled position, over the whole vocabulary, and the labels."""
    ids, start = x["ids"], x["label_start"]
    logits = model(input_ids=torch.tensor([ids]), use_cache=False).logits[0]
    assert logits.dtype == torch.float64
    return torch.log_softmax(logits[start - 1:-1], -1), torch.tensor(ids[start:])


def S(model, x):
    log_p, labels = distributions(model, x)
    return -log_p.gather(1, labels[:, None]).sum()


def n(x):
    return len(x["ids"]) - x["label_start"]


def L(model, batch):
    return sum(S(model, x) for x in batch) / sum(n(x) for x in batch)


def KL(reference, model, batch):
    """KL(reference || model), averaged over the labelled tokens of the batch."""
    total = 0
    for x in batch:
        with torch.no_grad():
            log_r, _ = distributions(reference, x)
        log_p, _ = distributions(model, x)
        total = total + (log_r.exp() * (log_r - log_p)).sum()
    return total / sum(n(x) for x in batch)


def mean(values):
    return sum(values) / len(values)


def cases(data):
    f, r, p = data["forget"], data["retain"], data["refusal"]

    def npo(model, ref, length):
        return -2 / BETA * mean([F.logsigmoid(BETA * (S(model, x) - S(ref, x).detach()) / (n(x) if length else 1))
                                 for x in f])

    def gain(model, ref, x):
        return S(ref, x).detach() - S(model, x)

    return {
        "finetune": ("L(F)", lambda m, ref: L(m, f)),
        "ga": ("-L(F)", lambda m, ref: -L(m, f)),
        "grad_diff-nll": ("-w_f*L(F) + w_r*L(R)", lambda m, ref: -W_F * L(m, f) + W_R * L(m, r)),
        "grad_diff-kl": ("-w_f*L(F) + w_r*KL(reference || model on R)",
                         lambda m, ref: -W_F * L(m, f) + W_R * KL(ref, m, r)),
        "po": ("w_f*L(refusal) + w_r*L(R)", lambda m, ref: W_F * L(m, p) + W_R * L(m, r)),
        "npo-sum": ("w_f*(-2/beta)*mean log sigmoid(beta*(S - S_ref)) + w_r*L(R)",
                    lambda m, ref: W_F * npo(m, ref, False) + W_R * L(m, r)),
        "npo-mean": ("w_f*(-2/beta)*mean log sigmoid(beta*(S - S_ref)/n) + w_r*L(R)",
                     lambda m, ref: W_F * npo(m, ref, True) + W_R * L(m, r)),
        "simnpo": ("w_f*(-2/beta)*mean log sigmoid(beta*(S/n - delta)) + w_r*L(R), beta 4.5, delta 0",
                   lambda m, ref: W_F * -2 / SIM_BETA * mean([F.logsigmoid(SIM_BETA * (S(m, x) / n(x) - SIM_DELTA))
                                                              for x in f]) + W_R * L(m, r)),
        "dpo": ("w_f*(-2/beta)*mean log sigmoid(beta*((S_ref - S)(refusal) - (S_ref - S)(answer))) + w_r*L(R)",
                lambda m, ref: W_F * -2 / BETA * mean([F.logsigmoid(BETA * (gain(m, ref, b) - gain(m, ref, a)))
                                                       for a, b in zip(f, p)]) + W_R * L(m, r)),
    }


STORED = ("finetune", "ga", "grad_diff-nll", "grad_diff-kl", "po", "npo-sum", "npo-mean")
WEIGHTS = {"finetune": (1.0, 0.0), "ga": (1.0, 0.0)}


def reference_of(name, folder):
    """The model's weights plus normal noise of standard deviation 0.02, stored in float32."""
    source = golden("model", "llama", name)
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    generator = torch.Generator().manual_seed(22 + MODELS.index(name))
    weights = load_file(source / "model.safetensors")
    weights = {k: v + 0.02 * torch.randn(v.shape, generator=generator) for k, v in sorted(weights.items())}
    save_file(weights, folder / "model.safetensors", metadata={"format": "pt"})
    shutil.copy(source / "config.json", folder)


def norm(tensors):
    return torch.sqrt(sum((t.double() ** 2).sum() for t in tensors)).item()


def save(model, path):
    state = {k: p.detach().float().contiguous() for k, p in model.named_parameters()}  # a tied head is not listed
    save_file(state, path, metadata={"format": "pt"})
    again = load_file(path)
    assert all(torch.equal(again[k], v) for k, v in state.items()) and len(again) == len(state)


def check_gradient(model, loss, gradients):
    """The gradient along a random direction against central differences."""
    generator = torch.Generator().manual_seed(1)
    direction = [torch.randn(g.shape, generator=generator, dtype=torch.float64) for g in gradients]
    values = []
    for sign in (1, -1):
        with torch.no_grad():
            for p, d in zip(model.parameters(), direction):
                p.add_(d, alpha=sign * 1e-5)
            values.append(loss().item())
            for p, d in zip(model.parameters(), direction):
                p.sub_(d, alpha=sign * 1e-5)
    numeric = (values[0] - values[1]) / 2e-5
    exactly = sum((g * d).sum() for g, d in zip(gradients, direction)).item()
    assert abs(numeric - exactly) < 1e-5 * max(1, abs(exactly)), (numeric, exactly)


def methods(out, data):
    result = {}
    for name in MODELS:
        folder = golden("model", "llama", name)
        reference_of(name, out / f"{name}-reference")
        reference = exact(load(out / f"{name}-reference"))
        result[name] = {}
        single, double = load(folder), exact(load(folder))
        for x in data["forget"]:  # the float64 model is the model that transformers computes in float32
            assert max(abs(a - b) for a, b in zip(log_probs(single, x["ids"]), log_probs(double, x["ids"]))) < 1e-5
        for case, (formula, loss) in cases(data).items():
            model = exact(load(folder))
            value = loss(model, reference)
            names, parameters = zip(*model.named_parameters())
            gradients = torch.autograd.grad(value, parameters)
            check_gradient(model, lambda: loss(model, reference), gradients)
            with torch.no_grad():
                for p, g in zip(parameters, gradients):
                    p.sub_(g, alpha=LR)
            w_f, w_r = WEIGHTS.get(case, (W_F, W_R))
            result[name][case] = {
                "formula": formula, "forget_weight": w_f, "retain_weight": w_r, "loss": value.item(),
                "gradient_norm": norm(gradients),
                "gradient_norms": {k: norm([g]) for k, g in zip(names, gradients)},
                "updated_sum": sum(p.sum() for p in parameters).item(), "updated_norm": norm(parameters),
                "parameters": f"{name}-{case}.safetensors" if case in STORED else None,
            }
            if case in STORED:
                save(model, out / f"{name}-{case}.safetensors")
            print(name, case, value.item(), result[name][case]["gradient_norm"])
    write_json(out / "cases.json", result)


def adamw(out, data):
    lr, updates = 1e-2, ["forget", "retain", "forget"]
    model = exact(load(golden("model", "llama", "gqa-tied")))
    optimizer = torch.optim.AdamW(model.parameters(), lr=lr, betas=(0.9, 0.999), eps=1e-8, weight_decay=0.01)
    schedule = transformers.get_linear_schedule_with_warmup(optimizer, 1, len(updates))
    log = []
    for batch in updates:
        optimizer.zero_grad()
        loss = L(model, data[batch])
        loss.backward()
        total = torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        rate = optimizer.param_groups[0]["lr"]
        optimizer.step()
        schedule.step()
        log.append({"batch": batch, "loss": loss.item(), "gradient_norm": total.item(), "learning_rate": rate})
    write_json(out / "adamw.json", {
        "model": "gqa-tied", "learning_rate": lr, "betas": [0.9, 0.999], "epsilon": 1e-8, "weight_decay": 0.01,
        "decay": "all", "clip_norm": 1.0, "clip_rule": "gradient *= min(1, clip_norm / (gradient_norm + 1e-6))",
        "schedule": "linear", "warmup_updates": 1, "total_updates": len(updates), "updates": log,
        "parameters": "adamw-gqa-tied.safetensors"})
    save(model, out / "adamw-gqa-tied.safetensors")
    print("adamw", log)


def schedules():
    warmup, total = 3, 10
    makers = {
        "linear": lambda o: transformers.get_linear_schedule_with_warmup(o, warmup, total),
        "cosine": lambda o: transformers.get_cosine_schedule_with_warmup(o, warmup, total),
        "constant": lambda o: transformers.get_constant_schedule_with_warmup(o, warmup),
        "wsd": lambda o: transformers.get_wsd_schedule(
            o, warmup, num_decay_steps=(total - warmup) * 2 / 3, num_stable_steps=(total - warmup) / 3, decay_type="linear"),
    }
    rows = {}
    for name, make in makers.items():
        optimizer = torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=1.0)
        schedule = make(optimizer)
        rows[name] = []
        for _ in range(total):
            rows[name].append(optimizer.param_groups[0]["lr"])
            optimizer.step()
            schedule.step()
    write_json(golden("model") / "schedules.json", {
        "note": "factor on the learning rate of update 0, 1, ..; as the Hugging Face trainer, whose update 0 has factor 0",
        "warmup_updates": warmup, "total_updates": total, **rows})


def main():
    out = golden("unlearn", "methods")
    data = inputs()
    write_json(out / "inputs.json", data)
    methods(out, data)
    adamw(out, data)
    schedules()
    tidy(out)


if __name__ == "__main__":
    main()
