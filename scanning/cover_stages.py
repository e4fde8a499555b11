"""A photo of one book instead of a shelf: its bars, its front cover or its title page. One way through the same stages.

An ISBN on the photo is the truth, and several are several books. Without one, all the text of the photo is one book's: the
catalogues are searched for it as a whole and line by line, and the record that explains most of it is put forward."""

from dataclasses import replace

import numpy as np

from catalogs import Record
from catalogs.folding import fold
from catalogs.lookup import Lookup
from library.copies import identity
from library.in_words import count_of
from scanning import barcodes, events, purchases, recognition, results, spines, stages, validate
from scanning.barcodes import Code
from scanning.models import Band, Candidate, Scan
from scanning.ocr import Line, Quad
from scanning.proposers import SpineProposal as Proposal
from scanning.proposers.rules import guess
from scanning.stages import Outcome, Report
from scanning.validate import Match

BY_NUMBER = 0.99  # an ISBN that was read surely and that a catalogue knows
NUMBER_ALONE = 0.8  # … and one that no catalogue knows: the number is right, what it names is open
LINES_SEARCHED = 12  # the largest lettering; blurbs only cost questions
FEWEST_LETTERS = 3


# ── The stages, as pipeline.py calls them ───────────────────────────────────────────────────────────────────────────
def read_cover(scan: Scan, report: Report) -> Outcome:
    """The bars first: they take a moment, and where they are clear nothing else need be read."""
    report(0, 1, "Looking for barcodes")
    recognizer = recognition.recognizer_from_settings(user=scan.user, till=purchases.ScanTill(scan), **scan.wanted)
    image = stages.photo(scan)
    codes, lines = barcodes.read_bars(image), []
    if codes is None:
        lines = recognizer.read(image, report.saying("Reading the photo"))
        codes = barcodes.read_with(image, lines)

    def keep(scan: Scan):
        numbers = [{"isbn": code.isbn, "region": [list(point) for point in code.quad]} for code in codes.isbns]
        read = {"lines": [line.as_dict() for line in lines], "codes": numbers, "others": codes.others}
        results.store(scan, "ocr.json", read | {"replies": recognizer.till.replies})
        events.report_progress(scan, "read", 1, 1, _found_in_words(codes, lines))

    return Outcome(keep, recognizer.engine_names(), recognizer.problems)


def propose_cover(scan: Scan, report: Report) -> Outcome:
    report(0, 1, "Finding the book")
    lines, codes = stages.lines_of(scan), _codes_of(scan)
    recognizer = recognition.recognizer_from_settings(till=purchases.ScanTill(scan), **scan.wanted)
    cover = recognizer.look_at_cover(stages.photo(scan)) if lines and not codes else {}
    proposals = [proposal.as_dict() for proposal in _seen_cover(proposed_books(lines, codes), cover)]

    def keep(scan: Scan):
        results.store(scan, "candidates.json", {"candidates": proposals, "cover": cover})
        regions = [proposal["region"] for proposal in proposals]
        events.report_progress(scan, "propose", 1, 1, f"Found {count_of(len(proposals), 'book')}", spines=regions)

    return Outcome(keep, {"proposer": recognizer.proposer.name}, recognizer.notes)


def look_up(scan: Scan, report: Report) -> Outcome:
    recognizer = recognition.recognizer_from_settings(user=scan.user, **scan.wanted)
    lines, codes = stages.lines_of(scan), _codes_of(scan)
    report(0, 1, "Looking up the book")
    cover = results.load_result(scan, "candidates.json").get("cover", {})
    codes = codes or _number_seen(cover, lines)
    matches = by_number(codes, recognizer.lookup) if codes else by_text(lines, recognizer.lookup, cover)
    rows = results.plan_candidates(scan, matches)
    for row in rows:
        row.specifications = cover.get("specifications", {})
    stages.store_spines(scan, rows, stages.photo(scan), report)

    def keep(scan: Scan):
        stages.show(scan, rows)
        validated = sum(row.validated for row in rows)
        events.report_progress(scan, "validate", len(rows), len(rows), f"Found {validated} of {count_of(len(rows), 'book')}")

    return Outcome(keep, notes=[*recognizer.problems, *_other_barcode(scan, rows)])


# ── What they do ────────────────────────────────────────────────────────────────────────────────────────────────────
def proposed_books(lines: list[Line], codes: list[Code]) -> list[Proposal]:
    """One book a number; without a number, one book of all the lines there are."""
    if codes:
        return [Proposal((), code.quad, 1, place, title=code.isbn) for place, code in enumerate(codes, start=1)]
    if not lines:
        return []
    layout = spines.Layout(lines)
    order = spines.reading_order(layout, range(len(lines)))
    title, author = guess(lines, layout, order)
    return [Proposal(tuple(order), spines.hull(layout.quads), 1, 1, title, author)]


def _seen_cover(proposals: list[Proposal], cover: dict) -> list[Proposal]:
    """The one book of a cover with title and author as a model saw them, where one has looked."""
    if not cover.get("title"):
        return proposals
    seen = {"title": cover["title"], "author": " ".join(cover["authors"])}
    return [replace(one, **seen, by_model=True, model_confidence=cover["confidence"]) for one in proposals]


