"""Fits the letters of one script to stored features, and measures them on fonts that were held back."""

import argparse
import random
import time
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from rapidfuzz.distance import Levenshtein
from torch import nn

from scanning.ocr import other_scripts
from training import lines

LETTERS = {
    "cyrillic": lines.CYRILLIC + lines.LATIN + lines.DIGITS + lines.PUNCTUATION,
    "greek": lines.GREEK + lines.LATIN + lines.DIGITS + lines.PUNCTUATION,
    "korean": lines.COMMON_HANGUL + lines.LATIN + lines.DIGITS + lines.PUNCTUATION,
}
SCRIPTS = ["latin", "han", "cyrillic", "greek", "korean", "none"]
WIDTH = 192
BATCH = 32
NOISE = 0.15  # added to the numbers, in their deviations


@dataclass
class Stored:
    features: np.ndarray  # steps x numbers
    text: str
    script: str
    held_back: bool


def load_lines(folder: Path) -> list[Stored]:
    found = []
    for path in sorted(folder.glob("*.npz")):
        try:
            data = np.load(path)
            parts = np.split(data["features"], np.cumsum(data["lengths"])[:-1])
            rows = zip(parts, data["texts"].tolist(), data["scripts"].tolist(), data["held_back"].tolist(), strict=True)
        except (OSError, ValueError, EOFError):  # still being written
            continue
        found += [Stored(*row) for row in rows]
    return found


class Mixing(nn.Module):
    """Each step with its neighbours, added to itself."""

    def __init__(self, width: int):
        super().__init__()
        self.near = nn.Conv1d(width, width, 7, padding=3, groups=width)
        self.across = nn.Linear(width, width)

    def forward(self, values):
        return values + torch.relu(self.across(self.near(values.transpose(1, 2)).transpose(1, 2)))


class Letters(nn.Module):
    def __init__(self, inputs: int, letters: str):
        super().__init__()
        self.first = nn.Linear(inputs, WIDTH)
        self.mixing = nn.Sequential(Mixing(WIDTH), Mixing(WIDTH))
        self.parts = torch.from_numpy(parts_of(letters))
        self.last = nn.Linear(WIDTH, self.parts.shape[1])

    def last_weight(self):
        return self.parts @ self.last.weight, self.parts @ self.last.bias

    def forward(self, values):
        return nn.functional.linear(self.mixing(torch.relu(self.first(values))), *self.last_weight()).log_softmax(2)


