"""What lm-evaluation-harness finds: log-likelihoods of every choice, acc, acc_norm, perplexities, by its own task files.

    python goldens/harness.py synthetic
    python goldens/harness.py written
    python goldens/harness.py real --model MODEL --data DATA
    python goldens/harness.py time --model MODEL --data DATA [--threads N] [--batch N] [--tasks a,b]

`synthetic` makes up rows in the data sets' layouts and scores them with the tiny model llama/with-tokenizer; it writes
golden/harness/ in engram-unlearn. `written` does the same for tasks in which the model writes answers: golden/harness/written.json.
`real` scores rows of real data sets (DATA has them in a folder each) with SmolLM2-135M in float32
(MODEL as for smollm.py) and writes golden/harness/smollm2.json, which holds numbers of rows and no row. `time` prints seconds.
"""
import argparse
import csv
import hashlib
import json
import pathlib
import random
import re
import sys
import tempfile
import time

from common import ROOT, golden, tidy, write_json

import pyarrow
import pyarrow.parquet

import lm_eval
import lm_eval.api.model
from lm_eval.api.task import ConfigurableTask
from lm_eval.models.huggingface import HFLM
from lm_eval.tasks._yaml_loader import load_yaml

TASKS = pathlib.Path(lm_eval.__file__).parent / "tasks"
FILES = {
    "boolq": "super_glue/boolq/default.yaml", "rte": "glue/rte/default.yaml", "hellaswag": "hellaswag/hellaswag.yaml",
    "winogrande": "winogrande/default.yaml", "arc_easy": "arc/arc_easy.yaml", "arc_challenge": "arc/arc_challenge.yaml",
    "openbookqa": "openbookqa/openbookqa.yaml", "piqa": "piqa/piqa.yaml", "truthfulqa_mc1": "truthfulqa/truthfulqa_mc1.yaml",
    "truthfulqa_mc2": "truthfulqa/truthfulqa_mc2.yaml", "wikitext": "wikitext/wikitext.yaml", "wmdp_bio": "wmdp/wmdp_bio.yaml",
    "wmdp_chem": "wmdp/wmdp_chem.yaml", "wmdp_cyber": "wmdp/wmdp_cyber.yaml", "gsm8k": "gsm8k/gsm8k.yaml",
    "triviaqa": "triviaqa/default.yaml"}


def task(name, rows, examples=(), shots=0):
    """The harness's own task over these rows."""
    part = name[len("mmlu_"):] if name.startswith("mmlu_") else None
    config = load_yaml(TASKS / (f"mmlu/default/mmlu_{part}.yaml" if part else FILES[name]))
    folder = pathlib.Path(tempfile.mkdtemp())
    split = config.get("test_split") or config["validation_split"]
    files = {split: rows}
    if examples:
        files[config.get("fewshot_split") or config["training_split"]] = examples
    for each, content in files.items():
        (folder / f"{each}.jsonl").write_text("".join(json.dumps(row) + "\n" for row in content), encoding="utf-8")
    for key in ("training_split", "validation_split", "test_split", "fewshot_split"):
        if config.get(key) not in files:
            config.pop(key, None)
    if not examples:
        config.pop("fewshot_config", None)
    for key in ("tag", "task_alias", "dataset_name"):
        config.pop(key, None)
    config.update(dataset_path="json", dataset_kwargs={"data_files": {e: str(folder / f"{e}.jsonl") for e in files}},
                  num_fewshot=shots)
    return ConfigurableTask(config=config)


def evaluate(lm, name, rows, examples=(), shots=0, cache=None):
    made = task(name, rows, examples, shots)
    key = made.config.task
    return lm_eval.simple_evaluate(model=lm, use_cache=cache, tasks=[made], bootstrap_iters=0 if name == "wikitext" else 2, log_samples=True, num_fewshot=shots)


def scored(lm, name, rows, numbers=None, examples=(), shots=0, cache=None):
    """Per document log-likelihoods, acc and acc_norm; of the whole the metrics with their errors."""
    found = evaluate(lm, name, rows, examples, shots, cache)
    (key, samples), = found["samples"].items()
    samples = sorted(samples, key=lambda s: s["doc_id"])
    documents = []
    for number, sample in zip(numbers or range(len(rows)), samples):
        if name == "wikitext":
            documents.append({"row": number, "log_likelihood": sample["filtered_resps"][0],
                              "words": sample["word_perplexity"][1], "bytes": sample["byte_perplexity"][1]})
            continue
        document = {"row": number, "log_likelihoods": [float(r[0]) for r in sample["filtered_resps"]],
                    "greedy": [bool(r[1]) for r in sample["filtered_resps"]], "acc": float(sample["acc"])}
        if "acc_norm" in sample:
            document["acc_norm"] = float(sample["acc_norm"])
        documents.append(document)
    metrics = {k.replace(",none", ""): v for k, v in found["results"][key].items()
               if isinstance(v, float) and "sample" not in k}
    return {"metrics": metrics, "documents": documents}


