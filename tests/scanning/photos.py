"""Pictures and scans for tests, and a catalogue that knows a few books."""

import io

from PIL import Image, ImageDraw

from catalogs import Record
from scanning.models import Band, Candidate, Scan

DUNE = Record(
    "Dune", ("Frank Herbert",), isbn="9780441172719", publisher="Ace", published_date="1990", source="local", source_id="1"
)
DUNE_UK = Record(
    "Dune", ("Frank Herbert",), isbn="9780340960196", publisher="Hodder", published_date="2006", source="local", source_id="2"
)
EMMA = Record("Emma", ("Jane Austen",), isbn="9780141439587", source="open_library", source_id="OL1M")
STONER = Record("Stoner", ("John Williams",), isbn="9781590171998", source="open_library", source_id="OL2M")
KNOWN = (DUNE, DUNE_UK, EMMA, STONER)


class SmallCatalog:
    """Stands behind `lookup` in the settings: `CATALOGS = ["tests.scanning.photos.SmallCatalog"]`."""

    name = "small"

    def by_isbn(self, isbn13):
        return next((record for record in KNOWN if record.isbn == isbn13), None)

    def search(self, text, limit=10):
        words = text.casefold().split()
        return [record for record in KNOWN if any(word in record.title.casefold() for word in words)]


def photo(colour="white", size=(400, 300), format="JPEG", **options) -> io.BytesIO:
    image = Image.new("RGB", size, "saddlebrown")
    ImageDraw.Draw(image).rectangle([100, 50, 160, 250], fill=colour)
    out = io.BytesIO()
    image.save(out, format, **options)
    out.seek(0)
    return out


def make_scan(user, job_id="job-1", status=Scan.Status.COMPLETE, stage="done", **facts) -> Scan:
    facts = {"filename": "shelf.jpg", "photo": "none", "sha256": job_id, "width": 400, "height": 300, **facts}
    return Scan.objects.create(user=user, job_id=job_id, status=status, stage=stage, **facts)


def make_candidate(scan, record=DUNE, band=Band.SURE, alternatives=(), **facts) -> Candidate:
    number = scan.candidates.count() + 1
    left = 20 * number
    facts = {
        "number": number,
        "confidence": {"sure": 0.98, "check": 0.7, "unread": 0.2}[band],
        "validated": band != Band.UNREAD,
        "spine_text": [record.title.upper()],
        "region": [[left + 15, 50], [left + 15, 250], [left, 250], [left, 50]],
        **facts,
    }
    return Candidate.objects.create(
        scan=scan, band=band, record=record.as_dict(), alternatives=[other.as_dict() for other in alternatives], **facts
    )
