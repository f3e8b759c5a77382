"""Gives the models and adapters that Engram has written to transformers and PEFT.

    ./mvnw -pl engram-model -am test -Dtest=SavedModelsTest -Dsurefire.failIfNoSpecifiedTests=false
    python goldens/check_written.py engram-model/target/saved-models

Each NAME.json there has the sequences and the log-probabilities that Engram gave for the folder NAME, read back in float32, and for
an adapter its base model. All weights are found, none is left over, and the log-probabilities agree to 1e-5 nats a token. Where
there is a tokenizer, transformers loads it too.
"""
import json
import pathlib
import sys

import torch
import transformers
from peft import PeftModel

from common import ROOT, log_probs

BASES = ROOT / "engram-model" / "src" / "test" / "resources" / "golden"


def model(folder):
    transformers.logging.set_verbosity_error()
    loaded, info = transformers.AutoModelForCausalLM.from_pretrained(
        folder, dtype=torch.float32, attn_implementation="eager", output_loading_info=True)
    assert not any(info.get(key) for key in ("missing_keys", "unexpected_keys", "mismatched_keys")), info
    return loaded.eval()


def main(written):
    for path in sorted(written.glob("*.json")):
        said, folder = json.loads(path.read_text()), path.with_suffix("")
        if said["base"]:
            loaded = PeftModel.from_pretrained(model(BASES / said["base"]), folder).eval()
        else:
            loaded = model(folder)
            assert (said["dtype"] or "float32") == json.loads((folder / "config.json").read_text())["dtype"]
        if (folder / "tokenizer.json").exists():
            transformers.AutoTokenizer.from_pretrained(folder)("a b")
        apart = max(abs(a - b) for ids, e in zip(said["sequences"], said["log_probs"]) for a, b in zip(log_probs(loaded, ids), e))
        assert apart < 1e-5, (path.stem, apart)
        print(f"{path.stem}: {len(list(folder.glob('*.safetensors')))} files of weights, {apart:.1e} nats apart at most")


if __name__ == "__main__":
    main(pathlib.Path(sys.argv[1]))
