"""Tokenizers in the settings of GGUF files, and what the tokenizers library makes of texts with the same tokenizers.

    python goldens/gguf_tokenizers.py        # after sentencepiece_models.py

Writes golden/gguf-tokenizers/NAME.gguf, settings without tensors as the gguf package writes them, and expected.json: for `llama`
the ids of SentencePiece, for the others those of a tokenizer.json put together from components as the families' own are.
"""
import gguf
import sentencepiece
from tokenizers import AddedToken, Regex, Tokenizer, decoders, models, normalizers, trainers
from tokenizers.pre_tokenizers import ByteLevel, Digits, Sequence, Split

from common import golden, write_json
from sentencepiece_models import MORE, TEXTS
from tiny_llamas import SENTENCES

EXTRA = ["I'LL we'Ve don'T", "CamelCase HTTPServer naïveTé", "1234567 89 ¾ ٣٤", "a/b//c \r\n\r\n x", "e\u0301te\u0301", "$5+5=~10^2|x",
         "«quoted» — dash… (x)[y]{z}", "trailing   ", "   leading", "tabs\t\tand\n \n blanks", "<|end|>the<word>and <word> x"]
CASED = r"[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+%s|" \
        r"[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*%s|%s| ?[^\s\p{L}\p{N}]+[\r\n/]*|" \
        r"\s*[\r\n]+|\s+(?!\S)|\s+"
ENDINGS = "(?i:'s|'t|'re|'ve|'m|'ll|'d)"
PLAIN = ENDINGS + r"|[^\r\n\p{L}\p{N}]?\p{L}+|%s| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"


def split(pattern):
    return Sequence([Split(Regex(pattern), "isolated", invert=False), ByteLevel(add_prefix_space=False, use_regex=False)])


# name of tokenizer.ggml.pre: (pre-tokenizer, NFC, words that are tokens are taken whole)
PRE = {
    "gpt-2": (ByteLevel(add_prefix_space=False, use_regex=True), False, False),
    "llama-bpe": (split(PLAIN % r"\p{N}{1,3}"), False, True),
    "qwen2": (split(PLAIN % r"\p{N}"), True, False),
    "smollm": (Sequence([Digits(individual_digits=True), ByteLevel(add_prefix_space=False, use_regex=True)]), False, False),
    "tekken": (split(CASED % ("", "", r"\p{N}")), False, True),
    "gpt-4o": (split(CASED % (ENDINGS + "?", ENDINGS + "?", r"\p{N}{1,3}")), False, False),
}


def byte_pairs(pre):
    words, composed, whole = PRE[pre]
    tokenizer = Tokenizer(models.BPE(ignore_merges=whole))
    tokenizer.normalizer = normalizers.NFC() if composed else None
    tokenizer.pre_tokenizer = words
    tokenizer.decoder = decoders.ByteLevel()
    tokenizer.train_from_iterator((SENTENCES + MORE + EXTRA) * 2, trainers.BpeTrainer(
        vocab_size=400, initial_alphabet=sorted(ByteLevel.alphabet()), show_progress=False))
    tokenizer.add_special_tokens([AddedToken(t, normalized=False, special=True) for t in ("<|begin|>", "<|end|>")])
    tokenizer.add_tokens([AddedToken("<word>", normalized=False, special=False)])
    return tokenizer


def write(name, add):
    writer = gguf.GGUFWriter(golden("model", "gguf-tokenizers") / f"{name}.gguf", "llama")
    add(writer)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.close()


def write_byte_pairs(name, tokenizer, template):
    import json
    tree = json.loads(tokenizer.to_str())
    size = tokenizer.get_vocab_size()
    tokens = [tokenizer.id_to_token(i) for i in range(size)] + ["[PAD]"]
    types = [gguf.TokenType.NORMAL] * size + [gguf.TokenType.UNUSED]
    for token in tree["added_tokens"]:
        types[token["id"]] = gguf.TokenType.CONTROL if token["special"] else gguf.TokenType.USER_DEFINED

    def add(writer):
        writer.add_tokenizer_model("gpt2")
        writer.add_tokenizer_pre(name)
        writer.add_token_list(tokens)
        writer.add_token_types(types)
        writer.add_token_merges([" ".join(m) for m in tree["model"]["merges"]])
        writer.add_bos_token_id(tokenizer.token_to_id("<|begin|>"))
        writer.add_eos_token_id(tokenizer.token_to_id("<|end|>"))
        writer.add_add_bos_token(name in ("llama-bpe", "tekken"))
        if template:
            writer.add_chat_template(template)
    write(name, add)


def write_llama(path):
    own = sentencepiece.SentencePieceProcessor(model_file=str(path))
    kinds = [(own.is_unknown, gguf.TokenType.UNKNOWN), (own.is_control, gguf.TokenType.CONTROL),
             (own.is_unused, gguf.TokenType.UNUSED), (own.is_byte, gguf.TokenType.BYTE)]
    size = own.get_piece_size()
    types = [next((t for is_kind, t in kinds if is_kind(i)), gguf.TokenType.NORMAL) for i in range(size)]
    for piece in ("<sep>", "a.b", "▁▁"):
        types[own.piece_to_id(piece)] = gguf.TokenType.USER_DEFINED

    def add(writer):
        writer.add_tokenizer_model("llama")
        writer.add_tokenizer_pre("default")
        writer.add_token_list([own.id_to_piece(i) for i in range(size)] + ["[PAD1]"])
        writer.add_token_scores([own.get_score(i) for i in range(size)] + [-1000.0])
        writer.add_token_types(types + [gguf.TokenType.UNUSED])
        writer.add_bos_token_id(own.bos_id())
        writer.add_eos_token_id(own.eos_id())
        writer.add_unk_token_id(own.unk_id())
        writer.add_chat_template("{{ bos_token }}[INST] {{ messages[0].content }} [/INST]")
    write("llama", add)
    return [{"text": text, "ids": [own.bos_id()] + own.encode(text), "decoded": own.decode(own.encode(text))}
            for text in TEXTS + EXTRA[:-1]]


def main():
    expected = {"llama": write_llama(golden("model", "sentencepiece", "bpe-bytes") / "tokenizer.model")}
    for name in PRE:
        tokenizer = byte_pairs(name)
        write_byte_pairs(name, tokenizer, "{{ messages[0].content }}{{ eos_token }}" if name == "qwen2" else None)
        begin = [tokenizer.token_to_id("<|begin|>")] if name in ("llama-bpe", "tekken") else []
        rows = []
        for text in TEXTS + EXTRA:
            encoding = tokenizer.encode(text)
            rows.append({"text": text, "ids": begin + encoding.ids, "decoded": tokenizer.decode(encoding.ids)})
        expected[name] = rows
    write_json(golden("model", "gguf-tokenizers") / "expected.json", expected)
    print({name: len(rows) for name, rows in expected.items()})


if __name__ == "__main__":
    main()
