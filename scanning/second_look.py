"""What the first reading left open is looked at again by a better engine, when its owner has seen the price and asks for it.

`unread`: the spines that could not be read, laid level below each other on a sheet, so that many of them are one question.
`shelf`: the whole photo, by a model that sees. Either way lines of text come back, and the catalogues decide about them as they
always do. What stands is never changed, and what only a model has seen is at best "please check"."""

from dataclasses import dataclass, replace

import numpy as np
from django.conf import settings

from library.in_words import count_of
from scanning import events, purchases, recognition, results, spine_sheets, stages
from scanning.cost_meter import TEXTRACT_USD_A_CALL, BudgetExceeded
from scanning.models import Band, Candidate, Scan
from scanning.ocr import Line, OCRError
from scanning.proposers import ProposerError, covers, prompts
from scanning.proposers import SpineProposal as Proposal
from scanning.validate import Match

UNREAD, SHELF = "unread", "shelf"
NAMES = {"textract": "Amazon Textract", "bedrock": "the model at Amazon Bedrock", "openai": "your own model"}
A_SHEET = {"textract": 40, "bedrock": 12, "openai": 12}  # spines; a model is shown a smaller picture
MOST_LINES = 400  # that a model is told
MOST_SURE = 0.89  # of what nobody but a model has read
STAYS = "{reason} Spines that could not be read stay as they are."


@dataclass(frozen=True)
class _Offer:
    """A second look that can be had, and for about how much."""

    what: str
    engine: str
    spines: int
    usd: float

    @property
    def name(self) -> str:
        return NAMES[self.engine]


@dataclass(frozen=True)
class _Spine:
    """What an engine says of one place, as lines of text."""

    lines: tuple[Line, ...]
    region: tuple
    title: str = ""
    author: str = ""
    model_confidence: float | None = None


def second_look_engine() -> str:
    """Who looks again, by the settings; "" where nobody does."""
    if settings.SECOND_LOOK != "auto":
        return settings.SECOND_LOOK.replace("off", "")
    if settings.PROPOSER in ("bedrock", "openai"):
        return settings.PROPOSER
    return "textract" if settings.OCR == "textract" else ""