# ---- made-up rows --------------------------------------------------------------------------------------------------------------

WORDS = ("amber bridge cellar dorn elm fable glint harbour ivory jolt kettle lantern moss noon orchard pebble quill river stone tarn "
         "umber valley willow yarrow zinc über naïve 河 🜁 café").split()


def words(rng, low, high):
    return " ".join(rng.choice(WORDS) for _ in range(rng.randint(low, high)))


def synthetic_rows():
    """Nonsense, with what trips a reader up: blanks at ends, equal choices, letters of several bytes, labels of several kinds."""
    rng = random.Random(6)
    letters = ["A", "B", "C", "D", "E"]

    def science(i, key):
        count = 5 if i % 7 == 3 else 4
        texts = [words(rng, 1, 5) for _ in range(count)]
        if i % 5 == 2:
            texts[2] = texts[1]  # equal choices: the first wins
        labels = [str(j + 1) for j in range(count)] if i % 4 == 1 else letters[:count]
        stem = words(rng, 3, 12) + (" " if i % 3 == 0 else "") + ("?" if i % 2 else "")
        return {key: stem, "choices": {"text": texts, "label": labels}, "answerKey": labels[rng.randrange(count)]}

    def letter_question(i):
        return {"question": (" " if i % 3 == 0 else "") + words(rng, 4, 10) + ("\n" if i % 4 == 0 else ""),
                "choices": [words(rng, 1, 4) + (" " if i % 5 == 0 else "") for _ in range(4)], "answer": rng.randrange(4)}

    rows = {
        "boolq": [{"question": words(rng, 4, 8), "passage": words(rng, 10, 40), "label": rng.randrange(2)} for _ in range(8)],
        "rte": [{"sentence1": words(rng, 8, 20), "sentence2": words(rng, 4, 8), "label": rng.randrange(2)} for _ in range(8)],
        "hellaswag": [
            {"activity_label": words(rng, 1, 2).title(), "ctx_a": f"{words(rng, 4, 9)}.", "ctx_b": words(rng, 1, 2) if i % 2 else "",
             "endings": [words(rng, 2, 6) + (" [title] " + words(rng, 1, 2) if i % 3 == 0 else " [step]  then " + words(rng, 1, 3))
                         for _ in range(4)], "label": str(rng.randrange(4))} for i in range(8)],
        "winogrande": [
            {"sentence": f"{words(rng, 3, 6)} because _ {words(rng, 2, 5)}.", "option1": words(rng, 1, 2), "option2": words(rng, 1, 2),
             "answer": str(rng.randint(1, 2))} for _ in range(8)],
        "arc_easy": [science(i, "question") for i in range(10)],
        "openbookqa": [science(i, "question_stem") for i in range(10)],
        "piqa": [{"goal": words(rng, 2, 8), "sol1": words(rng, 3, 9) + (" " if i % 2 else ""), "sol2": words(rng, 3, 9),
                  "label": rng.randrange(2)} for i in range(8)],
        "truthfulqa_mc2": [
            {"question": words(rng, 4, 8) + "?",
             "mc1_targets": {"choices": [words(rng, 2, 6) for _ in range(4)], "labels": [1, 0, 0, 0]},
             "mc2_targets": {"choices": [words(rng, 2, 6) for _ in range(5)], "labels": [1, 1, 0, 0, 0]}} for _ in range(6)],
        "wmdp_bio": [letter_question(i) for i in range(8)],
        "mmlu_anatomy": [letter_question(i) for i in range(8)],
        "mmlu_virology": [letter_question(i) for i in range(6)],
        "examples": [letter_question(i) for i in range(6)],
    }
    rows["truthfulqa_mc1"] = rows["truthfulqa_mc2"]
    text = ""
    for i in range(4):
        text += f" \n = {words(rng, 1, 3)} = \n \n"
        for j in range(3):
            text += f" = = {words(rng, 1, 2)} = = \n \n" if j == 1 else ""
            text += (f" {words(rng, 12, 40)} , \" {words(rng, 2, 3)} \" ( {words(rng, 1, 2)} ) 's 3 @.@ 5 @-@ {words(rng, 3, 9)} ; "
                     f"' {words(rng, 1, 2)} ' [ {words(rng, 1, 1)} ] N 7 ° {words(rng, 2, 4)} . \n")
    rows["wikitext"] = [{"page": page} for page in pages(text)]
    return rows, text


