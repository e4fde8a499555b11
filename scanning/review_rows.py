"""How the proposals of a scan are shown: in words, with their pictures and their boxes on the photo."""

import zlib
from dataclasses import dataclass, field, replace
from functools import cached_property
from math import dist

from django.urls import reverse

from catalogs import Record, isbn
from catalogs.links import SITE_NAMES
from library.copies import identity
from library.copies.facts import source_in_words
from library.in_words import count_of
from scanning import review
from scanning.fragments import spines_of_fragments
from scanning.models import Band, Candidate, Decision, Scan
from scanning.results import book_links

_SOURCES = {"": "from the photo", review.BY_HAND: "typed by you"}  # the others are catalogues
# What a confidence means to somebody who decides: from this figure on, these words.
CONFIDENCE = ((0.97, "almost certain"), (0.9, "very likely"), (0.75, "likely"), (0.5, "possible"), (0.0, "a guess"))
GLYPHS = {"sure": "✓", "check": "?", "unread": "…", "accepted": "✓", "rejected": "×"}
SHOWN = tuple(GLYPHS)
ROWS_IN_FULL = 20  # of a scan when its page opens


@dataclass(frozen=True)
class Edition:
    """One of the other editions a proposal may be."""

    record: Record

    @property
    def key(self) -> str:
        return review.edition_key(self.record)

    @property
    def facts(self) -> str:
        number = isbn.hyphenated(self.record.isbn)
        return " · ".join(filter(None, [self.record.published_date[:4], self.record.publisher, number]))

    @property
    def source(self) -> str:
        return _SOURCES.get(self.record.source) or source_in_words(self.record.source)


@dataclass(frozen=True)
class ReviewRow:
    """One proposal as its owner sees it."""

    candidate: Candidate
    job_id: str
    owned: bool
    pieces: tuple[str, ...] = ()  # what else was read on this spine
    brief: bool = False  # one line, until it comes into view

    @property
    def group(self) -> str:
        """Where it stands: its band as long as it is open, then what was decided."""
        candidate = self.candidate
        return str(candidate.band if candidate.decision == Decision.PENDING else candidate.decision)

    @cached_property
    def edition(self) -> Edition:
        return Edition(self.candidate.edition)

    @property
    def record(self) -> Record:
        return self.edition.record

    @cached_property
    def others(self) -> list[Edition]:
        return [Edition(Record.from_dict(data)) for data in self.candidate.alternatives]

    @property
    def others_words(self) -> str:
        """Other editions of the same book, or other books as well."""
        number = len(self.others)
        keys = {identity.work_key(edition.record.title, edition.record.authors) for edition in [self.edition, *self.others]}
        if len(keys) > 1:
            return "1 other possibility" if number == 1 else f"{number} other possibilities"
        return "1 other edition" if number == 1 else f"{number} other editions"

    @property
    def confidence(self) -> str:
        if self.candidate.edited:
            return "as you entered it"
        if self.candidate.band == Band.UNREAD:
            return "not found in any catalogue"
        return next(words for least, words in CONFIDENCE if self.candidate.confidence >= least)

    @property
    def links(self) -> list[tuple[str, str]]:
        """Where to look it up or buy it."""
        return [(SITE_NAMES.get(site, site), address) for site, address in book_links(self.candidate, self.record).items()]

    @property
    def read(self) -> str:
        return " · ".join(self.candidate.spine_text)

    @property
    def gone(self) -> bool:
        """Added from here, and since then removed from the library."""
        copy = self.candidate.copy
        return self.candidate.decision == Decision.ACCEPTED and (copy is None or copy.removed is not None)

    @property
    def points(self) -> str:
        return " ".join(f"{x:g},{y:g}" for x, y in self.candidate.region)

    @property
    def mark_size(self) -> int:
        """Radius of the mark on its box, in pixels of the photo: readable on the whole photo, no wider than most spines."""
        return round(max(self.candidate.scan.width, self.candidate.scan.height) * 0.009)

    @property
    def mark(self) -> tuple[int, int]:
        """Where the mark stands: on the box's upper end, so that it hides no letter."""
        upper = sorted(self.candidate.region, key=lambda point: point[1])[:2]
        above = sum(y for _, y in upper) / 2 - self.mark_size
        return round(sum(x for x, _ in upper) / 2), round(max(self.mark_size, above))

    @property
    def glyph(self) -> str:
        return GLYPHS[self.group]

    @property
    def turn(self) -> int:
        """By how much the spine's picture is turned (counter-clockwise) so that its writing lies level."""
        if not self.candidate.region:
            return 0
        (x1, y1), (x2, y2), *_ = self.candidate.region  # the first side runs along the writing
        if abs(x2 - x1) >= abs(y2 - y1):
            return 0
        return 90 if y2 > y1 else 270

    @property
    def is_high(self) -> bool:
        """A cover, or a book with its title across: its picture needs more height than a spine laid down."""
        if not self.candidate.region:
            return False
        first, second, third, _ = self.candidate.region
        return dist(first, second) < 2.5 * dist(second, third)

    @property
    def spine(self) -> str:
        """The address of its picture, new whenever the picture is."""
        if not self.candidate.region:
            return ""
        version = zlib.crc32(self.points.encode())
        return f"{reverse('scan_spine', args=[self.job_id, self.candidate.number])}?turn={self.turn}&v={version:x}"

    @property
    def version(self) -> str:
        """Changes when anything that is shown does."""
        shown = (
            self.record,
            self.group,
            self.owned,
            self.gone,
            self.spine,
            self.candidate.alternatives,
            self.candidate.spine_text,
            self.pieces,
        )
        return f"{zlib.crc32(repr(shown).encode()):x}"


