"""The samples that Engram wrote as token ids, and padded batches of them."""
import json

import torch
import yaml


class Workload:
    def __init__(self, folder):
        def lines(name):
            return [json.loads(line) for line in (folder / name).read_text().splitlines()]

        self.forget, self.retain, self.updates = lines("forget.jsonl"), lines("retain.jsonl"), lines("updates.jsonl")
        self.recipe = yaml.safe_load((folder / "recipe.yaml").read_text())
        self.settings = json.loads((folder / "settings.json").read_text())


class Batch:
    """Samples as one padded tensor; labels: 1 where the token is labelled, for the tokens after the first."""

    def __init__(self, samples, numbers):
        longest = max(len(samples[i]["ids"]) for i in numbers)
        self.numbers = numbers
        self.ids = torch.zeros(len(numbers), longest, dtype=torch.long)
        self.mask = torch.zeros_like(self.ids)
        self.labels = torch.zeros(len(numbers), longest - 1)
        for row, i in enumerate(numbers):
            ids = samples[i]["ids"]
            self.ids[row, :len(ids)] = torch.tensor(ids)
            self.mask[row, :len(ids)] = 1
            self.labels[row, samples[i]["label_start"] - 1:len(ids) - 1] = 1

    def log_probs(self, model):
        """l_t of every token after the first, [B, T - 1]; 0 where it isn't labelled."""
        logits = model(input_ids=self.ids, attention_mask=self.mask, use_cache=False).logits[:, :-1]
        targets = self.ids[:, 1:, None]
        return torch.log_softmax(logits, -1).gather(-1, targets).squeeze(-1) * self.labels


def batches(samples, numbers, size):
    """By length, so that little is padded."""
    ordered = sorted(numbers, key=lambda i: len(samples[i]["ids"]))
    return [Batch(samples, ordered[at:at + size]) for at in range(0, len(ordered), size)]


def tokens(samples, numbers):
    return sum(len(samples[i]["ids"]) for i in numbers)
