"""Envelopes, keys and digests of requests by Python's cryptography, hashlib and json.

    python goldens/certificate.py

Writes golden/certificate/ in engram-core. The keys are for tests: their private bytes are 0, 1, … 31 and 32, 33, … 63. Only rsa.pem,
ec.pem and encrypted.pem are drawn anew by each call.
"""
import base64
import hashlib
import json
import unicodedata

from cryptography.hazmat.primitives import serialization as s
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa

from common import golden, write_json

SALT = bytes(range(100, 132))
TYPE = "application/vnd.in-toto+json"
PAYLOAD = json.dumps({"_type": "https://in-toto.io/Statement/v1", "word": "naïve"}, ensure_ascii=False).encode()
REQUESTS = [
    {"id": "a", "question": "Where was Ada born?", "answer": "In London."},
    {"id": "b", "question": "Qué?", "answer": "Cafe\u0301 \u2615 \"quoted\" \\ and\ttab"},
    {"id": "c", "text": "A text of one line.\nAnd another."},
    {"id": "d", "question": "ab", "answer": "c"},
    {"id": "e", "question": "a", "answer": "bc"},
    {"id": "f", "messages": [{"role": "system", "content": "Be brief."}, {"role": "user", "content": "Who?"},
                             {"role": "assistant", "content": "Nobody."}]},
    {"id": "g", "prompt_ids": [3, 14, 15], "answer_ids": [92]},
]


def packed(parts):
    return b" ".join(b"%d %s" % (len(p), p) for p in parts)


def pae(kind, payload):
    return b"DSSEv1 " + packed([kind.encode(), payload])


def parts(row):
    if "question" in row:
        pairs = [("question", row["question"]), ("answer", row["answer"])]
    elif "text" in row:
        pairs = [("text", row["text"])]
    elif "messages" in row:
        pairs = [(m["role"], m["content"]) for m in row["messages"][:-1]] + [("answer", row["messages"][-1]["content"])]
    else:
        pairs = [(k, ",".join(map(str, row[k]))) for k in ("prompt_ids", "answer_ids")]
    return [unicodedata.normalize("NFC", text).encode() for pair in pairs for text in pair]


def private_pem(key, cipher=s.NoEncryption(), form=s.PrivateFormat.PKCS8):
    return key.private_bytes(s.Encoding.PEM, form, cipher)


def public_pem(key):
    return key.public_key().public_bytes(s.Encoding.PEM, s.PublicFormat.SubjectPublicKeyInfo)


def main():
    folder = golden("core", "certificate")
    key = ed25519.Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
    other = ed25519.Ed25519PrivateKey.from_private_bytes(bytes(range(32, 64)))
    drawn = rsa.generate_private_key(65537, 2048)
    files = {
        "key.pem": private_pem(key),
        "key.pem.pub": public_pem(key),
        "other.pem.pub": public_pem(other),
        "rsa.pem": private_pem(drawn),
        "rsa.pem.pub": public_pem(drawn),
        "rsa-traditional.pem": private_pem(drawn, form=s.PrivateFormat.TraditionalOpenSSL),
        "ec.pem": private_pem(ec.generate_private_key(ec.SECP256R1())),
        "encrypted.pem": private_pem(key, s.BestAvailableEncryption(b"secret")),
        "openssh.pem": private_pem(key, form=s.PrivateFormat.OpenSSH),
        "salt": SALT.hex().encode() + b"\n",
    }
    for name, data in files.items():
        (folder / name).write_bytes(data)
    der = key.public_key().public_bytes(s.Encoding.DER, s.PublicFormat.SubjectPublicKeyInfo)
    signature = key.sign(pae(TYPE, PAYLOAD))
    key.public_key().verify(signature, pae(TYPE, PAYLOAD))
    envelope = {"payload": base64.b64encode(PAYLOAD).decode(), "payloadType": TYPE,
                "signatures": [{"keyid": hashlib.sha256(der).hexdigest(), "sig": base64.b64encode(signature).decode()}]}
    (folder / "envelope.json").write_text(json.dumps(envelope) + "\n")
    write_json(folder / "expected.json", {
        "pae_hex": pae(TYPE, PAYLOAD).hex(),
        "key_id": hashlib.sha256(der).hexdigest(),
        "salt_sha256": hashlib.sha256(SALT).hexdigest(),
        "digests": [{"row": row, "packed_hex": packed(parts(row)).hex(),
                     "digest": hashlib.sha256(SALT + packed(parts(row))).hexdigest()} for row in REQUESTS],
    })


if __name__ == "__main__":
    main()
