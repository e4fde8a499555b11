"""Pictures for tests, and a catalogue that knows a few books."""

import io

from PIL import Image, ImageDraw

from catalogs import Record

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
