"""Small pretrained models, the wheels they travel in, a pip that obeys, and a hub of our own."""

from __future__ import annotations

import hashlib
import json
import re
import shutil
import tempfile
import threading
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import numpy as np
from lm_networks import network, tokenizer
from safetensors.numpy import load, save

from cs25 import Wheel

Files = Mapping[str, bytes]


def files(seed: int = 0) -> dict[str, bytes]:
    """What a model consists of, with weights that are only looked at."""
    weights = np.random.default_rng(seed).normal(size=(16, 16)).astype("float32")
    return {
        "config.json": b'{"model_type": "llama"}',
        "model.safetensors": bytes(save({"weight": weights})),
        "tokenizer.json": b"{}",
    }


@cache
def llama() -> dict[str, bytes]:
    """A network of transformers with its tokenizer, as they are saved."""
    with tempfile.TemporaryDirectory() as name:
        network("llama").save_pretrained(name)
        tokenizer().save_pretrained(name)
        return {path.name: path.read_bytes() for path in Path(name).iterdir()}


@cache
def gguf(pre: str = "smollm") -> bytes:
    """The same network as `llama`, as llama.cpp writes it."""
    from gguf import GGUFWriter

    saved = llama()
    config = json.loads(saved["config.json"])
    vocabulary = json.loads(saved["tokenizer.json"])["model"]
    n_heads, n_kv = config["num_attention_heads"], config["num_key_value_heads"]

    def interleaved(weight: np.ndarray, heads: int) -> np.ndarray:
        """Order the rows as llama.cpp turns them: pairs side by side."""
        rows = weight.reshape(heads, 2, weight.shape[0] // heads // 2, -1).swapaxes(1, 2)
        return np.ascontiguousarray(rows.reshape(weight.shape))

    names = {
        "model.embed_tokens": "token_embd", "model.norm": "output_norm", "lm_head": "output",
        "self_attn.q_proj": "attn_q", "self_attn.k_proj": "attn_k", "self_attn.v_proj": "attn_v",
        "self_attn.o_proj": "attn_output", "mlp.gate_proj": "ffn_gate", "mlp.up_proj": "ffn_up",
        "mlp.down_proj": "ffn_down", "input_layernorm": "attn_norm",
        "post_attention_layernorm": "ffn_norm", "model.layers.": "blk.",
    }  # fmt: skip
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "tiny.gguf"
        writer = GGUFWriter(path, "llama")
        writer.add_block_count(config["num_hidden_layers"])
        writer.add_context_length(config["max_position_embeddings"])
        writer.add_embedding_length(config["hidden_size"])
        writer.add_feed_forward_length(config["intermediate_size"])
        writer.add_head_count(n_heads)
        writer.add_head_count_kv(n_kv)
        writer.add_layer_norm_rms_eps(config["rms_norm_eps"])
        writer.add_rope_dimension_count(config["head_dim"])
        writer.add_vocab_size(config["vocab_size"])
        writer.add_tokenizer_model("gpt2")
        writer.add_tokenizer_pre(pre)
        writer.add_token_list(list(vocabulary["vocab"]))
        writer.add_token_types([3] + [1] * (len(vocabulary["vocab"]) - 1))
        writer.add_token_merges([" ".join(merge) for merge in vocabulary["merges"]])
        writer.add_bos_token_id(0)
        writer.add_eos_token_id(0)
        for name, weight in load(saved["model.safetensors"]).items():
            if "q_proj" in name or "k_proj" in name:
                weight = interleaved(weight, n_heads if "q_proj" in name else n_kv)
            for ours, theirs in names.items():
                name = name.replace(ours, theirs)
            writer.add_tensor(name, weight)
        writer.write_header_to_file()
        writer.write_kv_data_to_file()
        writer.write_tensors_to_file()
        writer.close()
        return path.read_bytes()


def wheel(folder: Path, name: str, contents: Files, *, below: str = "") -> Wheel:
    """Pack files as pip expects them, and pin the wheel.

    Args:
        folder: where the wheel shall lie.
        name: of the distribution; its version is 1.0.
        contents: by their path in the wheel.
        below: a folder in the wheel that gets them.
    """
    folder.mkdir(parents=True, exist_ok=True)
    module = name.replace("-", "_")
    about = f"{module}-1.0.dist-info"
    inside = {
        f"{module}/__init__.py": b"raise SystemExit('code of a wheel ran')\n",
        **{f"{below}{path}": data for path, data in contents.items()},
        f"{about}/METADATA": f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n".encode(),
        f"{about}/WHEEL": b"Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    }
    record = "".join(f"{path},,\n" for path in [*inside, f"{about}/RECORD"])
    path = folder / f"{module}-1.0-py3-none-any.whl"
    with zipfile.ZipFile(path, "w") as archive:
        for member, data in {**inside, f"{about}/RECORD": record.encode()}.items():
            archive.writestr(member, data)
    data = path.read_bytes()
    return Wheel(f"{name}==1.0", hashlib.sha256(data).hexdigest(), len(data))


#: A pip that takes wheels from $PIP_SHELF, writes a line for each call to $PIP_CALLS, and waits
#: for $PIP_GATE to appear where that is set, with half of a wheel on the disk.
PIP = """
import os, pathlib, sys, time

target = pathlib.Path(sys.argv[sys.argv.index("--dest") + 1])
package = sys.argv[-1].partition("==")[0].replace("-", "_")
with open(os.environ["PIP_CALLS"], "a") as calls:
    calls.write(package + "\\n")
wheel = next(pathlib.Path(os.environ["PIP_SHELF"]).glob(package + "-1.0*.whl"), None)
if wheel is None:
    sys.exit(os.environ.get("PIP_SAYS", "ERROR: No matching distribution found for " + package))
data = wheel.read_bytes()
(pathlib.Path(os.environ["TMPDIR"]) / "half").write_bytes(data[: len(data) // 2])
parent = os.getppid()
while "PIP_GATE" in os.environ and not os.path.exists(os.environ["PIP_GATE"]):
    if os.getppid() != parent:
        sys.exit(1)
    time.sleep(0.02)
(target / wheel.name).write_bytes(data)
"""


@dataclass
class Pip:
    """What the pip that obeys was asked for, and what it gives."""

    shelf: Path
    log: Path

    @property
    def calls(self) -> list[str]:
        return self.log.read_text().splitlines() if self.log.exists() else []

    def wheel(self, name: str, contents: Files, *, below: str = "") -> Wheel:
        return wheel(self.shelf, name, contents, below=below)

    def lose(self) -> None:
        shutil.rmtree(self.shelf)
        self.shelf.mkdir()


@dataclass
class Hub:
    """A Hugging Face hub on this machine.

    Args:
        repositories: files by name, by repository.
        status: what it answers with, by a piece of the address; and why, in the hub's own words.
        broken: of these files, only half is ever sent.
        swapped: of these files, other bytes than those it tells of are sent.
        page: what it answers with in place of JSON, as a firewall does.
        requests: what it was asked for.
    """

    repositories: dict[str, dict[str, bytes]] = field(default_factory=dict)
    status: dict[str, tuple[int, str]] = field(default_factory=dict)
    broken: set[str] = field(default_factory=set)
    swapped: set[str] = field(default_factory=set)
    page: bytes = b""
    requests: list[str] = field(default_factory=list)
    address: str = ""

    def sha(self, repository: str) -> str:
        told = sorted(self.repositories[repository].items())
        return hashlib.sha1(repr(told).encode()).hexdigest()

    def files_sent(self) -> list[str]:
        sent = (line.rpartition("/")[2] for line in self.requests if line.startswith("GET "))
        return sorted({name for name in sent if "." in name})

    @contextmanager
    def open(self) -> Iterator[Hub]:
        hub = self

        class Handler(_Handler):
            def respond(self) -> None:
                hub.respond(self)

        server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        self.address = f"http://127.0.0.1:{server.server_port}"
        try:
            yield self
        finally:
            server.shutdown()
            server.server_close()

    def respond(self, asked: _Handler) -> None:
        self.requests.append(f"{asked.command} {asked.path}")
        for piece, (status, reason) in self.status.items():
            if piece in asked.path:
                asked.send(status, b"", {"X-Error-Code": reason})
                return
        if self.page:
            asked.send(200, self.page, {"Content-Type": "text/html"})
            return
        model = re.match(r"/api/models/([^/]+/[^/?]+)", asked.path)
        file = re.match(r"/([^/]+/[^/]+)/resolve/[^/]+/(.+)", asked.path)
        repository = (model or file or [""] * 2)[1]
        if repository not in self.repositories:
            asked.send(404, b"", {"X-Error-Code": "RepoNotFound"})
        elif model:
            asked.send(200, json.dumps(self._about(repository)).encode(), {})
        elif file:
            self._send_file(asked, repository, file[2])

    def _about(self, repository: str) -> dict[str, Any]:
        siblings = []
        for name, data in self.repositories[repository].items():
            lfs = {"sha256": hashlib.sha256(data).hexdigest(), "size": len(data), "pointerSize": 1}
            large = {"lfs": lfs} if name.endswith(".safetensors") else {}
            siblings.append({"rfilename": name, "size": len(data), "blobId": "0" * 40, **large})
        sha = self.sha(repository)
        return {"id": repository, "modelId": repository, "sha": sha, "siblings": siblings}

    def _send_file(self, asked: _Handler, repository: str, name: str) -> None:
        data = self.repositories[repository][name]
        headers = {
            "X-Repo-Commit": self.sha(repository),
            "ETag": f'"{hashlib.sha256(data).hexdigest()}"',
            "Accept-Ranges": "bytes",
        }
        if name in self.swapped:
            data = bytes(byte ^ 1 for byte in data)
        span = re.match(r"bytes=(\d+)-", asked.headers.get("Range", ""))
        start = int(span[1]) if span else 0
        if span:
            headers["Content-Range"] = f"bytes {start}-{len(data) - 1}/{len(data)}"
        end = max(start, len(data) // 2) if name in self.broken else len(data)
        asked.send(206 if span else 200, data[start:end], headers, length=len(data) - start)


class _Handler(BaseHTTPRequestHandler):
    def send(
        self, status: int, body: bytes, headers: Mapping[str, str], length: int | None = None
    ) -> None:
        self.send_response(status)
        sized = {"Content-Type": "application/json", "Content-Length": str(length or len(body))}
        for name, value in {**sized, **headers}.items():
            self.send_header(name, value)
        self.end_headers()
        if self.command == "GET":
            self.wfile.write(body)
        self.close_connection = True

    def respond(self) -> None:
        raise NotImplementedError

    def do_GET(self) -> None:
        self.respond()

    def do_HEAD(self) -> None:
        self.respond()

    def log_message(self, *_: object) -> None:
        pass
