import json
from pathlib import Path

from django.contrib.auth import get_user_model
from django.core.files.storage import default_storage
from django.core.management.base import BaseCommand, CommandError
from tqdm import tqdm

from scanning import images, inline_scan, pipeline, purchases, recognition, results, uploads
from scanning.models import Scan


class Command(BaseCommand):
    help = "Recognises the books in photos immediately, without a queue. With --user, the scans are saved for review."

    def add_arguments(self, parser):
        parser.add_argument("photos", nargs="+", type=Path, metavar="PHOTO")
        parser.add_argument("--json", action="store_true", help="print a JSON list with one object per photo instead of a table")
        parser.add_argument("--user", help="save the scans in this person's library")
        parser.add_argument("--kind", choices=Scan.Kind.values, default=Scan.Kind.SHELF, help="what the photos show (shelf)")
        parser.add_argument("--ocr", default="", help="the engine that reads: local, textract, or a dotted path")
        parser.add_argument("--proposer", default="", help="finds the spines: rules, bedrock, openai, or a dotted path")

    def handle(self, *, photos, json: bool, user, kind, ocr, proposer, **options):
        owner = _find_user(user) if user else None
        wanted = {name: value for name, value in (("ocr", ocr), ("proposer", proposer)) if value}
        recognizer = recognition.recognizer_from_settings(**wanted)
        recognise = inline_scan.recognise_cover if kind == Scan.Kind.COVER else inline_scan.recognise
        found = []
        for path in tqdm(photos, unit="photo", disable=json or None):
            try:
                found.append(_stored_scan(path, owner, kind=kind, **wanted) if owner else recognise(path, recognizer))
            except (images.PhotoError, uploads.UploadError, uploads.SeenBefore, OSError) as error:
                raise CommandError(f"{path}: {error}") from error
        for problem in recognizer.problems:
            self.stderr.write(problem)
        self.show(found, json)

    def show(self, found: list[dict], as_json: bool):
        if as_json:
            self.stdout.write(json.dumps(found, ensure_ascii=False, indent=1))
            return
        for result in found:
            self.stdout.write(f"\n{result['photo']}  {result['lines']} lines, {result['seconds']} s")
            for book in result["books"]:
                place = f"{book['shelf']}.{book['position']}"
                self.stdout.write(f"  {place:>6}  {book['band']:<6} {book['confidence']:.2f}  {book['title']}  {book['author']}")


def _find_user(name: str):
    owner = get_user_model().objects.filter(username=name).first()
    if owner is None:
        raise CommandError(f"There is no user called {name}.")
    return owner


def _stored_scan(path: Path, owner, **wanted) -> dict:
    """Runs the stages of the pipeline here, one after another; tasks that the queue delivers later find them done."""
    with path.open("rb") as file:
        scan = uploads.take_in_upload(owner, file, path.name, **wanted)
    scan = pipeline.run_through(scan.pk)
    if scan.status != Scan.Status.COMPLETE:
        raise CommandError(f"{path}: {scan.error or 'the scan did not complete'}")
    final = results.final(scan)
    return {
        "photo": str(path),
        "jobId": scan.job_id,
        "engine": scan.engine,
        "seconds": round(sum(scan.timings.values()), 3),
        "timings": scan.timings,
        "books": final["books"],
        "lines": len(results.load_result(scan, "ocr.json")["lines"])
        if default_storage.exists(scan.result_key("ocr.json"))
        else 0,
        "cost": purchases.scan_cost(scan),
    }
