"""PyTorch's side of the comparison: the same tasks as io.engram.bench.compare, plainly written with transformers.

    python pytorch_side.py TASK MODEL FOLDER

Measures the task once a line on standard input ("warm" for a warm-up) and prints a JSON line each time. FOLDER is what
Workload wrote, with settings.json. Tasks: gemm-SIZE, score, paper, shared, train, epoch, generate. Float32 throughout;
samples of similar length share a batch, padded on the right with an attention mask; logits of all positions, as transformers
gives them.
"""
import copy
import json
import pathlib
import sys
import time

import torch
import transformers
from torch.nn import functional

from samples import Batch, Workload, batches, tokens

# As on Engram's side: so small that every step works on the same model.
RATE = 1e-9
# Engram's: |l| below this is taken as this in the denominator; without it a token that the model is sure of gives infinity.
CLAMP = 1e-6


class Perturbed:
    """All parameters plus noise, in place, and back from a copy."""

    def __init__(self, model, sigma):
        self.parameters, self.sigma = list(model.parameters()), sigma
        self.saved = [p.clone() for p in self.parameters]

    def __enter__(self):
        for p in self.parameters:
            p.add_(torch.randn_like(p), alpha=self.sigma)

    def __exit__(self, *_):
        for p, saved in zip(self.parameters, self.saved):
            p.copy_(saved)


def relative_change(batch, original, changed):
    """r of each sample: the mean over its labelled tokens of 1 - l'/l."""
    r = (original - changed) / original.clamp(max=-CLAMP)
    return (r * batch.labels).sum(1) / batch.labels.sum(1)


def gemm(size):
    a, b = torch.randn(size, size), torch.randn(size, size)

    def measure(warm):
        best = float("inf")
        for _ in range(5):
            start = time.perf_counter()
            a @ b
            best = min(best, time.perf_counter() - start)
        return best, 0, {}

    return measure


def score(model, work):
    everything = list(range(len(work.forget)))

    @torch.inference_mode()
    def measure(warm):
        start = time.perf_counter()
        total = sum(b.log_probs(model).sum(1).double().sum().item()
                    for b in batches(work.forget, everything, work.settings["peer_batch"]))
        return time.perf_counter() - start, tokens(work.forget, everything), {"check": total}

    return measure


def paper(model, work):
    """Algorithm 1 as printed. The scoring without noise isn't counted: at K = 200 it's half a hundredth."""
    perturbed = Perturbed(model, work.recipe["order"]["estimator"]["sigma"])
    numbers, draws = work.settings["paper_samples"], work.settings["paper_draws"]

    @torch.inference_mode()
    def measure(warm):
        seconds = 0
        for i in numbers:
            batch = Batch(work.forget, [i])
            original = batch.log_probs(model)
            start = time.perf_counter()
            for _ in range(draws):
                with perturbed:
                    relative_change(batch, original, batch.log_probs(model)).item()
            seconds += time.perf_counter() - start
        return seconds, draws * tokens(work.forget, numbers), {"samples": len(numbers), "passes": draws}

    return measure


def shared(model, work):
    """One draw for all samples. Counts the scoring without noise, as Engram's estimators do."""
    perturbed = Perturbed(model, work.recipe["order"]["estimator"]["sigma"])
    everything = list(range(len(work.forget)))

    @torch.inference_mode()
    def measure(warm):
        draws = 2 if warm else work.settings["shared_draws"]
        start = time.perf_counter()
        parts = batches(work.forget, everything, work.settings["peer_batch"])
        originals = [b.log_probs(model) for b in parts]
        values = []
        for _ in range(draws):
            with perturbed:
                values.append(torch.cat([relative_change(b, o, b.log_probs(model)) for b, o in zip(parts, originals)]))
        seconds = time.perf_counter() - start
        values = torch.stack(values).double()
        more = {"samples": len(everything), "passes": draws, "squared_error": (values.var(0) / draws).mean().item(),
                "check": values.mean(0).abs().mean().item()}
        return seconds, draws * tokens(work.forget, everything), more

    return measure


def adamw(model, work):
    settings = work.recipe["optimizer"]
    return torch.optim.AdamW(model.parameters(), lr=RATE, betas=tuple(settings["betas"]), eps=settings["epsilon"],
                             weight_decay=settings["weight_decay"], fused=True)


