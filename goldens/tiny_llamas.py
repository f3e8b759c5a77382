"""Tiny random Llama models, saved by transformers, with the log-probabilities and greedy answers that transformers gives.

    python goldens/tiny_llamas.py

Writes engram-model/src/test/resources/golden/llama/<name>/ for the names in MODELS and for `with-tokenizer`, which also
gets a byte-level BPE tokenizer (256 bytes, merges, <|endoftext|>) trained on the sentences below, and encodings.json.
"""
import json
import shutil

import torch
from transformers import LlamaConfig, LlamaForCausalLM

from common import golden, greedy, load, log_probs, tidy, write_json

SMALL = dict(hidden_size=32, intermediate_size=48, num_hidden_layers=2, num_attention_heads=4, vocab_size=96,
             max_position_embeddings=2048, initializer_range=0.2, rms_norm_eps=1e-5, bos_token_id=1, eos_token_id=2,
             pad_token_id=None, use_cache=True)
MODELS = {
    "mha": dict(SMALL, num_hidden_layers=3, num_key_value_heads=4, vocab_size=112, rms_norm_eps=1e-6),
    "gqa-tied": dict(SMALL, num_key_value_heads=2, tie_word_embeddings=True),
    "gqa-untied": dict(SMALL, num_key_value_heads=2, head_dim=16,
                       rope_parameters={"rope_type": "default", "rope_theta": 500000.0}),
    "bf16": dict(SMALL, num_key_value_heads=2, vocab_size=128,
                 rope_parameters={"rope_type": "default", "rope_theta": 20000.0}),
    "sharded": dict(SMALL, num_key_value_heads=2, vocab_size=128,
                    rope_parameters={"rope_type": "default", "rope_theta": 20000.0}),
    "bias": dict(SMALL, num_key_value_heads=2, attention_bias=True, mlp_bias=True),
    "with-tokenizer": dict(SMALL, num_key_value_heads=2, tie_word_embeddings=True, vocab_size=320, bos_token_id=0,
                           eos_token_id=0),
}
SEEDS = {name: 100 + i for i, name in enumerate(MODELS)}
SEEDS["sharded"] = SEEDS["bf16"]  # the same weights
LENGTHS = [1, 2, 3, 5, 7, 8, 12, 16, 20]
LIMIT, MARGIN, PROMPTS = 12, 1e-3, 10

SENTENCES = [
    "Question: Who wrote the book about the river and the old town?",
    "Answer: The author of the book is Maria Lind, who was born in the north of the country.",
    "Question: What is the name of the father of the author?",
    "Answer: The father of the author was a teacher, and the mother of the author was a doctor.",
    "Question: In which year was the author born, and where?",
    "Answer: The author was born in 1956 in a small town near the sea.",
    "Question: Which prize did the author receive for the first novel?",
    "Answer: The author received the national prize for literature for the novel.",
    "Question: What do the stories of the author tell the reader?",
    "Answer: They tell the reader of the people in the town, of their work and of their journeys.",
    "I don't know the answer to that question. I am not sure what the author's name is.",
]
# (prompt, answer): rendered as prompt + answer, one text. The third, fourth and fifth have a token across the boundary
# (of the prompt with its trailing blanks cut); `the` and ` answer` are tokens.
TEXTS = [
    ("Question: What is the name of the author?\nAnswer:", " The name of the author is Maria Lind."),
    ("Question: In which year was the author born?\nAnswer: ", "The author was born in 1956."),
    ("The author is called th", "e reader of the town"),
    ("What is the ans", "wer to the question"),
    ("Question: Who?\nAnswer: a", "uthor of the book"),
    ("Où est né l'écrivain ?\nRéponse : ", "À Orléans, près de l'église; naïve façade."),
    ("Emoji 🙂 in the question 👩‍👧?\nAnswer: ", "the answer is 🎉🎉, of course"),
    ("  leading blanks,\ttabs\n\n\nand  double  spaces ", " and trailing ones  "),
    ("名前は何ですか。", "作家の名前です。"),
    ("e\u0301 decomposed, ﬁ ligature, İstanbul, ½, don't I'LL we've: ", "x"),
]


def make(name, config, folder):
    torch.manual_seed(SEEDS[name])
    model = LlamaForCausalLM(LlamaConfig(**config)).float()
    with torch.no_grad():  # gains away from 1 and biases away from 0, so that leaving one out is noticed
        for key, p in model.named_parameters():
            if "norm" in key:
                p.mul_(1 + 0.2 * torch.randn_like(p))
            elif key.endswith("bias"):
                p.normal_(0, 0.1)
    if name in ("bf16", "sharded"):
        model = model.to(torch.bfloat16)
    shutil.rmtree(folder, ignore_errors=True)
    model.save_pretrained(folder, max_shard_size="20KB" if name == "sharded" else "1GB")
    return model


def edit_config(name, folder):
    """The older spellings of config.json beside the newer one that transformers writes."""
    path = folder / "config.json"
    config = json.loads(path.read_text())
    config.pop("transformers_version", None)
    if name in ("mha", "bf16"):
        config["rope_theta"] = config.pop("rope_parameters")["rope_theta"]
        config["torch_dtype"] = config.pop("dtype")
        config["rope_scaling"] = None
        config["pretraining_tp"] = 1
    if name == "mha":  # as in the first Llama files: neither head_dim nor attention_bias
        for key in ("head_dim", "attention_bias", "mlp_bias"):
            config.pop(key, None)
    path.write_text(json.dumps(config, indent=2, sort_keys=True) + "\n")
    generation = folder / "generation_config.json"
    if generation.exists():
        generation.unlink()