def pages(text):
    """The loader of EleutherAI/wikitext_document_level."""
    found, lines = [], []
    for line in text.split("\n"):
        merged = line.replace("= = =", "===").replace("= =", "==").strip()
        if merged.startswith("= ") and merged.endswith(" ="):
            if "\n".join(lines).strip():
                found.append("\n".join(lines))
            lines = []
        lines.append(line)
    found.append("\n".join(lines))
    return found


def write_rows(folder, rows, text):
    """Each data set in one of the layouts that its task takes, some as the hub has them."""
    def lines(name, content):
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in content), encoding="utf-8")

    def parquet(name, content):
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        pyarrow.parquet.write_table(pyarrow.Table.from_pylist(content), path, compression="none")

    def table(name, content):
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("w", newline="", encoding="utf-8") as out:
            writer = csv.writer(out)
            writer.writerow(["question"] + [f"choice{i}" for i in range(4)] + ["answer"])
            writer.writerows([row["question"], *row["choices"], row["answer"]] for row in content)

    lines("boolq/val.jsonl", rows["boolq"])
    names = {0: "entailment", 1: "not_entailment"}
    lines("rte/dev.jsonl", [{"premise": r["sentence1"], "hypothesis": r["sentence2"], "label": names[r["label"]]} for r in rows["rte"]])
    parquet("hellaswag/data/validation-00000-of-00001.parquet", rows["hellaswag"])
    lines("winogrande/dev.jsonl", rows["winogrande"])
    parquet("ai2_arc/ARC-Easy/test-00000-of-00001.parquet", rows["arc_easy"])
    lines("openbookqa/test.jsonl", rows["openbookqa"])
    lines("piqa/valid.jsonl", rows["piqa"])
    parquet("truthful_qa/multiple_choice/validation-00000-of-00001.parquet", rows["truthfulqa_mc2"])
    lines("wmdp/wmdp-bio.jsonl", rows["wmdp_bio"])
    both = [dict(row, subject=part) for part in ("anatomy", "virology") for row in rows[f"mmlu_{part}"]]
    parquet("mmlu/all/test-00000-of-00001.parquet", both)
    parquet("mmlu/all/dev-00000-of-00001.parquet", [dict(row, subject="anatomy") for row in rows["examples"]])
    table("mmlu-tables/mmlu/test/anatomy_test.csv", rows["mmlu_anatomy"])
    table("mmlu-tables/mmlu/dev/anatomy_dev.csv", rows["examples"])
    (folder / "wikitext2").mkdir(exist_ok=True)
    (folder / "wikitext2/wiki.test.raw").write_text(text, encoding="utf-8")
    hub = [{"text": "" if not line.strip() else line + "\n"} for line in text.split("\n")[:-1]]
    parquet("wikitext-lines/wikitext/wikitext-2-raw-v1/test-00000-of-00001.parquet", hub)
    (folder / "NOTE.txt").write_text("Rows made up by goldens/harness.py: nonsense in the layouts of the data sets.\n")


def synthetic():
    rows, text = synthetic_rows()
    folder = golden("unlearn", "harness")
    write_rows(folder / "datasets", rows, text)
    model = str(ROOT / "engram-model/src/test/resources/golden/llama/with-tokenizer")
    lm = HFLM(pretrained=model, dtype="float32", device="cpu", batch_size=4)
    narrow = HFLM(pretrained=model, dtype="float32", device="cpu", batch_size=4, max_length=64)
    tasks = {}
    for name, content in rows.items():
        if name == "examples":
            continue
        tasks[name] = scored(narrow if name == "wikitext" else lm, name, content)
    tasks["mmlu_anatomy_5shot"] = scored(lm, "mmlu_anatomy", rows["mmlu_anatomy"], examples=rows["examples"], shots=5)
    tasks["arc_easy_cut"] = scored(narrow, "arc_easy", rows["arc_easy"])
    tasks["mmlu_anatomy_5shot_cut"] = scored(narrow, "mmlu_anatomy", rows["mmlu_anatomy"], examples=rows["examples"], shots=5)
    write_json(folder / "synthetic.json", {
        "note": f"lm-evaluation-harness {lm_eval.__version__}, float32; wikitext and _cut in a window of 64 tokens", "tasks": tasks})
    tidy(folder)