def second_look_offers(scan: Scan, unread: int) -> list[_Offer]:
    """What can be had for a scan with so many unread spines. Asks nobody and nothing."""
    name = second_look_engine()
    if not name or scan.kind != Scan.Kind.SHELF or scan.status != Scan.Status.COMPLETE:
        return []
    found = [_Offer(UNREAD, name, unread, _estimated_price(name, -(-unread // A_SHEET[name])))] if unread else []
    return found + ([_Offer(SHELF, name, 0, _estimated_price(name, 1))] if name != "textract" else [])


def _estimated_price(name: str, pictures: int) -> float:
    """About what so many pictures cost, in US dollars."""
    if name == "textract":
        return TEXTRACT_USD_A_CALL * pictures
    if name == "openai":
        return 0.0
    return recognition.proposer_named(name).estimate(prompts.STRIPS, "", b"a picture") * pictures


def unread_of(scan: Scan):
    """The proposals that a second look may change."""
    return scan.candidates.pending().filter(band=Band.UNREAD, edited=False).exclude(region=[])


# ── The stage ───────────────────────────────────────────────────────────────────────────────────────────────────────
def look(scan: Scan, report: stages.Report) -> stages.Outcome:
    """Where the engine cannot, everything stays as it is, and the scan's page says why."""
    name, till = second_look_engine(), purchases.ScanTill(scan)
    if not name:
        return stages.Outcome(lambda scan: None)
    report(0, 1, "Reading again")
    rows, image = list(unread_of(scan)), stages.photo(scan)
    try:
        found = _whole_shelf(name, till, scan, image) if scan.again == SHELF else _single_spines(name, till, rows, image)
    except (OCRError, ProposerError, BudgetExceeded) as error:
        return stages.Outcome(lambda scan: None, notes=[STAYS.format(reason=error)])
    report(0, 1, "Looking up the books")
    recognizer = recognition.recognizer_from_settings(user=scan.user, **scan.wanted)
    matches = _looked_up(recognizer, found, seen_only=name != "textract")

    def keep(scan: Scan):
        results.store(scan, f"second-look-{scan.again}.json", {"engine": name, "replies": till.replies})
        changed = _improve(scan, matches, fresh=scan.again == SHELF)
        for row in changed:
            events.append(scan, "candidate", book=results.book_json(row))
        books = sum(row.validated for row in changed)
        events.report_progress(scan, "again", 1, 1, f"Found {count_of(books, 'more book')}")
        scan.notes = list(dict.fromkeys([*scan.notes, _second_look_sentence(name, books, till.usd)]))
        scan.save(update_fields=["notes", "changed"])

    return stages.Outcome(keep, {"secondLook": name}, recognizer.problems)


def _second_look_sentence(name: str, books: int, usd: float) -> str:
    what = count_of(books, "more book") if books else "no more books"
    cost = f" This cost ${usd:.4f}." if usd else ""
    return f"{NAMES[name][0].upper()}{NAMES[name][1:]} read the photo again and found {what}.{cost}"


def _single_spines(name: str, till, rows: list[Candidate], image: np.ndarray) -> list[_Spine]:
    regions = [tuple(tuple(point) for point in row.region) for row in rows]
    found = []
    for start in range(0, len(regions), A_SHEET[name]):
        sheet = spine_sheets.laid_out(image, regions[start : start + A_SHEET[name]], numbered=name != "textract")
        found += _read_sheet(name, till, sheet)
    return found


def _read_sheet(name: str, till, sheet: spine_sheets.Sheet) -> list[_Spine]:
    if name == "textract":
        height, width = sheet.picture.shape[:2]
        lines = recognition.engine_named(name, till).read_part(sheet.picture, (0, 0, width, height), 0)
        by_strip = sheet.sorted(lines)
        return [_Spine(tuple(own), strip.region) for strip, own in zip(sheet.strips, by_strip, strict=True) if own]
    text = f"There are {len(sheet.strips)} strips."
    answer = recognition.proposer_named(name, till).ask(
        prompts.STRIPS, text, prompts.STRIPS_TOOL, covers.cover_jpeg(sheet.picture)
    )
    found = []
    for entry in entries(answer, "strips"):
        number = entry.get("n")
        if isinstance(number, int) and 1 <= number <= len(sheet.strips):
            found += _as_spine(sheet.strips[number - 1].region, entry)
    return found


def _whole_shelf(name: str, till, scan: Scan, image: np.ndarray) -> list[_Spine]:
    """The model is shown the lines, too, so that the boxes of what it sees are those of the text where there is some."""
    lines = stages.lines_of(scan)[:MOST_LINES]
    text = prompts.lines_as_json(list(range(len(lines))), lines)
    answer = recognition.proposer_named(name, till).ask(prompts.SHELF, text, prompts.SHELF_TOOL, covers.cover_jpeg(image))
    free, found = set(range(len(lines))), []
    for entry in entries(answer, "spines"):
        numbers = entry.get("lines") if isinstance(entry.get("lines"), list) else []
        own = [n for n in dict.fromkeys(n for n in numbers if isinstance(n, int)) if n in free]
        free -= set(own)
        region = spine_sheets.around([lines[n] for n in own]) if own else spine_sheets.placed(entry.get("box"), image.shape)
        if region:
            found += _as_spine(region, entry)
    return found


def entries(answer: dict, name: str) -> list[dict]:
    found = answer.get(name)
    if not isinstance(found, list):
        raise ProposerError("The model's answer could not be read.")
    return [entry for entry in found if isinstance(entry, dict)]


def _as_spine(region, entry: dict) -> list[_Spine]:
    """What a model says of one place is a line there; of where on it each word stands it says nothing."""
    title, author = covers.short(entry.get("title")), covers.short(entry.get("author"))
    text = f"{title} {author}".strip()
    return [_Spine((Line(text, 0.5, region),), region, title, author, covers.model_confidence(entry))] if text else []


# ── What becomes of it ──────────────────────────────────────────────────────────────────────────────────────────────
def _looked_up(recognizer: recognition.Recognizer, found: list[_Spine], seen_only: bool) -> list[Match]:
    lines = [line for spine in found for line in spine.lines]
    proposals, first = [], 0
    for spine in found:
        numbers = tuple(range(first, first + len(spine.lines)))
        proposals.append(Proposal(numbers, spine.region, 1, 1, spine.title, spine.author, seen_only, spine.model_confidence))
        first += len(spine.lines)
    if not lines:
        return []
    owner = [spine for spine in found for _ in spine.lines]
    matches = recognizer.validate(lines, proposals, lambda done, total: None)
    matches = [replace(match, region=owner[match.lines[0]].region) if match.lines else match for match in matches]
    return [_doubted(match) for match in matches] if seen_only else matches


def _doubted(match: Match) -> Match:
    """What a model says it sees may be made up, and well."""
    if match.band != Band.SURE or match.remembered:
        return match
    return replace(match, band=Band.CHECK, confidence=min(match.confidence, MOST_SURE))


def _improve(scan: Scan, matches: list[Match], fresh: bool) -> list[Candidate]:
    """Fills in what is still unread; with `fresh`, adds the books that stand where nothing was proposed. Answers what changed."""
    rows = list(scan.candidates.all())
    open_rows = {row.pk: row for row in unread_of(scan)}
    number = max((row.number for row in rows), default=0)
    changed = []
    for match in matches:
        here = [row for row in rows if results.stands_at(row, match)]
        old = next((open_rows.pop(row.pk) for row in here if row.pk in open_rows), None)
        if old:
            changed.append(_in_place_of(old, match))
        elif fresh and not here and match.validated:
            number += 1
            changed.append(results.candidate_row(scan, number, match))
    for row in changed:
        row.save()
    return changed


def _in_place_of(old: Candidate, match: Match) -> Candidate:
    """The same proposal, with its place and its picture, and what is said of it now."""
    row = results.candidate_row(old.scan, old.number, match)
    row.pk, row.region, row.look, row.shelf_row, row.position = old.pk, old.region, old.look, old.shelf_row, old.position
    return row