@dataclass(frozen=True)
class Review:
    """All proposals of one scan with what its head and its end say about them."""

    scan: Scan
    rows: list[ReviewRow]
    last: list[Candidate] = field(default_factory=list)

    @cached_property
    def counts(self) -> dict[str, int]:
        groups = [row.group for row in self.rows]
        return {name: groups.count(name) for name in SHOWN}

    @property
    def open(self) -> int:
        return sum(self.counts[band] for band in Band.values)

    @property
    def sure_to_add(self) -> int:
        return sum(row.group == Band.SURE and not row.owned for row in self.rows)

    @property
    def sure_and_owned(self) -> int:
        return sum(row.group == Band.SURE and row.owned for row in self.rows)

    @property
    def added(self) -> list[ReviewRow]:
        return [row for row in self.rows if row.group == Decision.ACCEPTED and not row.gone]

    @property
    def in_words(self) -> str:
        """The latest decision, and what is left, for screen readers."""
        names = (("sure", "sure"), ("check", "to check"), ("unread", "unread"))
        left = ", ".join(f"{self.counts[band]} {name}" for band, name in names if self.counts[band])
        return " ".join(filter(None, [self.last_words, f"{count_of(self.open, 'book')} to review: {left}." if left else ""]))

    @property
    def last_words(self) -> str:
        """What the latest decision was, for the undo beside it."""
        if not self.last:
            return ""
        verb = "Added" if self.last[0].decision == Decision.ACCEPTED else "Rejected"
        return f"{verb} {len(self.last)} books." if len(self.last) > 1 else f"{verb} “{self.last[0]}”."

    @property
    def last_moment(self) -> str:
        return self.last[0].decided.isoformat() if self.last else ""

    def row_of(self, candidate: Candidate) -> ReviewRow:
        """Its row, with everything about it."""
        found = next((row for row in self.rows if row.candidate == candidate), ReviewRow(candidate, self.scan.job_id, False))
        return replace(found, brief=False)


def review_of(scan: Scan, at: int = 1) -> Review:
    """Rows far from number `at` are brief, so that a photo of a hundred books opens quickly."""
    candidates = list(scan.candidates.select_related("copy", "scan"))
    flags = identity.owned_flags(scan.user, [candidate.edition for candidate in candidates])
    fragments = spines_of_fragments(candidates)
    pieces: dict[int, list[str]] = {}
    for candidate in candidates:
        if candidate.pk in fragments and candidate.spine_text:
            pieces.setdefault(fragments[candidate.pk], []).append(" ".join(candidate.spine_text))
    whole = [(candidate, owned) for candidate, owned in zip(candidates, flags, strict=True) if candidate.pk not in fragments]
    start = next((place for place, (candidate, _) in enumerate(whole) if candidate.number >= at), 0)
    rows = [
        ReviewRow(candidate, scan.job_id, owned, tuple(pieces.get(candidate.pk, ())), not start <= place < start + ROWS_IN_FULL)
        for place, (candidate, owned) in enumerate(whole)
    ]
    moments = [candidate.decided for candidate in candidates if candidate.decided]
    last = [candidate for candidate in candidates if moments and candidate.decided == max(moments)]
    return Review(scan, rows, last)
