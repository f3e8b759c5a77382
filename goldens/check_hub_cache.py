"""Checks that Engram and huggingface_hub find each other's models in the cache.

Not a golden file: it starts ./engram, so the project has to be built. A hub on the loopback interface serves a tiny
model; `engram fetch` fills a cache, huggingface_hub and transformers read it without the network; then huggingface_hub
fills another cache, and Engram scores with the model from it. Each also fetches into the other's cache once more, where
no file may be asked for again. Prints a line for each check; the exit code is 0 if all hold.

    python goldens/check_hub_cache.py
"""
import hashlib
import http.server
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import threading
import urllib.parse

ROOT = pathlib.Path(__file__).resolve().parent.parent
MODEL = ROOT / "engram-model/src/test/resources/golden/llama/with-tokenizer"
SHARDED = ROOT / "engram-model/src/test/resources/golden/llama/sharded"
COMMIT = "0123456789abcdef0123456789abcdef01234567"
REPOSITORIES = {"acme/tiny": MODEL, "acme/sharded": SHARDED}


class LoopbackHub(http.server.BaseHTTPRequestHandler):
    """The part of a hub's API that both programs use."""

    protocol_version = "HTTP/1.1"
    asked = []

    def do_HEAD(self):
        self.do_GET()

    def do_GET(self):
        path = urllib.parse.urlsplit(self.path).path
        for name, folder in REPOSITORIES.items():
            if path == f"/api/models/{name}/revision/main" or path == f"/api/models/{name}":
                return self.send({"id": name, "sha": COMMIT, "siblings": [{"rfilename": f.name} for f in folder.iterdir()]})
            if path == f"/api/models/{name}/tree/{COMMIT}":
                return self.send([self.entry(f) for f in sorted(folder.iterdir())])
            for prefix in (f"/{name}/resolve/{COMMIT}/", f"/{name}/resolve/main/"):
                if path.startswith(prefix) and (folder / path[len(prefix):]).is_file():
                    return self.file(folder / path[len(prefix):])
        self.send_response(404)
        self.send_header("X-Error-Code", "EntryNotFound" if "/resolve/" in path else "RepoNotFound")
        self.send_header("X-Repo-Commit", COMMIT)
        self.send_header("Content-Length", "0")
        self.end_headers()

    @staticmethod
    def hashes(file):
        data = file.read_bytes()
        git = hashlib.sha1(b"blob %d\0" % len(data) + data).hexdigest()
        return len(data), git, hashlib.sha256(data).hexdigest() if file.suffix == ".safetensors" else None

    def entry(self, file):
        size, git, sha256 = self.hashes(file)
        entry = {"type": "file", "path": file.name, "size": size, "oid": git}
        if sha256:
            entry["lfs"] = {"oid": sha256, "size": size, "pointerSize": 130}
        return entry

    def send(self, value):
        data = json.dumps(value).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def file(self, file):
        size, git, sha256 = self.hashes(file)
        self.send_response(200)
        self.send_header("ETag", f'"{sha256 or git}"')
        self.send_header("X-Repo-Commit", COMMIT)
        self.send_header("Content-Length", str(size))
        self.end_headers()
        if self.command == "GET":
            self.asked.append(file.name)
            self.wfile.write(file.read_bytes())

    def log_message(self, *arguments):
        pass


def engram(environment, *arguments):
    return subprocess.run([ROOT / "engram", *arguments], env={**os.environ, **environment}, text=True,
                          capture_output=True, check=True).stdout


def python(environment, code):
    """In a process of its own, because huggingface_hub reads the environment when it's imported."""
    return subprocess.run([sys.executable, "-c", code], env={**os.environ, **environment}, text=True,
                          capture_output=True, check=True).stdout.strip()


DOWNLOAD = "import huggingface_hub as h; print(h.snapshot_download('{name}', local_files_only={local}))"
FILE = "import huggingface_hub as h; print(h.hf_hub_download('acme/tiny', 'model.safetensors', local_files_only=True))"
SCAN = """
import huggingface_hub as h
info = h.scan_cache_dir()
print(len(info.warnings), sorted((r.repo_id, r.repo_type, r.nb_files, sorted(r.refs)) for r in info.repos))
"""
GENERATE = """
import torch, transformers
model = transformers.AutoModelForCausalLM.from_pretrained('acme/tiny', local_files_only=True)
print(model.generate(torch.tensor([[5, 6, 7]]), max_new_tokens=4, do_sample=False).tolist())
"""


def check(what, holds):
    print(("ok    " if holds else "WRONG ") + what)
    return holds


def main():
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), LoopbackHub)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    results = []
    with tempfile.TemporaryDirectory() as home:
        ours = {"HF_ENDPOINT": f"http://127.0.0.1:{server.server_port}", "HF_HOME": f"{home}/ours", "NO_PROXY": "*",
                "HF_HUB_DISABLE_TELEMETRY": "1", "HF_TOKEN": "", "HF_HUB_OFFLINE": "0"}
        theirs = {**ours, "HF_HOME": f"{home}/theirs"}
        for name, folder in REPOSITORIES.items():
            snapshot = engram(ours, "fetch", "hf:" + name).strip()
            offline = {**ours, "HF_HUB_OFFLINE": "1"}
            found = python(offline, DOWNLOAD.format(name=name, local=True))
            results.append(check(f"huggingface_hub finds {name}", found == snapshot))
            same = all((pathlib.Path(found) / f.name).read_bytes() == f.read_bytes() for f in folder.iterdir())
            results.append(check(f"with the same bytes in all {len(list(folder.iterdir()))} files", same))
        results.append(check("also file by file", python(offline, FILE).endswith("/model.safetensors")))
        scan = python(ours, SCAN)
        results.append(check("scans the cache without a warning: " + scan, scan.startswith("0 [('acme/sharded', 'model'")))
        results.append(check("transformers generates from it: " + python(offline, GENERATE), True))
        LoopbackHub.asked.clear()
        python(ours, DOWNLOAD.format(name="acme/tiny", local=False))
        results.append(check("huggingface_hub fetches nothing again", LoopbackHub.asked == []))

        found = python(theirs, DOWNLOAD.format(name="acme/tiny", local=False))
        scores = engram({**theirs, "HF_HUB_OFFLINE": "1"}, "score", "hf:acme/tiny", "tofu:forget01", "--limit", "1", "--json")
        expected = engram(ours, "score", str(MODEL), "tofu:forget01", "--limit", "1", "--json")
        results.append(check("Engram scores with huggingface_hub's", scores == expected))
        LoopbackHub.asked.clear()
        snapshot = engram(theirs, "fetch", "acme/tiny").strip()
        results.append(check("Engram fetches nothing again", LoopbackHub.asked == [] and snapshot == found))
    server.shutdown()
    return 0 if all(results) else 1


if __name__ == "__main__":
    sys.exit(main())
