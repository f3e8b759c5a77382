"""Gives the models and adapters that Engram has saved to transformers and PEFT.

    ./mvnw -pl engram-model -am test -Dtest=SavedFamiliesTest -Dsurefire.failIfNoSpecifiedTests=false
    python goldens/check_saved.py engram-model/target/saved-families

For each folder of golden/family: the saved copy loads without missing or unexpected weights, has the same bits in each, and
gives the same logits (to 1e-5: PyTorch rounds by where in memory a weight lies). Where there are NAME-merged and NAME-adapter too: both give, to 1e-5 nats a token, the log-probabilities that
Engram had after training (NAME-log-probs.json).
"""
import json
import pathlib
import sys

import torch
import transformers
from peft import PeftModel

from common import golden

ORIGINALS = golden("model", "family")


def load(folder):
    transformers.logging.set_verbosity_error()
    model, info = transformers.AutoModelForCausalLM.from_pretrained(
        folder, dtype=torch.float32, attn_implementation="eager", output_loading_info=True)
    for key in ("missing_keys", "unexpected_keys", "mismatched_keys"):
        assert not info.get(key), (folder, key, info[key])
    return model.eval()


def logits(model, ids):
    with torch.no_grad():
        return model(input_ids=torch.tensor([ids[:-1]]), use_cache=False).logits[0]


def log_probs(model, ids):
    return torch.log_softmax(logits(model, ids).double(), -1).gather(1, torch.tensor(ids[1:])[:, None])[:, 0]


def apart(model, sequences, expected):
    return max((log_probs(model, ids) - torch.tensor(e, dtype=torch.float64)).abs().max().item()
               for ids, e in zip(sequences, expected))


def main(saved):
    for original in sorted(ORIGINALS.iterdir()):
        name = original.name
        sequences = [s["ids"] for s in json.loads((original / "expected.json").read_text())["sequences"]]
        before, after = load(original), load(saved / name)
        weights = dict(after.named_parameters())
        assert all(torch.equal(p, weights.pop(key)) for key, p in before.named_parameters()) and not weights, name
        most = max((logits(before, ids) - logits(after, ids)).abs().max().item() for ids in sequences)
        assert most < 1e-5, (name, most)
        line = f"{name}: weights equal, logits {most:.0e} apart at most"
        trained = saved / f"{name}-log-probs.json"
        if trained.exists():
            expected = json.loads(trained.read_text())
            merged = apart(load(saved / f"{name}-merged"), sequences, expected)
            adapted = apart(PeftModel.from_pretrained(before, saved / f"{name}-adapter").eval(), sequences, expected)
            assert max(merged, adapted) < 1e-5, (name, merged, adapted)
            line += f"; trained, merged {merged:.1e} and adapted {adapted:.1e} nats apart at most"
        print(line)


if __name__ == "__main__":
    main(pathlib.Path(sys.argv[1]))
