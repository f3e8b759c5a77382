"""Tiny random BERT, RoBERTa and DistilBERT encoders with the sentence vectors and class probabilities they give.

    python goldens/tiny_encoders.py

Writes engram-model/src/test/resources/golden/encoder/<name>/: a Hugging Face or sentence-transformers folder as saved by
transformers, with a tokenizer made here, and expected.json. Pooling and normalisation are written out as
sentence-transformers does them, which isn't needed itself.
"""
import json
import shutil

import torch
import transformers
from safetensors.torch import load_file, save_file
from tokenizers import Tokenizer, decoders, models, normalizers, pre_tokenizers, processors, trainers
from transformers import (AutoTokenizer, BertConfig, BertForMaskedLM, BertForSequenceClassification, BertModel,
                          DistilBertConfig, DistilBertForSequenceClassification, DistilBertModel,
                          PreTrainedTokenizerFast, RobertaConfig, RobertaForSequenceClassification, RobertaModel,
                          XLMRobertaConfig, XLMRobertaModel)

from common import golden, tidy, write_json

SENTENCES = [
    "The author of the book was born in a small town near the sea.",
    "Who wrote the book about the river and the old town?",
    "You are a wonderful reader of stories, and the stories are wonderful.",
    "What a terrible book: nobody should read it, and nobody will.",
    "The national prize for literature went to the novel of the year.",
    "Où est né l'écrivain? Il est né à Orléans, près de l'église.",
]
TEXTS = [
    "",
    "book",
    "The author of the book was born near the sea.",
    "THE AUTHOR of the Book was BORN near the sea.",
    "  Who wrote it?\t\n",
    "You are a terrible reader, and nobody will read what you wrote about the river.",
    "The stories of the year are wonderful, and the old town near the sea is wonderful too; who wrote the book about the"
    " river, and who will read the novel of the author who was born in the small town?",
    "Où est né l'écrivain? À Orléans, près de l'église; naïve façade, İstanbul.",
    "Emoji 🙂 in the middle 👩‍👧, e\u0301 decomposed, ½",
    "作家の名前です。",
    "\u00a0no-break spaces\u00a0 \u0085",
    "a literal [SEP] and </s> and [PAD] and <pad> in the text",
]
SMALL = dict(hidden_size=32, intermediate_size=48, num_hidden_layers=2, num_attention_heads=4, initializer_range=0.3,
             hidden_dropout_prob=0.1, attention_probs_dropout_prob=0.1)
DISTIL = dict(dim=32, hidden_dim=48, n_layers=2, n_heads=4, initializer_range=0.3)
TOXIC = {0: "toxic", 1: "threat", 2: "insult"}


def wordpiece():
    """Uncased, as BERT's."""
    made = Tokenizer(models.WordPiece(unk_token="[UNK]"))
    made.normalizer = normalizers.BertNormalizer(lowercase=True)
    made.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    made.decoder = decoders.WordPiece()
    made.train_from_iterator(SENTENCES, trainers.WordPieceTrainer(
        vocab_size=160, special_tokens=["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"], show_progress=False))
    made.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]", pair="[CLS] $A [SEP] $B:1 [SEP]:1", special_tokens=[("[CLS]", 2), ("[SEP]", 3)])
    # As in some published files: a length and padding of the tokenizer's own, which the caller's replace.
    made.enable_truncation(8)
    made.enable_padding(length=8)
    names = dict(pad_token="[PAD]", unk_token="[UNK]", cls_token="[CLS]", sep_token="[SEP]", mask_token="[MASK]")
    return made, names


def bytelevel():
    """Cased, as RoBERTa's."""
    made = Tokenizer(models.BPE())
    made.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    made.decoder = decoders.ByteLevel()
    made.train_from_iterator(SENTENCES, trainers.BpeTrainer(
        vocab_size=300, special_tokens=["<s>", "<pad>", "</s>", "<unk>", "<mask>"],
        initial_alphabet=sorted(pre_tokenizers.ByteLevel.alphabet()), show_progress=False))
    made.post_processor = processors.RobertaProcessing(("</s>", 2), ("<s>", 0), trim_offsets=True, add_prefix_space=False)
    names = dict(bos_token="<s>", pad_token="<pad>", eos_token="</s>", unk_token="<unk>", cls_token="<s>",
                 sep_token="</s>", mask_token="<mask>")
    return made, names


def unigram():
    """As XLM-RoBERTa's."""
    made = Tokenizer(models.Unigram())
    made.normalizer = normalizers.NFKC()
    made.pre_tokenizer = pre_tokenizers.Metaspace()
    made.decoder = decoders.Metaspace()
    made.train_from_iterator(SENTENCES, trainers.UnigramTrainer(
        vocab_size=120, special_tokens=["<s>", "<pad>", "</s>", "<unk>"], unk_token="<unk>", show_progress=False))
    made.post_processor = processors.TemplateProcessing(
        single="<s> $A </s>", special_tokens=[("<s>", 0), ("</s>", 2)])
    names = dict(bos_token="<s>", pad_token="<pad>", eos_token="</s>", unk_token="<unk>", cls_token="<s>",
                 sep_token="</s>")
    return made, names