# ---- written answers -----------------------------------------------------------------------------------------------------------

class Canned(lm_eval.api.model.LM):
    """Gives the answers that it was made with, in order."""

    def __init__(self, answers):
        super().__init__()
        self.answers = answers

    def generate_until(self, requests, disable_tqdm=False):
        return [self.answers[request.doc_id] for request in requests]

    def loglikelihood(self, requests, disable_tqdm=False):
        raise NotImplementedError

    def loglikelihood_rolling(self, requests, disable_tqdm=False):
        raise NotImplementedError


def answered(lm, name, rows, examples=(), shots=0):
    """Per document its prompt's hash, the answer, and by filter what was compared and its score; of the whole the metrics."""
    found = evaluate(lm, name, rows, examples, shots)
    (key, samples), = found["samples"].items()
    documents = [{"row": number} for number in range(len(rows))]
    for sample in samples:
        document = documents[sample["doc_id"]]
        prompt = sample["arguments"][0][0]
        document["prompt_sha256"] = hashlib.sha256(prompt.encode()).hexdigest()
        document["output"] = sample["resps"][0][0]
        document[sample["filter"]] = {"compared": sample["filtered_resps"][0], "exact_match": float(sample["exact_match"])}
    metrics = {k: v for k, v in found["results"][key].items() if isinstance(v, float) and "sample" not in k}
    return {"metrics": metrics, "documents": documents}


def written():
    rng = random.Random(20)
    folder = golden("unlearn", "harness")
    model = str(ROOT / "engram-model/src/test/resources/golden/llama/with-tokenizer")
    lm = HFLM(pretrained=model, dtype="float32", device="cpu", batch_size=4)
    narrow = HFLM(pretrained=model, dtype="float32", device="cpu", batch_size=4, max_length=330)

    def sum_of(i):
        a, b = rng.randint(2, 99), rng.randint(2, 999)
        return {"question": f"{words(rng, 3, 9)} {a} {words(rng, 1, 3)} {b} ?" + ("\n" if i % 4 == 0 else ""),
                "answer": f"{words(rng, 2, 6)} {a} + {b} = <<{a}+{b}={a + b}>>{a + b:,}\n#### {a + b:,}"}

    def quiz(i):
        return {"question": words(rng, 4, 9), "answer": {"value": words(rng, 1, 2), "aliases": [words(rng, 1, 3) for _ in range(1 + i % 4)]}}

    sums, shown_sums = [sum_of(i) for i in range(10)], [sum_of(i) for i in range(30)]
    quizzes, shown_quizzes = [quiz(i) for i in range(12)], [quiz(i) for i in range(15)]
    # Every other answer becomes what the model writes, in another spelling.
    for i, each in enumerate(answered(lm, "gsm8k", sums, shown_sums, 5)["documents"]):
        if i % 2:
            sums[i]["answer"] = f"{words(rng, 2, 4)}\n#### $" + each["flexible-extract"]["compared"] + "."
    for i, each in enumerate(answered(lm, "triviaqa", quizzes)["documents"]):
        if i % 2:
            quizzes[i]["answer"]["aliases"].append("\"" + each["output"].strip().upper() + "\"!")
    for name, rows in {"gsm8k/main/test": sums, "gsm8k/main/train": shown_sums, "trivia_qa/rc.nocontext/validation": quizzes,
                       "trivia_qa/rc.nocontext/train": shown_quizzes}.items():
        path = folder / "datasets" / f"{name}-00000-of-00001.parquet"
        path.parent.mkdir(parents=True, exist_ok=True)
        pyarrow.parquet.write_table(pyarrow.Table.from_pylist(rows), path, compression="none")
    tasks = {"gsm8k": answered(lm, "gsm8k", sums, shown_sums, 5), "gsm8k_0shot": answered(lm, "gsm8k", sums),
             "gsm8k_cut": answered(narrow, "gsm8k", sums, shown_sums, 5), "triviaqa": answered(lm, "triviaqa", quizzes),
             "triviaqa_5shot": answered(lm, "triviaqa", quizzes, shown_quizzes, 5)}
    texts = ["It is 5 + 7 = 12.\n#### 12", "#### 1,234\n#### 5", "so $1,050.50. The end", "nothing", "", "####12", "#### -7 apples 8",
             "a 3 b 44", "4 . ,,", "#### 1.500.", " 12 ", "twelve $", "#### ,", "-0.5 and -", "٣ or ४٥"]
    golds = ["x\n#### 12", "#### 1234", "#### $1,050.50", "#### [invalid]", "#### 0", "#### 12", "#### -7", "#### 44", "#### ,,", "#### 1.500",
             "#### 12", "#### $", "#### ", "#### -0.5", "#### 3"]
    canned = answered(Canned(texts), "gsm8k", [{"question": "q", "answer": gold} for gold in golds])
    aliases = [["Jolt"], ["The Moss", "moss!"], ["A.B."], ["straße", "STRASSE"], ["x"], [""], ["–"], ["ÉTÉ"], ["rock 'n' roll"], [" tarn"], ["['a']"]]
    said = ["JOLT", " moss\n", "ab", "Straße ", "y", "...", "-", "été", "Rock n Roll", "tarn", "[a]"]
    quiz_canned = answered(Canned(said), "triviaqa", [{"question": "q", "answer": {"aliases": each}} for each in aliases])
    for document, gold in zip(canned["documents"], golds):
        document["answers"] = [gold]
    for document, gold in zip(quiz_canned["documents"], aliases):
        document["answers"] = gold
    draws = [{"population": n, "count": k, "sets": [r.sample(range(n), k) for _ in range(3)]}
             for n, k in ((30, 5), (21, 5), (22, 5), (7473, 5), (138384, 5), (4, 3), (100, 8), (5000, 25)) for r in [random.Random(1234)]]
    write_json(folder / "written.json", {
        "note": f"lm-evaluation-harness {lm_eval.__version__}, float32; _cut in a window of 330 tokens; canned: given answers, no model",
        "tasks": tasks, "canned": {"gsm8k": canned, "triviaqa": quiz_canned}, "draws": draws})
    tidy(folder)


