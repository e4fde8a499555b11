"""What becomes of drawn lines in fonts that were held back: how many letters are wrong, and what is taken for another script."""

import argparse
from collections import Counter, defaultdict
from pathlib import Path

import numpy as np
import onnx
from onnx import numpy_helper
from rapidfuzz.distance import Levenshtein

from scanning.ocr.other_scripts import load_other_scripts
from training.fit import load_lines

NUMBERS = 120  # the last ones of a step are those that the recogniser tells its own letters from


class Recogniser:
    """The last layer of the recogniser, over stored numbers."""

    def __init__(self, path: Path):
        model = onnx.load(path)
        weights = {item.name: item for item in model.graph.initializer if item.name.startswith("linear_8.")}
        self.weight, self.bias = (numpy_helper.to_array(weights[f"linear_8.{name}_0"]) for name in "wb")
        self.letters = next(item for item in model.metadata_props if item.key == "character").value.split("\n")

    def read(self, features: np.ndarray) -> tuple[str, float]:
        scores = features[:, -NUMBERS:] @ self.weight + self.bias
        best = scores.argmax(1)
        new = (best > 0) & (best != np.concatenate([[0], best[:-1]]))
        if not new.any():
            return "", 0.0
        certain = 1 / np.exp(scores[new] - scores[new].max(1, keepdims=True)).sum(1)
        return "".join([*self.letters, " "][n - 1] for n in best[new]).strip(), float(certain.mean())


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", type=Path, required=True, help="PP-OCRv6_rec_small.onnx")
    parser.add_argument("--features", type=Path, required=True)
    given = parser.parse_args()
    recogniser, others = Recogniser(given.model), load_other_scripts()
    letters, wrong, taken = Counter(), Counter(), defaultdict(list)
    for item in load_lines(given.features):
        if item.held_back and item.script != "none":
            features = item.features.astype(np.float32)
            known = recogniser.read(features)
            text, _ = others.read(features, known)
            letters[item.script] += len(item.text)
            wrong[item.script] += Levenshtein.distance(item.text, text)
            if text != known[0]:
                taken[item.script].append(f"{item.text} | {known[0]} | {text}")
    for script, count in letters.items():
        print(f"{script}: {wrong[script] / count:.3f} of {count} letters wrong, {len(taken[script])} lines taken")
    print(*taken["latin"], *taken["han"], sep="\n")


if __name__ == "__main__":
    main()