def bert(kind, seed, **more):
    return lambda size: kind(BertConfig(**dict(SMALL, vocab_size=size, max_position_embeddings=40, **more))), seed


def roberta(kind, seed, **more):
    config = XLMRobertaConfig if kind is XLMRobertaModel else RobertaConfig
    return lambda size: kind(config(**dict(SMALL, vocab_size=size, max_position_embeddings=34, type_vocab_size=1,
                                           pad_token_id=1, bos_token_id=0, eos_token_id=2, **more))), seed


def distil(kind, seed, **more):
    return lambda size: kind(DistilBertConfig(**dict(DISTIL, vocab_size=size, max_position_embeddings=24, **more))), seed


# name: (model and seed, tokenizer, model_max_length of tokenizer_config.json)
MODELS = {
    "sentence-bert": (bert(BertModel, 1), wordpiece, 512),
    "sentence-roberta": (roberta(RobertaModel, 2, hidden_act="gelu_new", layer_norm_eps=1e-5), bytelevel, 20),
    "sentence-cls": (bert(BertForMaskedLM, 3, hidden_act="relu", layer_norm_eps=1e-3), wordpiece, None),
    "plain-xlm-roberta": (roberta(XLMRobertaModel, 4), unigram, 512),
    "plain-distilbert": (distil(DistilBertModel, 5), wordpiece, None),
    "toxic-bert": (bert(BertForSequenceClassification, 6, problem_type="multi_label_classification", id2label=TOXIC,
                        label2id={v: k for k, v in TOXIC.items()}), wordpiece, 30),
    "class-roberta": (roberta(RobertaForSequenceClassification, 7, problem_type="single_label_classification",
                              id2label=TOXIC, label2id={v: k for k, v in TOXIC.items()}), bytelevel, 32),
    "class-distilbert": (distil(DistilBertForSequenceClassification, 8, num_labels=2), wordpiece, 512),
}
SENTENCE_SETTINGS = {
    "sentence-bert": {"max_seq_length": 16, "do_lower_case": False},
    "sentence-roberta": {"transformer_task": "feature-extraction", "do_lower_case": True, "modality_config":
                         {"text": {"method": "forward", "method_output_name": "last_hidden_state"}},
                         "module_output_name": "token_embeddings"},
    "sentence-cls": {"max_seq_length": 64, "do_lower_case": False},
}
POOLING = {
    "sentence-bert": {"word_embedding_dimension": 32, "pooling_mode_cls_token": False, "pooling_mode_mean_tokens": True,
                      "pooling_mode_max_tokens": False, "pooling_mode_mean_sqrt_len_tokens": False},
    "sentence-roberta": {"embedding_dimension": 32, "pooling_mode": "mean", "include_prompt": True},
    "sentence-cls": {"word_embedding_dimension": 32, "pooling_mode_cls_token": True, "pooling_mode_mean_tokens": False,
                     "pooling_mode_max_tokens": False, "pooling_mode_mean_sqrt_len_tokens": False,
                     "pooling_mode_weightedmean_tokens": False, "pooling_mode_lasttoken": False, "include_prompt": True},
}
NORMALIZED = ("sentence-bert", "sentence-cls")
OLD, NEW = "sentence_transformers.models.", "sentence_transformers.sentence_transformer.modules."


def make(name, folder):
    (build, seed), tokenizer, longest = MODELS[name]
    shutil.rmtree(folder)
    made, names = tokenizer()
    torch.manual_seed(seed)
    model = build(made.get_vocab_size()).float()
    with torch.no_grad():  # gains away from 1 and biases away from 0, so that leaving one out is noticed
        for key, p in model.named_parameters():
            if "norm" in key.lower() and key.endswith("weight"):
                p.mul_(1 + 0.2 * torch.randn_like(p))
            elif key.endswith("bias"):
                p.normal_(0, 0.2)
            elif "embeddings" in key:
                p.normal_(0, 0.5)  # the padding's row too, which starts at 0
    model.save_pretrained(folder)
    more = {} if longest is None else {"model_max_length": longest}
    PreTrainedTokenizerFast(tokenizer_object=made, **names, **more).save_pretrained(folder)
    made.save(str(folder / "tokenizer.json"))
    edit(name, folder)