def _number_seen(cover: dict, lines: list[Line]) -> list[Code]:
    """The ISBN that a model saw, where the text that was read bears it out: a number made up has a right check digit, too."""
    number = cover.get("isbn", "")
    digits = "".join(c for line in lines for c in line.text if c.isdigit())
    return [Code(number, whole(lines))] if number and number[3:12] in digits else []


def by_number(codes: list[Code], lookup: Lookup) -> list[Match]:
    return [numbered_match(code, place, lookup.by_isbn(code.isbn)) for place, code in enumerate(codes, start=1)]


def numbered_match(code: Code, place: int, record: Record | None) -> Match:
    """A number that no catalogue knows is the book's all the same: to be looked at, and to be added under that number."""
    match = Match((), (f"ISBN {code.isbn}",), code.quad, 1, place, BY_NUMBER, Band.SURE)
    if record:
        return replace(match, record=replace(record, isbn=code.isbn))
    unknown = identity.placeholder(code.isbn)
    return replace(match, record=unknown, confidence=NUMBER_ALONE, band=Band.CHECK, catalogued=False)


def by_text(lines: list[Line], lookup: Lookup, cover: dict | None = None) -> list[Match]:
    """The book whose title and author the text is, with what else it may be; or the text itself, where it is none.

    `cover` is what a model saw: it is searched for as well, and what was read has to support the answer all the same."""
    candidates = _seen_cover(proposed_books(lines, []), cover or {})
    if not candidates or validate.Photo(lines).letters(range(len(lines))) < FEWEST_LETTERS:
        return []
    photo = CoverText(lines)
    requested = questions(photo, candidates[0])
    found: list[Match] = []
    for here in (True, False) if lookup.asks_outside else (True,):
        answers = lookup.search(list(requested), limit=validate.RECORDS_A_QUERY, here=here, outside=not here)
        evidence = photo.evidence = [*photo.evidence, *validate.weigh(photo, requested, answers)]
        best = max(evidence, key=lambda item: item.score, default=None)
        found = validate.judged(photo, [best], evidence) if best else []
        if found and found[0].band == Band.SURE:
            break
    books = [_placed(match, lines) for match in found] or [_as_read(candidates[0], lines)]
    return recognition.with_model_readings(books, candidates)


class CoverText(validate.Photo):
    """The lines of one cover. Unlike on a shelf, every line is as near to every other as can be."""

    def __init__(self, lines: list[Line]):
        super().__init__(lines)
        self.near = [[(other, 1.0) for other in range(len(lines))]] * len(lines)
        self.far = [[]] * len(lines)
        self.evidence: list = []


def questions(photo: CoverText, candidate: Proposal) -> dict[str, list[int]]:
    """What the catalogues are searched for: title and author as they are guessed, and the lines in the largest lettering, alone
    and together. A cover's blurbs and praise would only drown its title."""
    heights = photo.layout.height
    largest = sorted(candidate.lines, key=lambda line: -heights[line])[:LINES_SEARCHED]
    in_order = [line for line in candidate.lines if line in largest]
    texts = {" ".join(photo.text.texts[line] for line in in_order[:most]): in_order[:most] for most in (4, LINES_SEARCHED)}
    big = [line for line in in_order if heights[line] > 0.5 * heights[largest[0]]]
    texts[" ".join(photo.text.texts[line] for line in big)] = big
    texts |= {photo.text.texts[line]: [line] for line in in_order}
    texts[fold(f"{candidate.title} {candidate.author}")] = in_order
    return {text: seeds for text, seeds in texts.items() if sum(c.isalpha() for c in text) >= FEWEST_LETTERS}


def _placed(match: Match, lines: list[Line]) -> Match:
    return replace(match, region=whole(lines), shelf=1, position=1)


def _as_read(candidate: Proposal, lines: list[Line]) -> Match:
    """No book fits: what is lettered largest stands for it, and no guess is dressed up as a book."""
    text = tuple(part for part in (candidate.title, candidate.author) if part)
    return Match(candidate.lines, text, whole(lines), 1, 1, 0.0, Band.UNREAD)


def whole(lines: list[Line]) -> Quad:
    """The upright box around all text: as much of the cover as is needed to know it again."""
    points = np.array([point for line in lines for point in line.quad])
    (left, top), (right, bottom) = points.min(axis=0), points.max(axis=0)
    return ((float(left), float(top)), (float(right), float(top)), (float(right), float(bottom)), (float(left), float(bottom)))


# ── Small parts ─────────────────────────────────────────────────────────────────────────────────────────────────────
def _codes_of(scan: Scan) -> list[Code]:
    stored = results.load_result(scan, "ocr.json").get("codes", [])
    return [Code(one["isbn"], tuple((x, y) for x, y in one["region"])) for one in stored]


def _other_barcode(scan: Scan, rows: list[Candidate]) -> list[str]:
    others = results.load_result(scan, "ocr.json").get("others", [])
    if rows or not others:
        return []
    return [f"The barcode {others[0]} is not from a book: those begin with 978 or 979."]


def _found_in_words(codes: barcodes.Codes, lines: list[Line]) -> str:
    return f"Read {count_of(len(codes.isbns), 'ISBN')}" if codes.isbns else f"Read {count_of(len(lines), 'line')} of text"
