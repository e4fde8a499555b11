"""manage.py evaluate_barcodes DIR: in how many photos the right ISBN is read, and how quickly."""

import json
import time
from pathlib import Path

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from scanning import barcodes, images
from scanning.recognition import engine_named

PICTURES = (".jpg", ".jpeg", ".png", ".webp", ".heic")


class Command(BaseCommand):
    help = "Reads the photos in DIR and compares them with DIR/isbn.json, a map from file name (without extension) to ISBN."

    def add_arguments(self, parser):
        parser.add_argument("dir", type=Path)
        parser.add_argument("--json", action="store_true", help="print the figures as JSON")
        parser.add_argument("--bars-only", action="store_true", help="ignore the digits printed around the bars")

    def handle(self, *, dir, json: bool, bars_only, verbosity, **options):
        truth = expected(dir)
        engine = None if bars_only else engine_named(settings.OCR)
        photos = [path for path in sorted(dir.iterdir()) if path.suffix.lower() in PICTURES and path.stem in truth]
        if not photos:
            raise CommandError(f"None of the photos in {dir / 'isbn.json'} exists.")
        rows = [_measured(path, truth[path.stem], engine) for path in photos]
        self.stdout.write(_as_json(rows) if json else _as_text(rows))


def expected(folder: Path) -> dict[str, str]:
    try:
        return json.loads((folder / "isbn.json").read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise CommandError(f"{folder / 'isbn.json'} cannot be read: {error}") from error


def _measured(path: Path, wanted: str, engine) -> dict:
    """`right`: this ISBN and no other; `unread`: none; otherwise `wrong`."""
    with path.open("rb") as file:
        image = images.load_photo(file)
    started = time.monotonic()
    numbers = barcodes.read_barcodes(image, engine).numbers
    seconds = round(time.monotonic() - started, 3)
    verdict = "right" if numbers == [wanted] else "wrong" if numbers else "unread"
    return {"photo": path.name, "isbn": wanted, "read": numbers, "verdict": verdict, "seconds": seconds}


def _figures(rows: list[dict]) -> dict:
    counts = {verdict: sum(row["verdict"] == verdict for row in rows) for verdict in ("right", "wrong", "unread")}
    times = sorted(row["seconds"] for row in rows)
    shares = {"photos": len(rows), **counts, "share": round(counts["right"] / len(rows), 4)}
    return shares | {"seconds": round(sum(times) / len(times), 3), "median_seconds": times[len(times) // 2]}


def _as_json(rows: list[dict]) -> str:
    return json.dumps({**_figures(rows), "rows": rows}, indent=1)


def _as_text(rows: list[dict]) -> str:
    total = _figures(rows)
    lines = [f"{row['verdict']:7}{row['seconds']:7.2f} s  {row['photo']}  {', '.join(row['read']) or '–'}" for row in rows]
    counts = (
        f"{total['right']} of {total['photos']} right ({total['share']:.1%}), {total['wrong']} wrong, {total['unread']} unread"
    )
    times = f"{total['seconds']:.2f} s per photo, median {total['median_seconds']:.2f} s"
    return "\n".join([*lines, f"{counts}; {times}."])
