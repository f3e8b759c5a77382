"""Two plain SGD updates of the methods beyond the paper's, in float64 by PyTorch's autograd on full logits and states.

    python goldens/more_methods.py

Reads the models of tiny_llamas.py and inputs.json and the reference models of method_gradients.py; writes more.json into
engram-unlearn/src/test/resources/golden/methods/. `sg` of a formula is written as detach().
"""
import json
import math

import torch
import torch.nn.functional as F

from common import exact, golden, load, write_json
from method_gradients import BETA, KL, L, LR, MODELS, S, W_F, W_R, distributions, mean, n

STEPS = 2
SIM_BETA, SIM_DELTA = 1.5, 5.0  # the tiny models are at 5.3 nats a token
WGA_BETA, WGA_OTHER_WORDS, UNDIAL_BETA = 0.25, 0.2, 10.0
ALTPO_BETA, TNPO_BETA, TNPO_ALPHA = 0.05, 4.0, 0.5
SATIMP_SATURATION, SATIMP_IMPORTANCE = 0.5, 2.0
RMU_LAYER, RMU_STEERING = 0, 2.0
SAM_RHO = 0.5
FIT_LR = 1.0  # gqa-untied finds no lowest point at first


def token_mean(batch, per_token):
    return sum(per_token(x).sum() for x in batch) / sum(n(x) for x in batch)


def simnpo(model, x):
    return -2 / SIM_BETA * F.logsigmoid(SIM_BETA * (S(model, x) / n(x) - SIM_DELTA))


def dpo(model, reference, answer, refusal, beta=BETA):
    def ratio(y):
        return S(reference, y).detach() - S(model, y)
    return -2 / beta * F.logsigmoid(beta * (ratio(refusal) - ratio(answer)))


def own_log_p(model, x):
    log_p, labels = distributions(model, x)
    return log_p.gather(1, labels[:, None])[:, 0]


def flat(model, answer, refusal):
    """Total variation between the answers' and the refusals' mean probability, both through g*(v) = tanh(v) / 2."""
    return own_log_p(model, answer).exp().mean().tanh() / 2 - own_log_p(model, refusal).exp().mean().tanh() / 2


def tnpo(model, reference, x, alpha):
    own, start = own_log_p(model, x), own_log_p(reference, x)
    p, p_ref = own.exp().detach(), start.exp().detach()
    return 2 * p ** (TNPO_BETA + alpha) / (p ** TNPO_BETA + p_ref ** TNPO_BETA) * own


def pdu(model, x):
    logits = model(input_ids=torch.tensor([x["ids"]]), use_cache=False).logits[0, x["label_start"] - 1:-1]
    return (logits.max(-1).values - logits.mean(-1)) ** 2


def wga(model, x):
    log_p, labels = distributions(model, x)
    own = log_p.gather(1, labels[:, None])[:, 0]
    return own.exp().detach() ** WGA_BETA * own


def wga_of_facts(model, x):
    """Every third token is of the fact."""
    n = len(x["ids"]) - x["label_start"]
    shares = torch.tensor([1 if t % 3 == 0 else WGA_OTHER_WORDS for t in range(n)], dtype=torch.float64)
    return shares / shares.mean() * wga(model, x)


def satimp(model, x):
    log_p, labels = distributions(model, x)
    own = log_p.gather(1, labels[:, None])[:, 0]
    p = own.exp()
    return (p ** SATIMP_SATURATION * (1 - p) ** SATIMP_IMPORTANCE).detach() * own


def to_target(target, log_p):
    """KL(target || model) of each token, the target a constant; what F.cross_entropy has more is the target's entropy."""
    target = target.detach()
    entropy = -torch.special.xlogy(target, target).sum(-1)
    return F.cross_entropy(log_p, target, reduction="none") - entropy


def undial(model, reference, x):
    log_p, labels = distributions(model, x)
    adjusted = distributions(reference, x)[0] - UNDIAL_BETA * F.one_hot(labels, log_p.shape[1])
    return to_target(adjusted.softmax(-1), log_p)


def ceu(model, x):
    log_p, labels = distributions(model, x)
    without = log_p.masked_fill(F.one_hot(labels, log_p.shape[1]).bool(), -math.inf)
    return to_target(without.softmax(-1), log_p)


def states(model, x):
    """What layer RMU_LAYER gives at the positions that predict the labelled tokens."""
    out = model(input_ids=torch.tensor([x["ids"]]), use_cache=False, output_hidden_states=True)
    return out.hidden_states[RMU_LAYER + 1][0, x["label_start"] - 1:-1]


def rmu(model, x, target):
    return ((states(model, x) - target) ** 2).mean()  # over d and over the sequence's tokens