def edit(name, folder):
    for file in ("config.json", "tokenizer_config.json"):
        path = folder / file
        config = json.loads(path.read_text())
        config.pop("transformers_version", None)
        config.pop("backend", None)
        if file == "tokenizer_config.json":
            config["tokenizer_class"] = "PreTrainedTokenizerFast"
        path.write_text(json.dumps(config, indent=2, sort_keys=True) + "\n")
    weights = load_file(folder / "model.safetensors")
    if name == "sentence-bert":  # a buffer that older versions saved
        weights["embeddings.position_ids"] = torch.arange(40)[None]
    if name == "sentence-cls":  # the oldest names
        weights = {k.replace("LayerNorm.weight", "LayerNorm.gamma").replace("LayerNorm.bias", "LayerNorm.beta"): v
                   for k, v in weights.items()}
    save_file(weights, folder / "model.safetensors", metadata={"format": "pt"})
    if name in POOLING:
        sentence_folder(name, folder)


def sentence_folder(name, folder):
    new = name == "sentence-roberta"
    modules = [("", "sentence_transformers.base.modules.transformer.Transformer" if new else OLD + "Transformer"),
               ("1_Pooling", NEW + "pooling.Pooling" if new else OLD + "Pooling")]
    if name in NORMALIZED:
        modules.append(("2_Normalize", OLD + "Normalize"))
    listed = [{"idx": i, "name": str(i), "path": path, "type": kind} for i, (path, kind) in enumerate(modules)]
    (folder / "1_Pooling").mkdir()
    for path, data in (("modules.json", listed), ("1_Pooling/config.json", POOLING[name]),
                       ("sentence_bert_config.json", SENTENCE_SETTINGS[name]),
                       ("config_sentence_transformers.json", {"prompts": {}, "default_prompt_name": None})):
        (folder / path).write_text(json.dumps(data, indent=2) + "\n")


def expected(name, folder):
    transformers.logging.set_verbosity_error()
    _, tokenizer, longest = MODELS[name]
    settings = SENTENCE_SETTINGS.get(name, {})
    made = AutoTokenizer.from_pretrained(folder)
    config = transformers.AutoConfig.from_pretrained(folder)
    first = config.pad_token_id + 1 if "roberta" in config.model_type else 0
    window = config.max_position_embeddings - first
    limit = min(window, settings.get("max_seq_length", min(made.model_max_length, config.max_position_embeddings)))
    texts = TEXTS
    if name in POOLING or name.startswith("plain"):
        texts = [t.strip() for t in texts]
        if settings.get("do_lower_case"):
            texts = [t.lower() for t in texts]
    batch = made(texts, padding=True, truncation="longest_first", max_length=limit, return_tensors="pt")
    batch.pop("token_type_ids", None)
    ids = [row[mask.bool()].tolist() for row, mask in zip(batch["input_ids"], batch["attention_mask"])]
    assert max(map(len, ids)) == limit and len({len(row) for row in ids}) > 3, [len(r) for r in ids]
    body = {"note": "float64 model on a padded batch", "max_tokens": limit, "texts": TEXTS, "ids": ids}
    single = outputs(name, folder, batch, torch.float32)
    double = outputs(name, folder, batch, torch.float64)
    for key in double:
        assert torch.allclose(single[key].double(), double[key], atol=1e-5, rtol=0), (name, key)
        body[key] = double[key].tolist()
    if "logits" in body:
        body["labels"] = [config.id2label[i] for i in range(len(config.id2label))]
    write_json(folder / "expected.json", body)


def outputs(name, folder, batch, dtype):
    if "class" in name or "toxic" in name:
        model = transformers.AutoModelForSequenceClassification.from_pretrained(folder, dtype=dtype).eval()
        with torch.no_grad():
            logits = model(**batch).logits
        several = model.config.problem_type == "multi_label_classification"
        return {"logits": logits, "probabilities": logits.sigmoid() if several else logits.softmax(-1)}
    if name == "sentence-cls":  # transformers reads the oldest names of norms itself, or not: no need to rely on it
        (build, _), tokenizer, _ = MODELS[name]
        model = build(tokenizer()[0].get_vocab_size()).to(dtype)
        weights = {k.replace("gamma", "weight").replace("beta", "bias"): v
                   for k, v in load_file(folder / "model.safetensors").items()}
        missing, unexpected = model.load_state_dict(weights, strict=False)
        assert not unexpected and all("decoder" in m for m in missing), (missing, unexpected)
        model = model.bert.eval()
    else:
        model = transformers.AutoModel.from_pretrained(folder, dtype=dtype).eval()
    with torch.no_grad():
        hidden = model(**batch).last_hidden_state
    mask = batch["attention_mask"][:, :, None].to(hidden.dtype)
    mean = (hidden * mask).sum(1) / mask.sum(1).clamp(min=1e-9)
    vectors = hidden[:, 0] if name == "sentence-cls" else mean
    if name in NORMALIZED:
        vectors = torch.nn.functional.normalize(vectors, p=2, dim=1)
    return {"vectors": vectors}


def main():
    for name in MODELS:
        folder = golden("model", "encoder", name)
        make(name, folder)
        expected(name, folder)
        tidy(folder)


if __name__ == "__main__":
    main()