# ---- real rows -----------------------------------------------------------------------------------------------------------------

def jsonl(*files):
    return [json.loads(line) for file in files for line in file.read_text(encoding="utf-8").splitlines() if line.strip()]


def subject(data, split, part):
    with (data / f"mmlu/{split}/{part}_{split}.csv").open(encoding="utf-8", newline="") as rows:
        return [{"question": r["question"], "choices": [r[f"choice{i}"] for i in range(4)], "answer": int(r["answer"])}
                for r in csv.DictReader(rows)]


def hellaswag(data):
    for row in jsonl(*sorted((data / "hellaswag").glob("val_part*.jsonl"))):
        activity, context = row["query"].split(": ", 1)
        yield {"activity_label": activity, "ctx_a": context, "ctx_b": "", "endings": row["endings"], "label": str(row["label"])}


def truthfulqa(data):
    def cell(text):
        return [answer.strip() for answer in text.split(";") if answer.strip()]

    with (data / "truthfulqa/TruthfulQA.csv").open(encoding="utf-8", newline="") as rows:
        for row in csv.DictReader(rows):
            wrong, right = cell(row["Incorrect Answers"]), cell(row["Correct Answers"])
            yield {"question": row["Question"],
                   "mc1_targets": {"choices": [row["Best Answer"].strip(), *wrong], "labels": [1] + [0] * len(wrong)},
                   "mc2_targets": {"choices": right + wrong, "labels": [1] * len(right) + [0] * len(wrong)}}


def real_rows(data):
    rte = [{"sentence1": r["premise"], "sentence2": r["hypothesis"], "label": ["entailment", "not_entailment"].index(r["label"])}
           for r in jsonl(data / "rte/dev.jsonl")]
    rows = {
        "rte": rte,
        # BoolQ's passages aren't at hand: RTE's texts in BoolQ's columns.
        "boolq": [{"question": r["sentence2"].rstrip("."), "passage": r["sentence1"], "label": 1 - r["label"]} for r in rte],
        "hellaswag": list(hellaswag(data)),
        "winogrande": jsonl(data / "winogrande/dev.jsonl"),
        "arc_easy": jsonl(data / "arc/ARC-Easy-Test.jsonl"),
        "arc_challenge": jsonl(data / "arc/ARC-Challenge-Test.jsonl"),
        "openbookqa": jsonl(data / "openbookqa/test.jsonl"),
        "piqa": jsonl(data / "piqa/valid.jsonl"),
        # WMDP isn't at hand: MMLU's questions in its columns.
        "wmdp_bio": subject(data, "test", "college_biology"),
        "wmdp_chem": subject(data, "test", "college_chemistry"),
        "wmdp_cyber": subject(data, "test", "computer_security"),
        "mmlu_anatomy": subject(data, "test", "anatomy"),
        "mmlu_jurisprudence": subject(data, "test", "jurisprudence"),
    }
    text = (data / "wikitext2/wiki.test.raw.txt").read_text(encoding="utf-8")
    rows["wikitext"] = [{"page": page[:1200]} for page in pages(text)]
    for name in ("truthfulqa_mc2", "truthfulqa_mc1"):
        rows[name] = list(truthfulqa(data))
    return rows


