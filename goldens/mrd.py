"""MRD by brute force in float64 on the tiny model `gqa-tied`, with exact second-order terms beside it.

    python goldens/mrd.py [--pairs 30000]

Writes engram-unlearn/src/test/resources/golden/mrd/gqa-tied.json. Antithetic pairs: every parameter gets normal noise, then
the same noise negated; a tied weight is one parameter with one noise. One noise is shared by all sequences and, scaled, by
all sigmas, so their errors are not independent. The forward pass is written out below, batched over draws, and checked against
transformers (in float64, see common.exact) before it is used.

Second order, per labelled token t, by central differences along every parameter (Richardson, two steps): the trace of the
Hessian of l_t = log p(x_t | x_<t) and the squared norm of its gradient.
"""
import argparse
import math

import torch

from common import exact, golden, load, write_json

SIGMAS, CLAMP, SEED = [0.001, 0.01, 0.03], 1e-6, 41
# (length, label_start): the third has all tokens labelled but the first, the fourth one labelled token
SHAPES = [(8, 4), (12, 6), (9, 1), (7, 6), (16, 5), (5, 2)]


class Llama:
    """The forward pass of a tied Llama, its parameters one row a draw: [draws, parameters]."""

    def __init__(self, model):
        self.config = model.config
        self.names = [k for k, _ in model.named_parameters()]
        assert "lm_head.weight" not in self.names
        self.shapes = [p.shape for _, p in model.named_parameters()]
        self.flat = torch.cat([p.detach().double().reshape(-1) for _, p in model.named_parameters()])

    def log_probs(self, flat, ids):
        """[draws, len(ids) - 1]: log p(x_t | x_<t)."""
        c, d, at, w = self.config, flat.shape[0], 0, {}
        for name, shape in zip(self.names, self.shapes):
            w[name] = flat[:, at:at + shape.numel()].reshape(d, *shape)
            at += shape.numel()
        heads, kv = c.num_attention_heads, c.num_key_value_heads
        size = c.head_dim
        t = len(ids) - 1

        def linear(x, name):
            return x @ w[name + ".weight"].transpose(1, 2)

        def norm(x, name):
            return w[name + ".weight"][:, None] * x / torch.sqrt(x.pow(2).mean(-1, keepdim=True) + c.rms_norm_eps)

        positions = torch.arange(t).double()
        angles = positions[:, None] * c.rope_parameters["rope_theta"] ** (-torch.arange(0, size, 2).double() / size)
        cos, sin = angles.cos(), angles.sin()

        def rotate(x):  # [draws, heads, t, size]
            a, b = x[..., :size // 2], x[..., size // 2:]
            return torch.cat((a * cos - b * sin, b * cos + a * sin), -1)

        mask = torch.full((t, t), -math.inf, dtype=torch.float64).triu(1)
        x = w["model.embed_tokens.weight"][:, ids[:-1]]
        for i in range(c.num_hidden_layers):
            layer = f"model.layers.{i}."
            h = norm(x, layer + "input_layernorm")
            q, k, v = (linear(h, f"{layer}self_attn.{n}_proj").reshape(d, t, -1, size).transpose(1, 2) for n in "qkv")
            q, k = rotate(q), rotate(k)
            k, v = (y.repeat_interleave(heads // kv, 1) for y in (k, v))
            a = torch.softmax(q @ k.transpose(2, 3) / size ** 0.5 + mask, -1) @ v
            x = x + linear(a.transpose(1, 2).reshape(d, t, -1), layer + "self_attn.o_proj")
            h = norm(x, layer + "post_attention_layernorm")
            gate, up = linear(h, layer + "mlp.gate_proj"), linear(h, layer + "mlp.up_proj")
            x = x + linear(gate * torch.sigmoid(gate) * up, layer + "mlp.down_proj")
        logits = linear(norm(x, "model.norm"), "model.embed_tokens")
        labels = torch.tensor(ids[1:]).expand(d, t)
        return torch.log_softmax(logits, -1).gather(2, labels[:, :, None])[:, :, 0]

    def check(self, model, sequences):
        for ids in sequences:
            logits = model(input_ids=torch.tensor([ids]), use_cache=False).logits[0, :-1]
            theirs = torch.log_softmax(logits, -1).gather(1, torch.tensor(ids[1:])[:, None])[:, 0]
            ours = self.log_probs(self.flat[None], ids)[0]
            assert (theirs - ours).abs().max() < 1e-11, (theirs - ours).abs().max()


class Moments:
    def __init__(self):
        self.count, self.sum, self.squares = 0, 0.0, 0.0

    def add(self, values):
        self.count += values.numel()
        self.sum += values.sum().item()
        self.squares += (values ** 2).sum().item()

    def mean(self):
        return self.sum / self.count

    def deviation(self):
        return math.sqrt((self.squares / self.count - self.mean() ** 2) * self.count / (self.count - 1))

    def report(self):
        return {"mean": self.mean(), "standard_error": self.deviation() / math.sqrt(self.count)}


def second_order(llama, ids, chunk=100):
    """(trace of the Hessian, squared gradient norm) of every l_t, over all parameters."""
    p = llama.flat.numel()
    base = llama.log_probs(llama.flat[None], ids)[0]
    trace, squares = torch.zeros_like(base), torch.zeros_like(base)
    for start in range(0, p, chunk):
        rows = torch.arange(start, min(p, start + chunk))
        found = []
        for h in (1e-3, 2e-3):
            moved = llama.flat.expand(len(rows), p).clone()
            moved[torch.arange(len(rows)), rows] += h
            plus = llama.log_probs(moved, ids)
            moved[torch.arange(len(rows)), rows] -= 2 * h
            minus = llama.log_probs(moved, ids)
            found.append(((plus + minus - 2 * base) / h ** 2, (plus - minus) / (2 * h)))
        second, first = ((4 * a - b) / 3 for a, b in zip(*found))
        trace += second.sum(0)
        squares += (first ** 2).sum(0)
    return trace, squares


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--pairs", type=int, default=30_000)
    pairs = parser.parse_args().pairs
    model = exact(load(golden("model", "llama", "gqa-tied")))
    llama = Llama(model)
    generator = torch.Generator().manual_seed(SEED)
    sequences = [(torch.randint(3, 96, (n,), generator=generator).tolist(), s) for n, s in SHAPES]
    llama.check(model, [ids for ids, _ in sequences])

    with torch.no_grad():
        rows = []
        for ids, start in sequences:
            base = llama.log_probs(llama.flat[None], ids)[0]
            trace, squares = second_order(llama, ids)
            l, trace, squares = base[start - 1:], trace[start - 1:], squares[start - 1:]
            n = len(l)
            rows.append({
                "ids": ids, "label_start": start, "labelled_tokens": n, "log_probs": l.tolist(),
                "hessian_traces": trace.tolist(), "squared_gradient_norms": squares.tolist(),
                # times sigma^2: the signed mean of r to second order (its absolute value is MRD); Theorem 3.2, with the
                # absolute value of every token's trace; the gradient term, sum of |grad l|^2 / l^2
                "second_order_signed": -(trace / l).sum().item() / (2 * n),
                "theorem_mean": (trace.abs() / l.abs()).sum().item() / (2 * n),
                "gradient_term_mean": (squares / l ** 2).sum().item() / (2 * n),
            })
            print(ids, start, [rows[-1][k] for k in ("second_order_signed", "theorem_mean", "gradient_term_mean")])
    # the squared gradient norms against autograd
    for (ids, start), row in zip(sequences, rows):
        flat = llama.flat.clone().requires_grad_()
        l = llama.log_probs(flat[None], ids)[0, start - 1:]
        for value, squared in zip(l, row["squared_gradient_norms"]):
            g, = torch.autograd.grad(value, flat, retain_graph=True)
            assert abs((g ** 2).sum().item() - squared) < 1e-6 * squared

    keys, readings = ("signed", "absolute", "odd"), ("mean", "sum")
    moments = [[{(k, t): Moments() for k in keys for t in readings} for _ in sequences] for _ in SIGMAS]
    generator.manual_seed(SEED + 1)
    with torch.no_grad():
        bases = [llama.log_probs(llama.flat[None], ids)[:, start - 1:] for ids, start in sequences]
        for at in range(0, pairs, 100):
            normal = torch.randn(min(100, pairs - at), llama.flat.numel(), generator=generator, dtype=torch.float64)
            for sigma, of_sigma in zip(SIGMAS, moments):
                plus, minus = llama.flat + sigma * normal, llama.flat - sigma * normal
                for (ids, start), base, found in zip(sequences, bases, of_sigma):
                    below = torch.minimum(base, torch.tensor(-CLAMP, dtype=torch.float64))
                    r = [(base - llama.log_probs(moved, ids)[:, start - 1:]) / below for moved in (plus, minus)]
                    assert all(x.isfinite().all() for x in r)
                    for tokens in readings:
                        a, b = (getattr(x, tokens)(1) for x in r)
                        found["signed", tokens].add((a + b) / 2)
                        found["absolute", tokens].add((a.abs() + b.abs()) / 2)
                        found["odd", tokens].add((a - b) / 2)
    results = []
    for sigma, of_sigma in zip(SIGMAS, moments):
        entry = {"sigma": sigma, "pairs": pairs, "samples": []}
        for row, found in zip(rows, of_sigma):
            sample = {}
            for tokens in readings:
                signed, absolute = found["signed", tokens], found["absolute", tokens]
                error = signed.deviation() / math.sqrt(pairs)
                sample[f"outside_{tokens}"] = {"mrd": abs(signed.mean()), "signed": signed.mean(), "standard_error": error,
                                               "pair_deviation": signed.deviation(),
                                               "odd_deviation": found["odd", tokens].deviation()}
                sample[f"inside_{tokens}"] = {"mrd": absolute.mean(),
                                              "standard_error": absolute.deviation() / math.sqrt(pairs)}
            entry["samples"].append(sample)
            mean = sample["outside_mean"]
            expected = sigma ** 2 * row["second_order_signed"]
            print(sigma, mean["signed"], "+-", mean["standard_error"], "second order", expected,
                  "inside", sample["inside_mean"]["mrd"], flush=True)
            assert sigma > 0.001 or abs(mean["signed"] - expected) < 4.5 * mean["standard_error"]
        results.append(entry)
    write_json(golden("unlearn", "mrd") / "gqa-tied.json", {
        "model": "gqa-tied", "clamp": CLAMP, "scope": "answer", "sequences": rows, "results": results})


if __name__ == "__main__":
    main()
