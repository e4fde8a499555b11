import json
from dataclasses import asdict
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError
from tqdm import tqdm

from scanning import evaluation, inline, recognition


class Command(BaseCommand):
    help = "Recognises DIR/photos/*.jpg and compares with DIR/labels/*.json; DIR/negatives must put nothing forward."

    def add_arguments(self, parser):
        parser.add_argument("directory", type=Path, metavar="DIR")
        parser.add_argument("--json", action="store_true", help="all figures as one object")
        parser.add_argument("--results", type=Path, metavar="FILE", help="also write what was recognised, as `scan --json` does")

    def handle(self, *, directory: Path, json: bool, results: Path | None, **options):
        labels = read_labels(directory)
        recognizer = recognition.from_settings()
        found, scores = [], []
        for label in tqdm(labels, unit="photo", disable=json or None):
            found.append(inline.recognise(directory / "photos" / f"{label['photo']}.jpg", recognizer))
            scores.append(evaluation.score(label, found[-1]))
        negatives = [inline.recognise(path, recognizer) for path in sorted(directory.glob("negatives/*.jpg"))]
        if results:
            write(results, [*found, *negatives])
        false_books = [f"{b['title']} ({Path(one['photo']).name})" for one in negatives for b in one["books"] if b["validated"]]
        if json:
            self.stdout.write(as_json(scores, false_books))
        else:
            self.show(scores, negatives, false_books)

    def show(self, scores, negatives, false_books):
        for one in scores:
            counts = f"read {one.found:3}/{one.readable:<3} any {one.found_any:3}  right {one.right:3}/{one.put_forward:<3}"
            self.stdout.write(f"{one.photo:24} {counts} {one.seconds:6.1f} s")
        total = evaluation.total(scores)
        self.stdout.write(
            f"photos {len(scores)}  readable {total.readable}  recall {total.recall:.3f}  recall_any {total.recall_any:.3f}  "
            f"precision {total.precision:.3f}  f1 {total.f1:.3f}  macro recall {total.macro_recall:.3f}"
        )
        if negatives:
            self.stdout.write(f"negatives {len(negatives)}  put forward {len(false_books)}  {'; '.join(false_books)}")


def read_labels(directory: Path) -> list[dict]:
    labels = [json.loads(path.read_text()) for path in sorted(directory.glob("labels/*.json"))]
    labels = [label for label in labels if "books" in label]
    if not labels:
        raise CommandError(f"There are no labels in {directory / 'labels'}.")
    return labels


def write(path: Path, found: list[dict]):
    path.write_text(json.dumps(found, ensure_ascii=False, indent=1))


def as_json(scores, false_books) -> str:
    total = evaluation.total(scores)
    rates = {name: getattr(total, name) for name in ("recall", "recall_any", "precision", "f1")}
    photos = [asdict(one) for one in scores]
    return json.dumps({"total": asdict(total) | rates, "photos": photos, "negatives": false_books}, ensure_ascii=False, indent=1)