def parts_of(letters: str) -> np.ndarray:
    """What each class consists of (classes x parts): the blank first, then the letters, each a part of its own. A Korean
    syllable also has the parts of its two or three letters, so that what one syllable teaches helps with all that share them."""
    own = np.eye(len(letters) + 1, dtype=np.float32)
    shared = np.zeros((len(letters) + 1, 19 + 21 + 28), dtype=np.float32)
    for row, letter in zip(shared[1:], letters, strict=True):
        if letter in lines.HANGUL:
            number = ord(letter) - ord(lines.HANGUL[0])
            row[[number // 588, 19 + number // 28 % 21, 40 + number % 28]] = 1
    return np.hstack([own * (0.5 if shared.any() else 1), shared]) if shared.any() else own


def batches(stored: list[Stored], chance: random.Random):
    """Lines of like length together, in a new order every time."""
    order = sorted(range(len(stored)), key=lambda n: len(stored[n].features) + chance.uniform(0, 12))
    groups = [order[start : start + BATCH] for start in range(0, len(order), BATCH)]
    chance.shuffle(groups)
    return [[stored[n] for n in group] for group in groups]


def padded(batch: list[Stored], mean: np.ndarray, scale: np.ndarray) -> tuple[torch.Tensor, torch.Tensor]:
    lengths = [len(item.features) for item in batch]
    values = np.zeros((len(batch), max(lengths), len(mean)), np.float32)
    for row, item in zip(values, batch, strict=True):
        row[: len(item.features)] = (item.features - mean) * scale
    return torch.from_numpy(values), torch.tensor(lengths)


def targets(batch: list[Stored], letters: str) -> tuple[torch.Tensor, torch.Tensor]:
    codes = [[letters.index(c) + 1 for c in item.text] for item in batch]
    return torch.tensor([code for row in codes for code in row]), torch.tensor([len(row) for row in codes])


def decode(values: np.ndarray, letters: str) -> str:
    best = values.argmax(1)
    return "".join(letters[code - 1] for n, code in enumerate(best) if code and (n == 0 or best[n - 1] != code))


def measure(model, stored: list[Stored], letters: str, mean: np.ndarray, scale: np.ndarray) -> float:
    """Wrong letters as a share of all."""
    wrong = total = 0
    with torch.no_grad():
        for batch in batches(stored, random.Random(0)):
            values, lengths = padded(batch, mean, scale)
            for row, length, item in zip(model(values).numpy(), lengths.tolist(), batch, strict=True):
                wrong += Levenshtein.distance(decode(row[:length], letters), item.text)
                total += len(item.text)
    return wrong / max(total, 1)


def fit_letters(script: str, stored: list[Stored], rounds: int, rate: float) -> dict[str, np.ndarray]:
    """The arrays of scanning.ocr.other_scripts.Alphabet."""
    letters = LETTERS[script] + " "
    own = [item for item in stored if item.script == script and set(item.text) <= set(letters)]
    own = [item for item in own if 0 < len(item.text) < len(item.features)]
    fitted, held = [item for item in own if not item.held_back], [item for item in own if item.held_back]
    sample = np.concatenate([item.features for item in fitted[:2000]]).astype(np.float32)
    mean, scale = sample.mean(0), 1 / (sample.std(0) + 1e-3)
    model = Letters(len(mean), letters)
    print(script, len(fitted), "lines,", sum(values.numel() for values in model.parameters()), "numbers", flush=True)
    loss_of = nn.CTCLoss(zero_infinity=True)
    adam = torch.optim.AdamW(model.parameters(), lr=rate, weight_decay=0.01)
    plan = torch.optim.lr_scheduler.OneCycleLR(adam, rate, total_steps=rounds * (len(fitted) // BATCH + 1), pct_start=0.15)
    chance, start = random.Random(1), time.monotonic()
    for number in range(rounds):
        losses = []
        for batch in batches(fitted, chance):
            values, lengths = padded(batch, mean, scale)
            codes, sizes = targets(batch, letters)
            adam.zero_grad()
            loss = loss_of(model(values + NOISE * torch.randn_like(values)).transpose(0, 1), codes, lengths, sizes)
            loss.backward()
            nn.utils.clip_grad_norm_(model.parameters(), 2.0)
            adam.step()
            plan.step()
            losses.append(loss.item())
        error = measure(model, held[:400], letters, mean, scale)
        print(number, f"loss {np.mean(losses):.3f}, error {error:.4f}, {time.monotonic() - start:.0f} s", flush=True)
    print(f"{len(held)} lines in held-back fonts: error {measure(model, held, letters, mean, scale):.4f}", flush=True)
    return {"letters": np.array(letters), "mean": mean, "scale": scale} | layers(model)


def layers(model: Letters) -> dict[str, np.ndarray]:
    weight, bias = model.last_weight()
    arrays = {"first": model.first.weight.T, "first_bias": model.first.bias, "last": weight.T, "last_bias": bias}
    for number, layer in enumerate(model.mixing):
        arrays[f"mixing{number}_near"] = layer.near.weight[:, 0].T
        arrays[f"mixing{number}_near_bias"] = layer.near.bias
        arrays[f"mixing{number}_across"] = layer.across.weight.T
        arrays[f"mixing{number}_across_bias"] = layer.across.bias
    return {name: values.detach().numpy().astype(np.float16) for name, values in arrays.items()}


def fit_script(stored: list[Stored]) -> dict[str, np.ndarray]:
    """Finds the script of a line from the mean of its numbers. A line without a letter of its script is for the recogniser."""
    classes = np.array([SCRIPTS.index(_script_of(item)) for item in stored])
    values = np.stack([item.features.astype(np.float32).mean(0) for item in stored])
    held = np.array([item.held_back for item in stored])
    mean, scale = values.mean(0), 1 / (values.std(0) + 1e-3)
    values, targets_ = torch.from_numpy((values - mean) * scale), torch.from_numpy(classes)
    model = nn.Linear(len(mean), len(SCRIPTS))
    adam = torch.optim.AdamW(model.parameters(), 3e-3, weight_decay=0.3)
    weights = torch.from_numpy(len(stored) / (1 + np.bincount(classes, minlength=len(SCRIPTS)))).float()
    for _ in range(400):
        adam.zero_grad()
        nn.functional.cross_entropy(model(values[~held]), targets_[~held], weights).backward()
        adam.step()
    chances = model(values[held]).softmax(1).detach().numpy()
    for number, name in enumerate(SCRIPTS):
        taken = Counter(SCRIPTS[n] for n in chances[classes[held] == number].argmax(1))
        print(name, dict(taken))
    weight = model.weight.detach().numpy() * scale
    bias = model.bias.detach().numpy() - weight @ mean
    return {"scripts": np.array(SCRIPTS), "script_weights": np.vstack([weight.T, bias]).astype(np.float32)}


def _script_of(item: Stored) -> str:
    letters = [c for c in item.text if c.isalpha()]
    if item.script in LETTERS and sum(c.isascii() for c in letters) >= len(letters) / 2:
        return "latin"
    return item.script


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("part", choices=[*LETTERS, "script", "join"])
    parser.add_argument("--features", type=Path)
    parser.add_argument("--parts", type=Path, required=True, help="folder of what was fitted")
    parser.add_argument("--rounds", type=int, default=12)
    parser.add_argument("--rate", type=float, default=4e-3)
    given = parser.parse_args()
    torch.manual_seed(1)
    torch.set_num_threads(1)
    if given.part == "join":
        join(given.parts)
    elif given.part == "script":
        np.savez(given.parts / "script.npz", **fit_script(load_lines(given.features)))
    else:
        arrays = fit_letters(given.part, load_lines(given.features), given.rounds, given.rate)
        np.savez(given.parts / f"{given.part}.npz", **arrays)


def join(parts: Path):
    """All parts in the one file that the project reads."""
    arrays = dict(np.load(parts / "script.npz"))
    for script in LETTERS:
        if (parts / f"{script}.npz").exists():
            arrays |= {f"{script}.{name}": values for name, values in np.load(parts / f"{script}.npz").items()}
    np.savez_compressed(other_scripts.WEIGHTS, **arrays)
    print(other_scripts.WEIGHTS.stat().st_size, "bytes")


if __name__ == "__main__":
    main()