def chosen(name, rows):
    """50 rows of a task, evenly spread: of MMLU 25 of each subject, of TruthfulQA those with six choices at most."""
    numbers = [i for i, row in enumerate(rows) if len(row.get("mc2_targets", {"choices": []})["choices"]) <= 6]
    wanted = 25 if name.startswith("mmlu") else 50
    return [numbers[i * len(numbers) // wanted] for i in range(wanted)]


def real(model, data, threads):
    import torch
    torch.set_num_threads(threads)
    lm = HFLM(pretrained=model, dtype="float32", device="cpu", batch_size=8)
    narrow = HFLM(pretrained=lm.model, tokenizer=lm.tokenizer, device="cpu", batch_size=8, max_length=256)
    path = golden("unlearn", "harness") / "smollm2.json"
    tasks = json.loads(path.read_text(encoding="utf-8"))["tasks"] if path.exists() else {}  # goes on where it stopped
    rows = real_rows(data)
    # mc1's choices are among mc2's: scored once.
    cache = str(pathlib.Path(tempfile.mkdtemp()) / "truthfulqa")
    for name in [*rows, "mmlu_anatomy_5shot", "mmlu_jurisprudence_5shot"]:
        if name in tasks:
            continue
        plain = name.removesuffix("_5shot")
        numbers = chosen(name, rows[plain])
        few = () if plain == name else subject(data, "dev", plain[len("mmlu_"):])
        begin = time.process_time()
        tasks[name] = scored(narrow if name == "wikitext" else lm, plain, [rows[plain][i] for i in numbers], numbers, few,
                             5 if few else 0, cache if name.startswith("truthfulqa") else None)
        print(name, tasks[name]["metrics"], f"{time.process_time() - begin:.1f} s of processor", flush=True)
        write_json(path, {
            "note": f"lm-evaluation-harness {lm_eval.__version__}, SmolLM2-135M-Instruct in float32; wikitext: the first 1200"
                    " characters of pages in a window of 256 tokens; boolq: RTE's rows, wmdp: MMLU's, in the columns of these",
            "tasks": tasks})


def timed(model, data, threads, batch, names, limit):
    import torch
    torch.set_num_threads(threads)
    lm = HFLM(pretrained=model, dtype="float32", device="cpu", batch_size=batch)
    content = real_rows(data)
    for name in names:
        shots = 5 if name.endswith("_5shot") else 0
        plain = name.replace("_5shot", "")
        rows = content[plain][:limit]
        examples = subject(data, "dev", plain[len("mmlu_"):]) if shots else ()
        made = task(plain, rows, examples, shots)
        made.build_all_requests()
        begin, processor = time.perf_counter(), time.process_time()
        lm.loglikelihood(made.instances, disable_tqdm=True)
        print(f"{name} {len(rows)} rows, batch {batch}: {time.perf_counter() - begin:.1f} s, {time.process_time() - processor:.1f} s of"
              " processor", flush=True)


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("what", choices=["synthetic", "written", "real", "time"])
    parser.add_argument("--model")
    parser.add_argument("--data", type=pathlib.Path)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--batch", type=int, default=8)
    parser.add_argument("--limit", type=int, default=100)
    parser.add_argument("--tasks", default="hellaswag,arc_easy,mmlu_anatomy,mmlu_anatomy_5shot")
    given = parser.parse_args()
    if given.what == "synthetic":
        synthetic()
    elif given.what == "written":
        written()
    elif given.what == "real":
        real(given.model, given.data, given.threads)
    else:
        timed(given.model, given.data, given.threads, given.batch, given.tasks.split(","), given.limit)
