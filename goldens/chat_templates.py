"""Conversations rendered by transformers with the chat templates of the families.

    python goldens/chat_templates.py

The templates, written for these tests in the formats of the families, lie in
engram-jinja/src/test/resources/golden/chat/templates/; their renderings go to golden/chat/expected.json.
"""
import jinja2
from transformers.utils.chat_template_utils import render_jinja_template

from common import golden, write_json

S, U, A = "system", "user", "assistant"
TOKENS = {  # template: (bos, eos); None: the tokenizer has none
    "llama2": ("<s>", "</s>"), "mistral": ("<s>", "</s>"), "zephyr": ("<s>", "</s>"),
    "llama3": ("<|begin_of_text|>", "<|eot_id|>"), "llama31": ("<|begin_of_text|>", "<|eot_id|>"),
    "chatml": ("<|im_start|>", "<|im_end|>"), "qwen25": (None, "<|im_end|>"), "qwen3": (None, "<|im_end|>"),
    "gemma2": ("<bos>", "<eos>"), "gemma3": ("<bos>", "<eos>"), "phi3": ("<s>", "<|endoftext|>"),
    "phi4": ("<|endoftext|>", "<|im_end|>"), "language": ("<s>", "</s>"), "whitespace": ("<s>", "</s>"),
}
CONVERSATIONS = {
    "question": [(U, "Who wrote the book?")],
    "answered": [(U, "Who wrote the book?"), (A, "Maria Lind wrote it.")],
    "system": [(S, "Be brief."), (U, "Who?"), (A, "Maria Lind.")],
    "system-open": [(S, "Be brief."), (U, "Who?")],
    "turns": [(U, "One?"), (A, "1"), (U, "Two?"), (A, "2"), (U, "Three?"), (A, "3")],
    "turns-open": [(S, "Count."), (U, "One?"), (A, "1"), (U, "Two?")],
    "blanks": [(S, "  padded  "), (U, "\n\t Where? \n"), (A, "  here \n\n")],
    "lines": [(U, "First line\nsecond line\n\n\nlast\n"), (A, "\n- one\n- two\n")],
    "unicode": [(S, "Réponds en français 🙂"), (U, "名前は何ですか。 ½ ﬁ e\u0301"), (A, "作家の名前です。👩‍👧 “ok”")],
    "odd-blanks": [(U, "\u00a0no break\u00a0"), (A, "\u2003em\u2028sep\u3000")],
    "markup": [(U, "{{ 7 * 7 }} {% if x %} {# c #} <|im_end|> </s> [INST]"), (A, "{{ messages }} \\n \\ 'a' \"b\" <b>&amp;</b>")],
    "empty-answer": [(U, "Who?"), (A, "")],
    "empty-question": [(U, ""), (A, "x")],
    "empty-system": [(S, ""), (U, "Who?"), (A, "I")],
    "not-alternating": [(U, "a"), (U, "b")],
    "assistant-first": [(A, "a"), (U, "b")],
    "late-system": [(U, "a"), (S, "b"), (A, "c")],
    "thinking": [(U, "a"), (A, "<think>\nhm, hm\n</think>\n\nyes"), (U, "sure?"), (A, "<think>\nwell\n</think>\n\nno")],
    "tool-role": [(U, "a"), ("tool", "42"), (A, "it is 42")],
}
TOOLS = [{"type": "function", "function": {"name": "lookup", "description": "Looks “up” <é> & 'more'", "parameters": {
    "type": "object", "properties": {"n": {"type": "integer"}, "x": {"type": ["number", "null"], "default": 1.5}},
    "required": []}}}]
EXTRA = [  # (template, conversation, generation prompt, variables)
    ("qwen3", "question", True, {"enable_thinking": False}), ("qwen3", "turns-open", True, {"enable_thinking": False}),
    ("qwen3", "question", True, {"enable_thinking": True}), ("llama31", "system", False, {"tools": TOOLS}),
    ("qwen25", "question", True, {"tools": TOOLS}), ("qwen3", "system-open", True, {"tools": TOOLS}),
]


def messages(name):
    return [{"role": role, "content": content} for role, content in CONVERSATIONS[name]]


def render(name, conversation, generation, variables):
    template = (golden("jinja", "chat", "templates") / f"{name}.jinja").read_text(encoding="utf-8")
    tokens = {k: v for k, v in zip(("bos_token", "eos_token"), TOKENS[name]) if v}
    row = {"template": name, "conversation": conversation, "generation_prompt": generation}
    given = dict({"date_string": "01 Feb 2025"} if name == "llama31" else {}, **variables)
    if given:
        row["variables"] = dict(given)
    tools = given.pop("tools", None)
    try:
        texts, _ = render_jinja_template([messages(conversation)], tools=tools, chat_template=template,
                                         add_generation_prompt=generation, **tokens, **given)
        row["text"] = texts[0]
    except jinja2.exceptions.TemplateError as e:
        row["error"] = str(e)
    return row


def main():
    rows = [render(name, conversation, generation, {})
            for name in TOKENS for conversation in CONVERSATIONS for generation in (False, True)]
    rows += [render(*extra) for extra in EXTRA]
    write_json(golden("jinja", "chat") / "expected.json", {
        "tokens": {name: {"bos_token": bos, "eos_token": eos} for name, (bos, eos) in TOKENS.items()},
        "conversations": {name: messages(name) for name in CONVERSATIONS},
        "renderings": rows,
    })
    print(f"{len(rows)} renderings, {sum('error' in r for r in rows)} of them refused by the template")


if __name__ == "__main__":
    main()
