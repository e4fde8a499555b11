"""Everything about a person's books as JSON: one book a line, so that it can be looked at, compared and read as a stream.

What is written is what transfer/formats/own_json.py brings in again, column by column. Photos are links; with them in
a ZIP archive everything is in one file."""

import io
import json
import zipfile
from collections.abc import Callable, Iterator
from pathlib import PurePosixPath

from django.core.files.storage import default_storage
from django.utils import timezone

from library import sightings
from library.models import FACTS, Book, Preferences, UserBook
from library.sightings import ShelfPhoto, ShelfSighting
from transfer.exports import chunks
from transfer.formats.own_json import COLUMNS, ROW_COLUMNS, VERSION

RELATED = {"readings": "readings", "loans": "loans", "changes": "fact_changes"}
EDITION = (*FACTS, "source", "source_id", "links")
BLOCK = 256 * 1024
Address = Callable[[str], str]


def document_lines(user, address: Address = str) -> Iterator[str]:
    """The document, a few hundred books at a time; the trash is part of it. `address` makes a link of a path."""
    yield "{" + ",\n".join(f"{json.dumps(name)}: {_json(value)}" for name, value in _head(user).items()) + ',\n"books": [\n'
    copies = UserBook.objects.filter(user=user).select_related("book", "shelf")
    related = ["tags", *RELATED.values()]
    before = ""
    for chunk in chunks(copies.prefetch_related(*related)):
        seen = sightings.by_copy(chunk)
        yield before + ",\n".join(_json(_copy(copy, seen[copy.pk], address)) for copy in chunk)
        before = ",\n"
    yield '\n],\n"scans": [\n'
    before = ""
    for photo in sightings.photos(user):
        yield before + _json(_scan(photo, address))
        before = ",\n"
    yield "\n]}\n"


def _head(user) -> dict:
    preferences = Preferences.objects.filter(user=user).first()
    shelves = user.shelves.values("room", "bookcase", "name", "position", "created")
    return {
        "bookimg": VERSION,
        "exported": timezone.now().isoformat(),
        "user": {"username": user.username, "email": user.email, "joined": user.date_joined.isoformat()},
        "preferences": preferences.choices if preferences else {},
        "shelves": [shelf | {"created": shelf["created"].isoformat()} for shelf in shelves],
        "tags": list(user.tags.values_list("name", flat=True)),
    }


def _copy(copy: UserBook, seen: list[ShelfSighting], address: Address) -> dict:
    values = {name: _plain(copy, field) for name, field in COLUMNS.items()}
    for name, relation in RELATED.items():
        rows = getattr(copy, relation).all()
        values[name] = [{key: _plain(row, field) for key, field in ROW_COLUMNS[name].items()} for row in rows]
    values["shelf"] = [copy.shelf.room, copy.shelf.bookcase, copy.shelf.name] if copy.shelf else []
    values["tags"] = [tag.name for tag in copy.tags.all()]
    values["edition"] = _edition(copy.book)
    values["photos"] = [_sighting(sighting, address) for sighting in seen]
    return values


def _plain(row, field):
    """The value as JSON has it; numbers, lists and texts as they are, dates and prices as text."""
    value = getattr(row, field.attname)
    if value is None or isinstance(value, str | int | list | dict) or field.get_internal_type() == "JSONField":
        return value
    return field.value_to_string(row)


def _edition(book: Book) -> dict:
    return {name: value for name in EDITION if (value := getattr(book, name)) not in ("", None, [], {})}


def _sighting(seen: ShelfSighting, address: Address) -> dict:
    place = {"shelf": seen.row, "position": seen.position, "region": seen.region}
    return {"scan": seen.photo.job_id, "page": address(seen.photo.page), "text": seen.text, **place}


def _scan(photo: ShelfPhoto, address: Address) -> dict:
    return {
        "jobId": photo.job_id,
        "filename": photo.filename,
        "status": photo.status,
        "created": photo.taken.isoformat(),
        "page": address(photo.page),
        "photo": address(photo.picture),
    }


def _json(value) -> str:
    return json.dumps(value, ensure_ascii=False)


# ── With the photos ─────────────────────────────────────────────────────────────────────────────────────────────────
class _Pipe(io.RawIOBase):
    """What the archive writes to; what has come so far can be taken out."""

    def __init__(self):
        self.blocks: list[bytes] = []

    def writable(self) -> bool:
        return True

    def write(self, block) -> int:
        self.blocks.append(bytes(block))
        return len(block)

    def taken(self) -> bytes:
        blocks, self.blocks = self.blocks, []
        return b"".join(blocks)


def archive(user, address: Address = str) -> Iterator[bytes]:
    """`library.json`, the photos as `photos/…` and the covers that were uploaded as `covers/…`, a block at a time."""
    pipe = _Pipe()
    with zipfile.ZipFile(pipe, "w", zipfile.ZIP_DEFLATED) as packed:
        with packed.open("library.json", "w", force_zip64=True) as member:
            for part in document_lines(user, address):
                member.write(part.encode())
                yield pipe.taken()
        for name, key in _pictures(user):
            if default_storage.exists(key):
                with default_storage.open(key) as picture, packed.open(_stored(name), "w", force_zip64=True) as member:
                    while block := picture.read(BLOCK):
                        member.write(block)
                        yield pipe.taken()
    yield pipe.taken()


def _stored(name: str) -> zipfile.ZipInfo:
    """Pictures are stored without compression."""
    return zipfile.ZipInfo(name, date_time=timezone.localtime().timetuple()[:6])


def _pictures(user) -> Iterator[tuple[str, str]]:
    for photo in sightings.photos(user):
        yield f"photos/{photo.job_id}/{PurePosixPath(photo.key).name}", photo.key
    own = UserBook.objects.filter(user=user, cover_key__startswith=f"covers/own/{user.pk}/")
    for key in own.values_list("cover_key", flat=True).distinct().iterator():
        yield f"covers/{PurePosixPath(key).name}", key
