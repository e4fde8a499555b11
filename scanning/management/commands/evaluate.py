import json
import resource
import sys
from collections.abc import Iterable
from dataclasses import asdict, replace
from pathlib import Path
from typing import NamedTuple

from django.core.management.base import BaseCommand, CommandError
from tqdm import tqdm

from scanning import images, inline_scan, recognition
from scanning.evaluation import crossing, report, tables
from scanning.evaluation.open_world import MissingWorks, lookup_without, missing_works
from scanning.evaluation.readings import CachedReadings
from scanning.evaluation.scoring import Score, score_photo
from scanning.templatetags.percents import percent

IN_ONE_MB = 1024 * 1024 if sys.platform == "darwin" else 1024  # the unit in which the system counts memory


class LeftOut(NamedTuple):
    """The photos scored with curves fitted on other sources, and the curve fitted on all."""

    scores: list[Score]
    curve: tuple[float, ...]


class Command(BaseCommand):
    help = "Recognises DIR/photos/*.jpg and compares with DIR/labels/*.json. Nothing may be proposed for DIR/negatives."

    def add_arguments(self, parser):
        parser.add_argument("directory", type=Path, metavar="DIR")
        parser.add_argument("--json", action="store_true", help="print all figures as one JSON object")
        parser.add_argument("--results", type=Path, metavar="FILE", help="also write the recognised books as `scan --json` does")
        parser.add_argument("--report", type=Path, metavar="FILE.html", help="also write a page that shows every photo")
        lacking = "with this share of the labelled works missing from the catalogues on this machine (0.5 or 1)"
        parser.add_argument("--without", type=float, default=0.0, metavar="SHARE", help=lacking)
        crossed = "also fit the curve of confidence again without one source at a time, and measure that source with it"
        parser.add_argument("--cross", action="store_true", help=crossed)
        kept = "cache the text read in every photo in this folder, to measure changes to matching quickly"
        parser.add_argument("--ocr-cache", type=Path, metavar="DIR", help=kept)

    def handle(self, *, directory: Path, json: bool, results: Path | None, ocr_cache: Path | None, **options):
        labels = _read_labels(directory)
        recognizer = recognition.recognizer_from_settings()
        if ocr_cache:
            recognizer = replace(recognizer, engine=CachedReadings(recognizer.engine, ocr_cache))
        photos = [directory / "photos" / f"{label['photo']}.jpg" for label in labels]
        empty = sorted(directory.glob("negatives/*.jpg"))
        missing = MissingWorks(missing_works(labels, options["without"])) if options["without"] else None
        crossed = _left_out(directory, labels, photos, recognizer, missing) if options["cross"] else None
        if missing:
            recognizer = replace(recognizer, lookup=lookup_without(recognizer.lookup, missing))
            labels = [missing.labels_left(label) for label in labels]
        found = [_recognise(path, recognizer) for path in tqdm([*photos, *empty], unit="photo", disable=json or None)]
        if ocr_cache:  # with cached text, the time to the first book means nothing
            found = [one | {"firstBook": None} for one in found]
        memory = _peak_memory()
        scores = [score_photo(label, one) for label, one in zip(labels, found, strict=False)]
        negatives = list(zip(empty, found[len(photos) :], strict=True))
        if results:
            _write_results(results, found)
        if options["report"]:
            report.write_report(options["report"], scores, photos, negatives, costs(scores, memory))
        figures = _as_json(scores, negatives, memory, crossed) if json else _as_text(scores, negatives, memory, crossed)
        self.stdout.write(figures)


def _read_labels(directory: Path) -> list[dict]:
    labels = [json.loads(path.read_text()) for path in sorted(directory.glob("labels/*.json"))]
    labels = [label for label in labels if "books" in label]
    if not labels:
        raise CommandError(f"There are no labels in {directory / 'labels'}.")
    return labels


def _left_out(directory: Path, labels: list[dict], photos: list[Path], recognizer, missing: MissingWorks | None) -> LeftOut:
    try:
        return LeftOut(*crossing.left_out_scores(labels, photos, crossing.photo_sources(directory), recognizer, missing))
    except (images.PhotoError, OSError) as error:
        raise CommandError(str(error)) from error


def _recognise(path: Path, recognizer: recognition.Recognizer) -> dict:
    try:
        return inline_scan.recognise(path, recognizer)
    except (images.PhotoError, OSError) as error:
        raise CommandError(f"{path}: {error}") from error


def _write_results(path: Path, found: list[dict]):
    path.write_text(json.dumps(found, ensure_ascii=False, indent=1))