def losses(data, direction):
    """CASE: (formula, forget loss, retain loss, how the gradients are put together)."""
    f, r, p = data["forget"], data["retain"], data["refusal"]

    def nll(m, ref):
        return L(m, r)

    def kept(m, ref):
        return mean([rmu(m, x, states(ref, x).detach()) for x in r])

    def total(g_f, g_r):
        return [W_F * a + W_R * b for a, b in zip(g_f, g_r)]

    def alone(g_f, g_r):
        return [W_F * a for a in g_f]

    def inner(a, b):
        return sum((x * y).sum() for x, y in zip(a, b))

    def normalised(g_f, g_r):
        return [a / inner(g_f, g_f).sqrt() + b / inner(g_r, g_r).sqrt() for a, b in zip(g_f, g_r)]

    def rectified(g_f, g_r):
        cut = torch.clamp(inner(g_f, g_r), max=0) / inner(g_r, g_r)
        assert cut < 0
        return [a - cut * b for a, b in zip(g_f, g_r)]

    return {
        "simnpo": ("(-2/beta) mean log sigmoid(beta (S/n - delta))",
                   lambda m, ref: mean([simnpo(m, x) for x in f]), nll, total),
        "simnpo-sam": ("simnpo, its gradient g_F taken at theta + rho g_F/|g_F|",
                       lambda m, ref: mean([simnpo(m, x) for x in f]), nll, total),
        "dpo": ("(-2/beta) mean log sigmoid(beta ((S_ref - S)(refusal) - (S_ref - S)(answer)))",
                lambda m, ref: mean([dpo(m, ref, a, b) for a, b in zip(f, p)]), nll, total),
        "altpo": ("as dpo, with an alternative answer in the refusal's place",
                  lambda m, ref: mean([dpo(m, ref, a, b, ALTPO_BETA) for a, b in zip(f, p)]), nll, total),
        "flat": ("mean over sequences of tanh(mean p of the answer)/2 - tanh(mean p of the refusal)/2",
                 lambda m, ref: mean([flat(m, a, b) for a, b in zip(f, p)]), nll, alone),
        "tnpo": ("mean over tokens of sg(2 p^beta / (p^beta + p_ref^beta)) log p",
                 lambda m, ref: token_mean(f, lambda x: tnpo(m, ref, x, 0)), nll, total),
        "wtnpo": ("mean over tokens of sg(2 p^(beta + alpha) / (p^beta + p_ref^beta)) log p",
                  lambda m, ref: token_mean(f, lambda x: tnpo(m, ref, x, TNPO_ALPHA)), nll, total),
        "pdu": ("mean over tokens of (max z - mean z)^2",
                lambda m, ref: token_mean(f, lambda x: pdu(m, x)), nll, total),
        "wga": ("mean over tokens of sg(p)^beta log p",
                lambda m, ref: token_mean(f, lambda x: wga(m, x)), nll, total),
        "wga-facts": ("mean over tokens of a sg(p)^beta log p, a 1 for tokens of facts and less for others, over its mean",
                      lambda m, ref: token_mean(f, lambda x: wga_of_facts(m, x)), nll, total),
        "satimp": ("mean over tokens of sg(p^saturation (1 - p)^importance) log p",
                   lambda m, ref: token_mean(f, lambda x: satimp(m, x)), nll, total),
        "undial": ("mean over tokens of KL(softmax(z_ref - beta onehot) || model); retain: KL(reference || model)",
                   lambda m, ref: token_mean(f, lambda x: undial(m, ref, x)), lambda m, ref: KL(ref, m, r), total),
        "ceu": ("mean over tokens of KL(softmax(sg(z), true token -inf) || model)",
                lambda m, ref: token_mean(f, lambda x: ceu(m, x)), nll, alone),
        "rmu": ("mean over sequences, tokens, d of (h - steering u)^2; retain: (h - h_ref)^2; layer 0 alone is trained",
                lambda m, ref: mean([rmu(m, x, RMU_STEERING * direction) for x in f]), kept, total),
        "rmu-adaptive": ("as rmu, with steering |h_ref| u as the target of each token",
                         lambda m, ref: mean([rmu(m, x, RMU_STEERING * states(ref, x).detach().norm(dim=1, keepdim=True)
                                                  * direction) for x in f]), kept, total),
        "ngdiff": ("direction g_F/|g_F| + g_R/|g_R| of -L(F) and L(R)", lambda m, ref: -L(m, f), nll, normalised),
        "ngdiff-fitted": ("the same; the step's length s at the lowest point of the parabola through L(R) at s = -1, 0, 1; "
                          "the next step is that much longer", lambda m, ref: -L(m, f), nll, normalised),
        "gru": ("direction g_F - min(0, g_F.g_R)/|g_R|^2 g_R of -L(F) and L(R and the first two of F), which conflict",
                lambda m, ref: -L(m, f), lambda m, ref: L(m, r + f[:2]), rectified),
    }


