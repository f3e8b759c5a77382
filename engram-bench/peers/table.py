"""The readings of engram-bench/compare as tables: medians, ratios, shares of the matrix product's rate, errors."""
import json
import pathlib
import platform
from statistics import fmean, median

# As the launcher sets them.
LAUNCHER = {"OPENBLAS_THREAD_TIMEOUT": "14", "MALLOC_MMAP_THRESHOLD_": "1073741824", "MALLOC_TRIM_THRESHOLD_": "4294967296",
            "MALLOC_TOP_PAD_": "67108864"}
PAPER_DRAWS = 200


def lines(file):
    return [json.loads(line) for line in file.read_text().splitlines()]


def cpu():
    info = pathlib.Path("/proc/cpuinfo")
    names = [line for line in info.read_text().splitlines() if line.startswith("model name")] if info.exists() else []
    return names[0].split(":", 1)[1].strip() if names else platform.processor()


def forward_flop(config, sample):
    """What scoring a sample needs at least: 2 a weight of the layers' products a token, 4 a pair of tokens, head and
    dimension of attention with no pair beyond the causal ones, 2 a weight of the head a labelled token. The last token
    predicts nothing and isn't counted; nor is padding, the logits of other tokens, norms or softmax."""
    hidden, heads, layers = config["hidden_size"], config["num_attention_heads"], config["num_hidden_layers"]
    width = config.get("head_dim") or hidden // heads
    kv = config.get("num_key_value_heads", heads)
    weights = layers * (2 * hidden * width * (heads + kv) + 3 * hidden * config["intermediate_size"])
    tokens = len(sample["ids"]) - 1
    attention = layers * 4 * heads * width * tokens * (tokens + 1) / 2
    labelled = len(sample["ids"]) - sample["label_start"]
    return 2 * weights * tokens + attention + 2 * config["vocab_size"] * hidden * labelled


def flop(model, folder, settings):
    """Of a measurement of each task; a backward pass counts twice a forward one."""
    config, forget = json.loads((model / "config.json").read_text()), lines(folder / "forget.jsonl")
    batch = sum(forward_flop(config, forget[i]) for i in settings["train_samples"])
    return {"score": sum(forward_flop(config, s) for s in forget), "train": 3 * batch * settings["steps"],
            "samples": len(forget), "tokens": sum(len(s["ids"]) for s in forget)}


def seconds(readings, less=None):
    return [r["seconds"][0] - (r[less] if less else 0) for r in readings]


def seconds_a_draw(readings):
    """Of Algorithm 1: a sample and draw."""
    return [r["seconds"][0] / r["samples"] / r["passes"] for r in readings]


def span(values, form="{:.3g}"):
    return f"{form} ({form}–{form})".format(median(values), min(values), max(values))


def memory(readings):
    return f"{max(r['peak_rss_bytes'] for r in readings) / 1e9:.2f}"


def ratio(theirs, ours):
    """Of the medians; in brackets the smallest and largest of the rounds' own."""
    rounds = [a / b for a, b in zip(theirs, ours)]
    return f"**{median(theirs) / median(ours):.2f}** ({min(rounds):.2f}–{max(rounds):.2f})"


def agreement(theirs, ours):
    a, b = theirs[-1], ours[-1]
    if "ids" in a:
        pairs = [x == y for p, q in zip(a["ids"], b["ids"]) for x, y in zip(p, q)]
        return f"{sum(pairs)} of {len(pairs)} tokens equal"
    return f"differ by {abs(a['check'] / b['check'] - 1):.0e}" if "check" in a and "passes" not in a else ""


def rows(result):
    theirs, ours, settings = result["readings"]["pytorch"], result["readings"]["engram"], result["settings"]
    wanted = [("gemm-1024", "product of 1024² matrices", None), ("gemm-2048", "product of 2048² matrices", None),
              ("paper", f"(a) Algorithm 1, a sample, a draw; {len(settings['paper_samples'])} × {settings['paper_draws']}", None),
              ("score", f"(c) scoring {result['flop']['samples']} samples", None),
              ("train", f"(d) {settings['steps']} training steps of {len(settings['train_samples'])} samples", None),
              ("epoch", f"(e) {settings['updates']} updates of NPO, the reference's passes counted", None),
              ("epoch", "(e) the same, without them", "reference_seconds"),
              ("generate", f"(f) {len(settings['prompt_samples'])} × {settings['new_tokens']} tokens, greedy", None)]
    for task, label, less in wanted:
        if task in theirs:
            a, b = ((seconds_a_draw(r) if task == "paper" else seconds(r, less)) for r in (theirs[task], ours[task]))
            yield [label, len(a), span(a), span(b), ratio(a, b), memory(theirs[task]), memory(ours[task]),
                   agreement(theirs[task], ours[task])]


