"""Cyrillic and Greek, which PP-OCRv6 has no letters for: read from what its recogniser sees in a line.

The recogniser turns a line into numbers, and those into its own letters. From the same numbers, a small network finds the
script of the line, and another for every script its letters. Their weights are the project's own; training/README.md says how
they were made."""

import math
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np

WEIGHTS = Path(__file__).with_name("other_scripts.npz")
# Outputs of parts of the recogniser: after the last convolution, and what its own letters are found from.
FEATURES = ("p2o.pd_op.pool2d.1.0", "p2o.pd_op.transpose.8.0")
STEP = 8  # px of a line 48 px high
LEAST_CHANCE = 0.1  # of a script, for a line to be read in it
LEAST_LEAD = 1.0  # log odds by which script and reading together have to be more certain than what the recogniser reads
MOST_MIXED = 0.25  # of a line's letters may be Latin ones in words of another script; more are a sign of a misread Latin line
LOOK_ALIKE = frozenset("АВЕЅІЈКМНОРСТУХаеорсухіѕјΑΒΕΖΗΙΚΜΝΟΡΤΥΧνο")  # like Latin letters: a line of these alone stays Latin


@dataclass(frozen=True)
class Alphabet:
    """The letters of one script and the network that finds them, with the layers of training/fit.py."""

    letters: str
    weights: dict[str, np.ndarray]

    def read(self, features: np.ndarray) -> tuple[str, float]:
        """Text and confidence of a line (steps x numbers)."""
        weights = self.weights
        values = np.maximum((features - weights["mean"]) * weights["scale"] @ weights["first"] + weights["first_bias"], 0)
        for layer in ("mixing0", "mixing1"):
            near = _neighbours(values, weights[f"{layer}_near"]) + weights[f"{layer}_near_bias"]
            values = values + np.maximum(near @ weights[f"{layer}_across"] + weights[f"{layer}_across_bias"], 0)
        return self._decode(values @ weights["last"] + weights["last_bias"])

    def _decode(self, scores: np.ndarray) -> tuple[str, float]:
        """Every letter once, however many steps it takes; the first of the scores is for none."""
        best = scores.argmax(axis=1)
        new = (best > 0) & (best != np.concatenate([[0], best[:-1]]))
        if not new.any():
            return "", 0.0
        certain = 1 / np.exp(scores[new] - scores[new].max(axis=1, keepdims=True)).sum(axis=1)
        return "".join(self.letters[n - 1] for n in best[new]).strip(), float(certain.mean())


def _is_foreign(text: str) -> bool:
    """Whether at least half of the letters are not Latin, some look like no Latin one, and few words mix both."""
    letters = [c for c in text if c.isalpha()]
    latin = [c for c in letters if c.isascii()]
    mixed = sum(c.isascii() for word in text.split() if not word.isascii() for c in word if c.isalpha())
    distinct = any(not c.isascii() and c not in LOOK_ALIKE for c in letters)
    return distinct and len(letters) > 1 and len(latin) <= len(letters) / 2 and mixed < MOST_MIXED * len(letters)


def _log_odds(chance: float) -> float:
    chance = min(max(chance, 0.001), 0.999)
    return math.log(chance / (1 - chance))


def _neighbours(values: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """At every step the sum of the steps around it (weights: places x numbers)."""
    around = np.pad(values, ((len(weights) // 2,) * 2, (0, 0)))
    return np.sum([around[n : n + len(values)] * row for n, row in enumerate(weights)], axis=0)


@dataclass(frozen=True)
class OtherScripts:
    scripts: tuple[str, ...]
    script_weights: np.ndarray  # numbers of a line and 1 x scripts
    alphabets: dict[str, Alphabet]

    def read(self, features: np.ndarray, known: tuple[str, float]) -> tuple[str, float]:
        """`known`, or what a line (steps x numbers) says in another script, if that is more certain."""
        script, chance = self.script_of(features)
        if script not in self.alphabets or chance < LEAST_CHANCE:
            return known
        text, confidence = self.alphabets[script].read(features)
        lead = _log_odds(chance) + _log_odds(confidence) - _log_odds(known[1])
        return (text, confidence) if lead > LEAST_LEAD and _is_foreign(text) else known

    def script_of(self, features: np.ndarray) -> tuple[str, float]:
        """The most likely script, and how likely it is."""
        scores = np.append(features.mean(axis=0), 1) @ self.script_weights
        best = int(scores.argmax())
        return self.scripts[best], float(1 / np.exp(scores - scores[best]).sum())


@cache
def load_other_scripts() -> OtherScripts:
    with np.load(WEIGHTS) as stored:
        arrays = {name: values if values.dtype.kind == "U" else values.astype(np.float32) for name, values in stored.items()}
    alphabets = {}
    for script in (name.removesuffix(".letters") for name in arrays if name.endswith(".letters")):
        own = {name.removeprefix(f"{script}."): values for name, values in arrays.items() if name.startswith(f"{script}.")}
        alphabets[script] = Alphabet(str(own.pop("letters")), own)
    return OtherScripts(tuple(arrays["scripts"].tolist()), arrays["script_weights"], alphabets)


def features_of(outputs: list[np.ndarray], row: int, width: int) -> np.ndarray:
    """Steps x numbers of one line in a batch, without its padding. `outputs`: those of FEATURES; `width` in px."""
    pooled, last = outputs
    steps = -(-width // STEP) + 1
    return np.concatenate([pooled[row, :, 0, :steps].T, last[row, :steps]], axis=1)


def with_outputs(model: bytes, names: tuple[str, ...]) -> bytes:
    """An ONNX model that also answers with the values called `names`. Messages of protobuf that follow one another are merged,
    and their lists joined; the fields are ModelProto.graph, GraphProto.output and ValueInfoProto.name (https://onnx.ai)."""
    outputs = b"".join(_field(12, _field(1, name.encode())) for name in names)
    return model + _field(7, outputs)


def _field(number: int, content: bytes) -> bytes:
    assert len(content) < 128, "a longer one needs more bytes for its length"
    return bytes([number << 3 | 2, len(content)]) + content