def sketch(change):
    """Two inner products that tell a tensor's values and their places apart: with cos(i) and with sin(0.7 i), i row by row."""
    flat = change.flatten()
    i = torch.arange(flat.numel(), dtype=torch.float64)
    return [(flat * torch.cos(i)).sum().item(), (flat * torch.sin(0.7 * i)).sum().item()]


def move(weights, step, length):
    with torch.no_grad():
        for p, d in zip(weights, step):
            p.add_(d, alpha=length)


def fitted(weights, step, loss):
    """The best length of a step, from the loss at both its ends."""
    here = loss().item()
    move(weights, step, 1)
    ahead = loss().item()
    move(weights, step, -2)
    behind = loss().item()
    move(weights, step, 1)
    curvature = behind - 2 * here + ahead
    return min(10, max(0.1, (behind - ahead) / (2 * curvature))) if curvature > 0 and behind > ahead else 1


def sharpened(weights, gradient, loss):
    """The gradient of the loss where the weights are moved by SAM_RHO along the gradient."""
    length = SAM_RHO / torch.sqrt(sum((g ** 2).sum() for g in gradient))
    move(weights, gradient, length)
    there = torch.autograd.grad(loss(), list(weights))
    move(weights, gradient, -length)
    return there


def run(name, case, data, direction):
    formula, forget, retain, combine = losses(data, direction)[case]
    model, reference = exact(load(golden("model", "llama", name))), exact(load(golden("unlearn", "methods", f"{name}-reference")))
    trained = {k: p for k, p in model.named_parameters() if not case.startswith("rmu") or k.startswith(f"model.layers.{RMU_LAYER}.")}
    start = {k: p.detach().clone() for k, p in trained.items()}
    row = {"formula": formula, "forget_loss": [], "retain_loss": [], "gradient_norm": []}
    rate = FIT_LR if case == "ngdiff-fitted" else LR
    for _ in range(STEPS):
        values = forget(model, reference), retain(model, reference)
        g_f, g_r = (torch.autograd.grad(v, list(trained.values())) for v in values)
        if case.endswith("-sam"):
            g_f = sharpened(trained.values(), g_f, lambda: forget(model, reference))
        direction_of_step = combine(g_f, g_r)
        row["forget_loss"].append(values[0].item())
        row["retain_loss"].append(values[1].item())
        row["gradient_norm"].append(torch.sqrt(sum((g ** 2).sum() for g in direction_of_step)).item())
        step = [-rate * g for g in direction_of_step]
        length = fitted(trained.values(), step, lambda: retain(model, reference)) if case == "ngdiff-fitted" else 1
        move(trained.values(), step, length)
        rate *= length
        row.setdefault("length", []).append(length)
    row["change"] = {k: sketch(p.detach() - start[k]) for k, p in trained.items()}
    print(name, case, row["forget_loss"], row["retain_loss"], row["gradient_norm"], row["length"])
    return row


def main():
    out = golden("unlearn", "methods")
    data = json.loads((out / "inputs.json").read_text())
    generator = torch.Generator().manual_seed(23)
    width = exact(load(golden("model", "llama", MODELS[0]))).config.hidden_size
    direction = torch.rand(width, generator=generator, dtype=torch.float64)
    direction = direction / direction.norm()
    result = {"learning_rate": LR, "steps": STEPS, "forget_weight": W_F, "retain_weight": W_R, "dpo_beta": BETA,
              "simnpo_beta": SIM_BETA, "simnpo_delta": SIM_DELTA, "wga_beta": WGA_BETA, "wga-facts_beta": WGA_BETA, "wga-facts_other_words": WGA_OTHER_WORDS, "altpo_beta": ALTPO_BETA,
              "tnpo_beta": TNPO_BETA, "tnpo_alpha": 0.0, "wtnpo_beta": TNPO_BETA, "wtnpo_alpha": TNPO_ALPHA, "undial_beta": UNDIAL_BETA,
              "satimp_saturation": SATIMP_SATURATION, "satimp_importance": SATIMP_IMPORTANCE,
              "fit_learning_rate": FIT_LR, "sam_rho": SAM_RHO, "rmu_layer": RMU_LAYER, "rmu_steering": RMU_STEERING, "rmu_direction": direction.tolist()}
    for name in MODELS:
        result[name] = {case: run(name, case, data, direction) for case in losses(data, direction)}
    write_json(out / "more.json", result)


if __name__ == "__main__":
    main()