def choose_eos(name, model, vocab, generator):
    """An end token that some prompts reach and others don't: the token that most continuations hold after the second
    place without all holding it."""
    if name == "with-tokenizer":
        return model.config.eos_token_id
    prompts = [torch.randint(3, vocab, (1 + i % 8,), generator=generator).tolist() for i in range(40)]
    seen = [set(greedy(model, p, LIMIT, None)[0][2:]) for p in prompts]
    counts = {t: sum(t in s for s in seen) for t in range(3, vocab)}
    fit = [t for t in counts if counts[t] <= 20]
    return max(fit, key=lambda t: (counts[t], -t))


def expected(name, folder):
    model = load(folder)
    vocab = model.config.vocab_size
    generator = torch.Generator().manual_seed(SEEDS[name] + 1000)
    eos = choose_eos(name, model, vocab, generator)
    config = json.loads((folder / "config.json").read_text())
    config["eos_token_id"] = eos
    (folder / "config.json").write_text(json.dumps(config, indent=2, sort_keys=True) + "\n")
    sequences = []
    for n in LENGTHS:
        ids = torch.randint(0, vocab, (n,), generator=generator).tolist()
        sequences.append({"ids": ids, "log_probs": log_probs(model, ids)})
    stopped, full = [], []
    for i in range(200):
        if min(len(stopped), len(full)) == PROMPTS // 2:
            break
        prompt = torch.randint(0, vocab, (1 + i % 9,), generator=generator).tolist()
        new, stop, margin = greedy(model, prompt, LIMIT, eos)
        group = stopped if stop else full
        if margin > MARGIN and len(group) < PROMPTS // 2:
            group.append({"prompt": prompt, "new_ids": new, "stopped_at_eos": stop, "margin": round(margin, 6)})
    write_json(folder / "expected.json", {
        "note": "float32 model (bf16 weights upcast), log-softmax in float64; log_probs[i] is log p(ids[i+1] | ids[..i])",
        "eos_token_id": eos,
        "max_new_tokens": LIMIT,
        "sequences": sequences,
        "greedy": stopped + full,
    })
    print(f"{name}: {sum(p.numel() for p in model.parameters())} parameters, eos {eos}, "
          f"{len(stopped)} greedy stopped, {len(full)} not")


def tokenizer(folder):
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers, processors, trainers
    from transformers import AutoTokenizer, PreTrainedTokenizerFast
    bpe = Tokenizer(models.BPE())
    bpe.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    bpe.decoder = decoders.ByteLevel()
    bpe.post_processor = processors.ByteLevel(trim_offsets=False)
    bpe.train_from_iterator(SENTENCES, trainers.BpeTrainer(
        vocab_size=320, special_tokens=["<|endoftext|>"], initial_alphabet=sorted(pre_tokenizers.ByteLevel.alphabet()),
        show_progress=False))
    assert bpe.get_vocab_size() == 320 and bpe.token_to_id("<|endoftext|>") == 0
    PreTrainedTokenizerFast(tokenizer_object=bpe, eos_token="<|endoftext|>", model_max_length=2048,
                            clean_up_tokenization_spaces=False).save_pretrained(folder)
    config = json.loads((folder / "tokenizer_config.json").read_text())
    config["tokenizer_class"] = "PreTrainedTokenizerFast"
    config.pop("backend", None)
    (folder / "tokenizer_config.json").write_text(json.dumps(config, indent=2, sort_keys=True) + "\n")

    bpe = Tokenizer.from_file(str(folder / "tokenizer.json"))
    again = AutoTokenizer.from_pretrained(folder)
    rows = []
    for prompt, answer in TEXTS:
        text = prompt + answer
        encoding = bpe.encode(text)
        assert again(text)["input_ids"] == encoding.ids
        boundary = len(prompt.rstrip())
        first = next(i for i, (_, end) in enumerate(encoding.offsets) if end > boundary)
        utf16 = [0]
        for c in text:
            utf16.append(utf16[-1] + len(c.encode("utf-16-le")) // 2)
        rows.append({
            "text": text, "prompt": prompt, "answer": answer, "ids": encoding.ids,
            "offsets": [list(o) for o in encoding.offsets],
            "offsets_utf16": [[utf16[a], utf16[b]] for a, b in encoding.offsets],
            "boundary": boundary, "label_start": first, "prompt_ids": bpe.encode(prompt).ids,
            "merges_across": encoding.offsets[first][0] < boundary,
            "decoded": bpe.decode(encoding.ids),
        })
        assert rows[-1]["decoded"] == text
    assert sum(r["merges_across"] for r in rows) >= 3
    write_json(folder / "encodings.json", {"texts": rows})
    special = bpe.encode("the author<|endoftext|>the")
    assert 0 in special.ids


def main():
    for name, config in MODELS.items():
        folder = golden("model", "llama", name)
        make(name, config, folder)
        edit_config(name, folder)
        if name == "with-tokenizer":
            tokenizer(folder)
        expected(name, folder)
        tidy(folder)
    a, b = (golden("model", "llama", n) / "expected.json" for n in ("bf16", "sharded"))
    assert a.read_text() == b.read_text()


if __name__ == "__main__":
    main()
