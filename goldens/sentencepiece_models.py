"""Small SentencePiece models, and what SentencePiece itself and the tokenizers library make of texts with them.

    python goldens/sentencepiece_models.py

Trains the models of MODELS on the sentences below. Writes golden/sentencepiece/NAME/tokenizer.model and
golden/sentencepiece/expected.json of engram-model. `ids` are SentencePiece's own; offsets, decoded texts and all that
holds control tokens are those of transformers' conversion of the same file.
"""
import io
import pathlib
import tempfile

import sentencepiece
from transformers.convert_slow_tokenizer import SentencePieceExtractor, SpmConverter

from common import golden, write_json
from tiny_llamas import SENTENCES

MORE = ["Où est né l'écrivain ? À Orléans, près de l'église; naïve façade.", "ﬁve ﬁne ﬂowers, ½ of them Å",
        "In 1956 there were 12,345 of them; 7 by 7 is 49.", "  two  blanks   three\tand a tab", "a<sep>b<sep>c"]
RULES = "FB01\t66 69\n1E9B 0323\t1E69\nBD\t31 2F 32\nA0\t20\n"  # ﬁ → fi, ẛ̣ → ṩ, ½ → 1/2, no-break blank → blank
MODELS = {
    "bpe-bytes": dict(model_type="bpe", byte_fallback=True, normalization_rule_name="identity", vocab_size=560,
                      remove_extra_whitespaces=False, split_digits=True, user_defined_symbols=["<sep>", "a.b", "▁▁"],
                      control_symbols=["<ctl>"], allow_whitespace_only_pieces=True),
    "bpe-plain": dict(model_type="bpe", vocab_size=300, normalization_rule_tsv=RULES),
    "unigram": dict(model_type="unigram", vocab_size=200, normalization_rule_tsv=RULES, user_defined_symbols=["<sep>"]),
    "unigram-bytes": dict(model_type="unigram", vocab_size=460, byte_fallback=True, add_dummy_prefix=False,
                          normalization_rule_name="identity", remove_extra_whitespaces=False),
}
TEXTS = [
    "The author of the book", " leading blank", "  two leading blanks", "trailing blank ", "double  blanks   three",
    "", " ", "   ", "\n", "line\nbreak\n\n", "\ttab\t", "naïve façade, œuvre", "🙂 emoji 👩‍👧", "名前は何ですか。", "x\u00a0y",
    "ﬁve ﬂowers ½ ẛ̣", "e\u0301 decomposed", "12,345 in 1956", "a<sep>b", "<sep>", "<sep> a <sep>", "▁ lower block ▁",
    "unknown: Ж Ω ж ж", "ЖЖЖ a ЖЖ", "a.b a.b.a", "author's I'll don't", "A", "aaaaaaaaaaaaaaaa", "the the  the",
    "Question: Who wrote it?\nAnswer: Maria Lind.",
]
CONTROLS = ["<s>", "</s>", "<s>The author</s>", "<s> The author </s> and more", "a <unk> b", "<s><s>x", "[INST] a </s>\n b"]


def train(name, options, folder):
    model = io.BytesIO()
    options = dict(options)
    rules = options.pop("normalization_rule_tsv", None)
    with tempfile.TemporaryDirectory() as temporary:
        if rules:
            path = pathlib.Path(temporary) / "rules.tsv"
            path.write_text(rules)
            options["normalization_rule_tsv"] = str(path)
        sentencepiece.SentencePieceTrainer.train(
            sentence_iterator=iter((SENTENCES + MORE) * 3), model_writer=model, hard_vocab_limit=False,
            character_coverage=1.0, num_threads=1, minloglevel=2, **options)
    path = folder / "tokenizer.model"
    path.write_bytes(model.getvalue())
    return path


def converted(path, legacy):
    """transformers' conversion that follows the model's own settings."""
    extractor = SentencePieceExtractor(str(path))
    proto = extractor.proto
    bpe = proto.trainer_spec.model_type == 2
    vocab = {p.piece: i for i, p in enumerate(proto.pieces)} if bpe else [(p.piece, p.score) for p in proto.pieces]
    tokenizer = SpmConverter.build_tokenizer_from_spm_proto(proto, vocab, legacy=legacy)
    from tokenizers import AddedToken
    tokenizer.add_special_tokens([AddedToken(p.piece, normalized=False, special=True) for p in proto.pieces
                                  if p.type in (2, 3)])
    return tokenizer


def rows(path, controls):
    own = sentencepiece.SentencePieceProcessor(model_file=str(path))
    chunks, first = converted(path, True), converted(path, False)
    texts = []
    for text in TEXTS + controls:
        encoding = chunks.encode(text, add_special_tokens=False)
        row = {"text": text, "ids": encoding.ids, "offsets": [list(o) for o in encoding.offsets],
               "decoded": chunks.decode(encoding.ids)}
        if text not in controls:
            ids = own.encode(text)
            row["own_ids"], row["own_decoded"] = ids, own.decode(ids)
            if ids != encoding.ids:
                print(f"{path.parent.name}: {text!r}: own {own.encode(text, out_type=str)}, converted {encoding.tokens}")
        row["first_ids"] = first.encode(text, add_special_tokens=False).ids
        texts.append(row)
    return texts


def main():
    expected = {}
    for name, options in MODELS.items():
        path = train(name, options, golden("model", "sentencepiece", name))
        expected[name] = rows(path, CONTROLS + (["a<ctl>b", "<ctl> x"] if "control_symbols" in options else []))
        print(name, path.stat().st_size, "bytes")
    write_json(golden("model", "sentencepiece") / "expected.json", expected)


if __name__ == "__main__":
    main()