def train(model, work):
    optimizer, numbers, steps = adamw(model, work), work.settings["train_samples"], work.settings["steps"]

    def measure(warm):
        start = time.perf_counter()
        for _ in range(steps):
            batch = Batch(work.forget, numbers)
            loss = -batch.log_probs(model).sum() / batch.labels.sum()
            loss.backward()
            optimizer.step()
            optimizer.zero_grad()
        return time.perf_counter() - start, steps * tokens(work.forget, numbers), {"steps": steps, "check": loss.item()}

    return measure


def epoch(model, work):
    """NPO with NLL on retain samples. Each micro-batch has its reference from a forward pass of a frozen copy, as public
    implementations do; reference_seconds is what these passes take, which precomputed log-probabilities would save."""
    reference = copy.deepcopy(model).requires_grad_(False)
    optimizer, method = adamw(model, work), work.recipe["method"]
    assert method["name"] == "npo" and method["retain_loss"] == "nll"

    def forget_loss(batch, count, spent):
        start = time.perf_counter()
        with torch.no_grad():
            before = batch.log_probs(reference).sum(1)
        spent.append(time.perf_counter() - start)
        scale = batch.labels.sum(1) if method["reduction"] == "mean" else 1
        ratio = (batch.log_probs(model).sum(1) - before) / scale
        return -method["forget_weight"] * 2 / method["beta"] * functional.logsigmoid(-method["beta"] * ratio).sum() / count

    def update(draws, spent):
        size, total = work.settings["peer_micro_batch"], 0
        for batch in batches(work.forget, draws["forget"], size):
            loss = forget_loss(batch, len(draws["forget"]), spent)
            loss.backward()
            total += loss.item()
        parts = batches(work.retain, draws["retain"], size)
        labelled = sum(b.labels.sum() for b in parts)
        for batch in parts:
            loss = -method["retain_weight"] * batch.log_probs(model).sum() / labelled
            loss.backward()
            total += loss.item()
        optimizer.step()
        optimizer.zero_grad()
        return total

    def measure(warm):
        updates, spent = work.updates[:1 if warm else work.settings["updates"]], []
        start = time.perf_counter()
        losses = [update(draws, spent) for draws in updates]
        seconds = time.perf_counter() - start
        count = sum(tokens(work.forget, u["forget"]) + tokens(work.retain, u["retain"]) for u in updates)
        return seconds, count, {"updates": len(updates), "reference_seconds": sum(spent), "check": losses[0]}

    return measure


def generate(model, work):
    """Greedy, all prompts in one batch padded on the left, key-value cache, no end token."""
    prompts = [work.forget[i]["ids"][:work.forget[i]["label_start"]] for i in work.settings["prompt_samples"]]
    new, longest = work.settings["new_tokens"], max(map(len, prompts))
    model.generation_config.eos_token_id = None
    ids = torch.tensor([[0] * (longest - len(p)) + p for p in prompts])
    mask = torch.tensor([[0] * (longest - len(p)) + [1] * len(p) for p in prompts])

    @torch.inference_mode()
    def measure(warm):
        start = time.perf_counter()
        out = model.generate(input_ids=ids, attention_mask=mask, do_sample=False, max_new_tokens=new, pad_token_id=0)
        seconds = time.perf_counter() - start
        return seconds, len(prompts) * new, {"ids": out[:, longest:].tolist()}

    return measure


def peak_resident_bytes():
    status = pathlib.Path("/proc/self/status")
    lines = status.read_text().splitlines() if status.exists() else []
    return next((1024 * int(line.split()[1]) for line in lines if line.startswith("VmHWM:")), -1)


def main():
    transformers.utils.logging.disable_progress_bar()
    name, model, work = sys.argv[1], sys.argv[2], Workload(pathlib.Path(sys.argv[3]))
    torch.set_num_threads(work.settings["threads"])
    torch.manual_seed(0)
    if name.startswith("gemm-"):
        measure = gemm(int(name.removeprefix("gemm-")))
    else:
        tasks = {"score": score, "paper": paper, "shared": shared, "train": train, "epoch": epoch, "generate": generate}
        measure = tasks[name](transformers.LlamaForCausalLM.from_pretrained(model, dtype=torch.float32).eval(), work)
    for line in sys.stdin:
        seconds, count, more = measure(line.strip() == "warm")
        told = {"task": name, "seconds": [seconds], "tokens": count, "peak_rss_bytes": peak_resident_bytes(),
                "version": f"PyTorch {torch.__version__}, transformers {transformers.__version__}"}
        print(json.dumps(told | more), flush=True)


if __name__ == "__main__":
    main()
