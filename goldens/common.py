"""What the golden scripts share: output folders, JSON with one item a line, sequences scored by transformers.

Not run by itself.
"""
import json
import os
import pathlib

os.environ.setdefault("HF_HUB_OFFLINE", "1")
os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")

ROOT = pathlib.Path(__file__).resolve().parent.parent


def golden(module, *parts):
    """The resource folder of a module's golden files, made where missing."""
    folder = ROOT.joinpath(f"engram-{module}", "src", "test", "resources", "golden", *parts)
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def write_json(path, data):
    """Writes an object with one line a key, and one line an item where a value is a list of objects or lists.

    Numbers are written as Python's shortest representation that reads back as the same double; NaN is refused.
    """
    def dump(value):
        return json.dumps(value, ensure_ascii=False, allow_nan=False)

    def block(value, indent):
        pad = " " * indent
        if isinstance(value, list) and value and isinstance(value[0], (dict, list)):
            return "[\n" + ",\n".join(f"{pad}  {dump(v)}" for v in value) + f"\n{pad}]"
        if isinstance(value, dict) and any(isinstance(v, (dict, list)) for v in value.values()) and indent < 4:
            return "{\n" + ",\n".join(f"{pad}  {dump(k)}: {block(v, indent + 2)}" for k, v in value.items()) + f"\n{pad}}}"
        return dump(value)

    text = block(data, 0) + "\n"
    assert json.loads(text) == data
    pathlib.Path(path).write_text(text, encoding="utf-8")


def tidy(folder):
    """safetensors writes its files readable by their owner alone; golden files are for everyone."""
    for path in pathlib.Path(folder).rglob("*"):
        if path.is_file():
            path.chmod(0o644)


def log_probs(model, ids):
    """log p(x_t | x_<t), t = 1.. : log-softmax in float64 over the model's logits; one sequence, no padding."""
    import torch
    if len(ids) < 2:
        return []
    with torch.no_grad():
        logits = model(input_ids=torch.tensor([ids]), use_cache=False).logits[0, :-1].double()
    chosen = torch.log_softmax(logits, -1).gather(1, torch.tensor(ids[1:])[:, None])[:, 0]
    return chosen.tolist()


def greedy(model, ids, limit, eos, cache=False):
    """The greedy continuation, up to `limit` tokens: (new ids, stopped at eos, least top-2 margin)."""
    import torch
    ids, new, least, past = list(ids), [], float("inf"), None
    for _ in range(limit):
        with torch.no_grad():
            out = model(input_ids=torch.tensor([ids[-1:] if past else ids]), past_key_values=past, use_cache=cache)
        past = out.past_key_values if cache else None
        top = torch.topk(out.logits[0, -1].double(), 2)
        least = min(least, (top.values[0] - top.values[1]).item())
        token = top.indices[0].item()
        if token == eos:
            return new, True, least
        new.append(token)
        ids.append(token)
    return new, False, least


def load(folder, dtype="float32"):
    """A causal language model from a folder, in the dtype given, with sdpa attention, for evaluation."""
    import torch
    import transformers
    transformers.logging.set_verbosity_error()
    model = transformers.AutoModelForCausalLM.from_pretrained(
        folder, dtype=getattr(torch, dtype), attn_implementation="sdpa")
    return model.eval()


def exact(model):
    """Turns a Llama into float64 throughout.

    transformers computes the norms and the rotary angles in float32 whatever the model's dtype; here they are replaced
    by the same formulas in float64, so that a gradient or a perturbation is exact to double precision.
    """
    import types
    import torch
    from transformers.models.llama.modeling_llama import LlamaRMSNorm

    def norm(self, x):
        return self.weight * (x * torch.rsqrt(x.pow(2).mean(-1, keepdim=True) + self.variance_epsilon))

    def rotary(self, x, position_ids):
        angles = position_ids[:, :, None].double() * self.exact_inv_freq[None, None, :]
        angles = torch.cat((angles, angles), dim=-1)
        return angles.cos(), angles.sin()

    model = model.double()
    for module in model.modules():
        if isinstance(module, LlamaRMSNorm):
            module.forward = types.MethodType(norm, module)
    config, rope = model.config, model.model.rotary_emb
    head = getattr(config, "head_dim", None) or config.hidden_size // config.num_attention_heads
    assert config.rope_parameters["rope_type"] == "default"
    rope.exact_inv_freq = config.rope_parameters["rope_theta"] ** (-torch.arange(0, head, 2).double() / head)
    rope.forward = types.MethodType(rotary, rope)
    return model