def mrd_rows(result):
    """Against Algorithm 1 scaled to all samples, and against shared draws. At equal error: the time that a squared error
    costs, seconds times squared error, one divided by the other; a plain draw's variance is that of the shared draws."""
    theirs, ours = result["readings"]["pytorch"], result["readings"]["engram"]
    if "shared" not in theirs:
        return
    shared = theirs["shared"]
    passes, samples = shared[0]["passes"], shared[0]["samples"]
    plain = [("(b) shared draws, batched", median(seconds(shared)) / passes)]
    if "paper" in theirs:
        each = median(seconds_a_draw(theirs["paper"]))
        plain.insert(0, ("(a) Algorithm 1, scaled to all samples", each * samples))
    variance = fmean(r["squared_error"] for r in shared) * passes
    for task, readings in ours.items():
        if not task.startswith("mrd:"):
            continue
        each = median(seconds(readings)) / readings[0]["passes"]
        own = fmean(float(r["squared_error"]) for r in readings) * readings[0]["passes"]
        for label, peer in plain:
            yield [label, task[4:], f"{peer:.3g}", f"{each:.3g}", f"{peer * PAPER_DRAWS / 60:.3g}",
                   f"{each * PAPER_DRAWS / 60:.3g}", f"**{peer / each:.2f}**", f"{variance ** 0.5:.2g}",
                   f"{own ** 0.5:.2g}", f"**{peer * variance / (each * own):.1f}**"]


def rate_rows(result):
    sides, names = result["readings"], {"pytorch": "PyTorch", "engram": "Engram"}
    products = [(2 * size ** 3, f"gemm-{size}") for size in (1024, 2048)]
    peak = max((work / min(seconds(sides[s][t])) for work, t in products for s in names if t in sides[s]), default=None)
    for task, label in (("gemm-1024", "product of 1024²"), ("gemm-2048", "product of 2048²"), ("score", "(c) scoring"),
                        ("train", "(d) training steps")):
        work = dict((t, w) for w, t in products).get(task) or result["flop"][task]
        for side, name in names.items():
            if peak and task in sides[side]:
                rates = [work / s for s in seconds(sides[side][task])]
                yield [label, name, f"{work / 1e9:.4g}", span([r / 1e9 for r in rates]), f"{100 * median(rates) / peak:.0f} %"]


def markdown_table(head, body):
    body = [list(map(str, row)) for row in body]
    return "\n".join("| " + " | ".join(row) + " |" for row in [head, ["---"] * len(head), *body]) if body else ""


def version(result, side):
    return next(iter(result["readings"][side].values()))[0]["version"]


def about_side(result, side, more):
    preload = result["preload"][side]
    return (f"{version(result, side)}{more}, OMP_WAIT_POLICY {result['wait_policy'][side] or 'not set'}, "
            f"preloaded {pathlib.Path(preload).name if preload else 'nothing'}")


def other_load(result):
    """What tells whether the machine was free: cores that other processes kept busy, in the mean and at worst."""
    shares = [r["other_cores"] for tasks in result["readings"].values() for rs in tasks.values() for r in rs]
    return f"other processes kept {fmean(shares):.2f} cores busy, at most {max(shares):.2f} during a reading"


def markdown(result):
    sizes, settings, counts = result["sizes"], result["settings"], result["flop"]
    batches = f", batches of {settings['peer_batch']}, micro-batches of {settings['peer_micro_batch']}"
    head = (f"### {result['model']}, {sizes['forget']}: {counts['samples']} samples, {counts['tokens']} tokens\n\n"
            f"{result['cpu']}, {result['threads']} threads, float32, {result['rounds']} rounds in turn; {other_load(result)}. "
            f"{', '.join(f'{k}={v}' for k, v in result['environment'].items())}{'. ' if result['environment'] else ''}"
            f"PyTorch side: {about_side(result, 'pytorch', batches)}. Engram side: {about_side(result, 'engram', '')}. "
            f"Seconds: median (min–max).")
    times = markdown_table(["task", "n", "PyTorch, s", "Engram, s", "PyTorch / Engram", "peak GB, PyTorch", "peak GB, Engram",
                            "results"], rows(result))
    mrd = markdown_table(["PyTorch", "Engram", "s a pass, PyTorch", "s a pass, Engram", "min for K = 200, PyTorch",
                          "min for K = 200, Engram", "ratio at equal draws", "sd a pass, PyTorch", "sd a pass, Engram",
                          "ratio at equal error"], mrd_rows(result))
    rates = markdown_table(["task", "side", "GFLOP", "GFLOP/s", "of the best product"], rate_rows(result))
    about = f"(a), (b) MRD of all {result['flop']['samples']} samples, σ = {result['sigma']}" if mrd else ""
    return "\n\n".join(part for part in (head, times, about, mrd, rates) if part) + "\n"