def _peak_memory() -> float:
    """The peak memory of this process, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / IN_ONE_MB


def false_books(negatives: Iterable[tuple[Path, dict]]) -> list[str]:
    return [f"{book['title']} ({path.name})" for path, one in negatives for book in one["books"] if book["validated"]]


def costs(scores: list[Score], memory: float) -> list[tuple[str, str]]:
    named = [("seconds per photo", f"{tables.total(scores).seconds:.1f}")]
    if (share := tables.first_book_share(scores)) is not None:
        named.append(("of the time until the first book was known", percent(share)))
    return [*named, ("MB of peak memory", f"{memory:.0f}")]


# ── As text ─────────────────────────────────────────────────────────────────────────────────────────────────────────
def _as_text(scores: list[Score], negatives: list[tuple[Path, dict]], memory: float, crossed: LeftOut | None) -> str:
    lines = [_photo_line(one) for one in scores]
    if crossed:
        curve = ", ".join(f"{weight:.2f}" for weight in crossed.curve)
        lines += ["", f"curve fitted on all photos: {curve}", "", *_summary_lines("left out", crossed.scores)]
    lines += ["", *_summary_lines("all photos", scores)]
    wrong = false_books(negatives)
    if negatives:
        lines += ["", f"negatives {len(negatives)}  proposed {len(wrong)}  {'; '.join(wrong)}"]
    lines += ["", *(f"{value} {name}" for name, value in costs(scores, memory))]
    return "\n".join(lines)


def _summary_lines(name: str, scores: list[Score]) -> Iterable[str]:
    yield from _total_lines(name, tables.total(scores))
    for half, total in tables.halves(scores).items():
        yield from _total_lines(half, total)
    yield from ("", *(_language_line(one) for one in tables.language_table(scores)), "")
    yield from _calibration_lines(tables.calibration(scores))


def _photo_line(one: Score) -> str:
    found = f"read {one.found:3}/{one.readable:<3} any {one.found_any:3}  right {one.right:3}/{one.put_forward:<3}"
    first = f"  first book {one.first_book:5.1f} s" if one.first_book is not None else ""
    return f"{one.photo:24} {found} {one.seconds:6.1f} s{first}"


def _total_lines(name: str, total: tables.Total) -> Iterable[str]:
    yield (
        f"{name:12} photos {total.photos:<3} readable {total.readable:<4} recall {total.recall:.3f}  "
        f"recall_clear {total.recall_clear:.3f}  recall_any {total.recall_any:.3f}  precision {total.precision:.3f}  "
        f"f1 {total.f1:.3f}  macro recall {total.macro_recall:.3f}"
    )
    yield (
        f"{'':12} sure {total.sure:<4} precision_sure {total.precision_sure:.4f}  wrong per 100 readable: "
        f"proposed {total.wrong_per_100:.2f}  sure {total.wrong_sure_per_100:.2f}"
    )


def _language_line(one: tables.Language) -> str:
    return f"{one.name:12} readable {one.readable:<4} found {one.found:<4} recall {one.recall:.3f}"


def _calibration_lines(bins: list[tables.Bin]) -> Iterable[str]:
    for one in bins:
        few = "" if one.is_telling else "  (few)"
        yield (
            f"confidence {one.low:.1f} to {one.high:.1f}  books {one.books:<4} stated {one.promised:.3f}  "
            f"right {one.kept:.3f}  off by {one.gap:.3f}{few}"
        )
    if worst := tables.worst(bins):
        yield f"worst of those with at least {tables.LEAST_IN_A_BIN} books: off by {worst.gap:.3f}"


# ── As JSON ─────────────────────────────────────────────────────────────────────────────────────────────────────────
def _as_json(scores: list[Score], negatives: list[tuple[Path, dict]], memory: float, crossed: LeftOut | None) -> str:
    figures = _summary(scores) | {
        "peak_memory_mb": round(memory, 1),
        "first_book_share": tables.first_book_share(scores),
        "photos": [one.as_dict() for one in scores],
        "negatives": false_books(negatives),
    }
    if crossed:
        figures["left_out"] = _summary(crossed.scores) | {"curve": crossed.curve}
    return json.dumps(figures, ensure_ascii=False, indent=1)


def _summary(scores: list[Score]) -> dict:
    bins = tables.calibration(scores)
    worst = tables.worst(bins)
    return {
        "total": tables.total(scores).as_dict(),
        "halves": {name: half.as_dict() for name, half in tables.halves(scores).items()},
        "languages": [asdict(one) | {"recall": one.recall} for one in tables.language_table(scores)],
        "calibration": {"bins": [asdict(one) | {"gap": one.gap} for one in bins], "worst": worst.gap if worst else None},
    }
