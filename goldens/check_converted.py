"""Checks that folders written by `engram convert` give the same log-probabilities in transformers.

    python goldens/check_converted.py EXPECTED FOLDER [EXPECTED FOLDER ...]

EXPECTED: an expected.json with `sequences` of {`ids`, `log_probs`}. Says the largest difference of each; ends with exit code 1 where
one is above 1e-4 nats. For all files of tiny_ggufs.py:

    for d in engram-model/src/test/resources/golden/gguf/*/; do n=$(basename $d)
      ./engram convert $d/model.gguf converted/$n --dtype float32 && python goldens/check_converted.py $d/expected.json converted/$n; done
"""
import json
import pathlib
import sys

import torch
import transformers

LIMIT = 1e-4


def difference(expected, folder):
    model, info = transformers.AutoModelForCausalLM.from_pretrained(
        folder, dtype=torch.float32, attn_implementation="eager", output_loading_info=True)
    assert not any(info[key] for key in ("missing_keys", "unexpected_keys", "mismatched_keys")), info
    worst = 0.0
    for one in json.loads(pathlib.Path(expected).read_text())["sequences"]:
        ids = one["ids"]
        if len(ids) < 2:
            continue
        with torch.no_grad():
            logits = model.eval()(input_ids=torch.tensor([ids[:-1]]), use_cache=False).logits[0].double()
        found = torch.log_softmax(logits, -1).gather(1, torch.tensor(ids[1:])[:, None])[:, 0]
        worst = max(worst, (found - torch.tensor(one["log_probs"], dtype=torch.double)).abs().max().item())
    return worst


def main():
    transformers.logging.set_verbosity_error()
    pairs = list(zip(sys.argv[1::2], sys.argv[2::2]))
    if not pairs or len(sys.argv) % 2 == 0:
        sys.exit(__doc__)
    worst = 0.0
    for expected, folder in pairs:
        found = difference(expected, folder)
        print(f"{folder}: {found:.2e}")
        worst = max(worst, found)
    sys.exit(0 if worst <= LIMIT else 1)


if __name__ == "__main__":
    main()
