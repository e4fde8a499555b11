"""What a person decides about proposals; proposals become books here and nowhere else.

Every decision locks the scan's row first: two taps, two tabs and a worker that is still at it wait for each other."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Protocol

from django.db import transaction
from django.db.models import Q
from django.shortcuts import get_object_or_404
from django.utils import timezone

from accounts import webhooks
from catalogs import Record, folding, isbn
from library.copies import identity, isbn_entry
from library.models import Entry, Shelf, Status, UserBook
from scanning import known_spines
from scanning.models import Band, Candidate, Decision, Scan

BY_HAND = "typed"  # the source of a record that nobody but its owner bears out
UNTOUCHED = timedelta(seconds=2)  # `added` and `changed` of a copy nobody has edited lie closer together


class ReviewError(Exception):
    """A sentence for the person: why this cannot be done."""


class _Lookup(Protocol):
    """What is asked when something was typed: catalogs.lookup.Lookup."""

    def by_isbn(self, isbn13: str) -> Record | None: ...

    def search(self, texts: list[str], limit: int = 10) -> dict[str, list[Record]]: ...


@dataclass(frozen=True)
class _Batch:
    """What `accept_all_open` did. `moment` is what it can be undone by."""

    moment: datetime
    added: int
    owned: int  # left out, because they are in the library already


@dataclass(frozen=True)
class _RejectedBatch:
    moment: datetime  # what it can be undone by
    rejected: int


# ── Decisions ───────────────────────────────────────────────────────────────────────────────────────────────────────
@transaction.atomic
def accept_candidate(candidate_pk: int, user, status: str = Status.TO_READ) -> Candidate:
    """The proposed edition becomes a copy on the scan's shelf. Accepting twice adds once."""
    candidate = _locked(candidate_pk, user)
    if candidate.decision != Decision.ACCEPTED:
        _add(candidate, status, timezone.now())
        known_spines.remember_decisions([candidate])
    return candidate


@transaction.atomic
def reject_candidate(candidate_pk: int, user) -> Candidate:
    candidate = _locked(candidate_pk, user)
    if candidate.decision != Decision.REJECTED:
        _take_back(candidate)
        _decide(candidate, Decision.REJECTED, timezone.now())
        _remember_rejected(candidate)
    return candidate


@transaction.atomic
def undo_decision(candidate_pk: int, user) -> Candidate:
    """The proposal is open again, and its copy gone."""
    candidate = _locked(candidate_pk, user)
    _reopen(candidate)
    known_spines.forget_decisions([candidate])
    return candidate


@transaction.atomic
def accept_all_open(
    scan: Scan, min_confidence: float | None = None, status: str = Status.TO_READ, with_owned: bool = False
) -> _Batch:
    """All open proposals that are sure, or that a catalogue bears out with at least `min_confidence`.

    What is in the library already is left out, also the second copy of a book that is on the photo twice."""
    scan = _lock(scan.pk)
    chosen = scan.candidates.pending().select_related("scan__user", "scan__shelf")
    chosen_band = Q(validated=True, confidence__gte=min_confidence) if min_confidence is not None else Q(band=Band.SURE)
    chosen = list(chosen.filter(chosen_band))
    flags = identity.owned_flags(scan.user, [candidate.edition for candidate in chosen])
    moment, seen, added, owned = timezone.now(), set(), [], 0
    for candidate, is_owned in zip(chosen, flags, strict=True):
        key = candidate.edition.isbn or identity.work_key(candidate.edition.title, candidate.edition.authors)
        if (is_owned or key in seen) and not with_owned:
            owned += 1
            continue
        seen.add(key)
        _add(candidate, status, moment)
        added.append(candidate)
    known_spines.remember_decisions(added)
    return _Batch(moment, len(added), owned)


@transaction.atomic
def reject_all_unread(scan: Scan) -> _RejectedBatch:
    """All open proposals that could not be read; undone together."""
    scan, moment = _lock(scan.pk), timezone.now()
    unread = list(scan.candidates.pending().filter(band=Band.UNREAD, edited=False).select_related("scan__user"))
    for candidate in unread:
        _decide(candidate, Decision.REJECTED, moment)
    known_spines.forget_decisions(unread)
    return _RejectedBatch(moment, len(unread))


@transaction.atomic
def undo_decisions(scan: Scan, moment: datetime) -> list[Candidate]:
    """Takes back what was decided at `moment`: a whole batch shares one."""
    scan = _lock(scan.pk)
    decided = list(scan.candidates.filter(decided=moment).select_related("copy"))
    for candidate in decided:
        _reopen(candidate)
    known_spines.forget_decisions(decided)
    return decided


@transaction.atomic
def stand_on(scan: Scan, shelf: Shelf):
    """Sets the shelf that this photo shows, also for the books that were added from it without a shelf."""
    scan = _lock(scan.pk)
    scan.shelf = shelf
    scan.save(update_fields=["shelf"])
    homeless = UserBook.objects.of(scan.user).filter(sightings__scan=scan, shelf__isnull=True)
    homeless = list(homeless.order_by().values_list("pk", flat=True).distinct())
    UserBook.objects.filter(pk__in=homeless).change(shelf=shelf)
    webhooks.notify_many(scan.user_id, homeless, f"They are now on “{shelf}”.")


# ── Corrections ─────────────────────────────────────────────────────────────────────────────────────────────────────
def edit_candidate(
    candidate_pk: int, user, lookup: _Lookup | None, title: str = "", author: str = "", isbn_text: str = ""
) -> Candidate:
    """What was typed is matched again: the edition it names, or the typed text itself with the editions it may mean beside it.

    Without `lookup` it is kept as it was typed."""
    present = get_object_or_404(Candidate.objects.of(user), pk=candidate_pk).edition
    typed = _typed(title, author, isbn_text)
    if typed.isbn == present.isbn and (typed.title, typed.authors) != (present.title, present.authors):
        typed = replace(typed, isbn="")  # the number was left standing in the form; it is the words that were put right
    found = _matching(lookup, typed) if lookup else []  # outside of the lock: catalogues take their time
    with transaction.atomic():
        candidate = _locked(candidate_pk, user)
        _refuse_decided(candidate)
        known_spines.unlearn(candidate)
        _propose(candidate, typed, found)
        candidate.save()
        known_spines.remember_decisions([candidate])
    return candidate


@transaction.atomic
def choose_alternative(candidate_pk: int, user, key: str) -> Candidate:
    """Another of the editions becomes the proposed one; the one proposed before stays within reach."""
    candidate = _locked(candidate_pk, user)
    _refuse_decided(candidate)
    records = [candidate.edition, *map(Record.from_dict, candidate.alternatives)]
    chosen = next((record for record in records if edition_key(record) == key), None)
    if chosen is None:
        raise ReviewError("That edition is no longer on the list. Choose again.")
    known_spines.unlearn(candidate)
    _set_record(candidate, chosen, [record for record in records if record != chosen])
    candidate.save()
    known_spines.remember_decisions([candidate])
    return candidate


def add_missed_book(scan: Scan, lookup: _Lookup, title: str = "", author: str = "", isbn_text: str = "") -> Candidate:
    """A proposal for a book that was missed, without a place in the photo."""
    typed = _typed(title, author, isbn_text)
    found = _matching(lookup, typed)
    with transaction.atomic():
        scan = _lock(scan.pk)
        last = scan.candidates.order_by("-number").first()
        number, row, position = (last.number + 1, last.shelf_row, last.position + 1) if last else (1, 1, 1)
        candidate = Candidate(scan=scan, number=number, shelf_row=row, position=position)
        _propose(candidate, typed, found)
        candidate.save()
    return candidate


def edition_key(record: Record) -> str:
    """Names one edition among a proposal's, whatever order they stand in."""
    if record.source_id:
        return f"{record.source}:{record.source_id}"
    return record.isbn or f"{record.source}:{identity.work_key(record.title, record.authors)}"


# ── One candidate, locked ───────────────────────────────────────────────────────────────────────────────────────────
def _lock(scan_pk: int) -> Scan:
    return Scan.objects.select_for_update().get(pk=scan_pk)


def _locked(candidate_pk: int, user) -> Candidate:
    mine = Candidate.objects.of(user).select_related("scan__user", "scan__shelf", "copy")
    _lock(get_object_or_404(mine, pk=candidate_pk).scan_id)
    return get_object_or_404(mine, pk=candidate_pk)  # as it is now that nobody else can change it


def _add(candidate: Candidate, status: str, moment: datetime):
    scan = candidate.scan
    own = {"shelf": scan.shelf, "status": status}
    if candidate.specifications:
        own["imported"] = {"photo": candidate.specifications}
    if scan.kind == Scan.Kind.COVER:  # by its number, of which the catalogues may tell more in a while
        candidate.copy = isbn_entry.add_record(scan.user, candidate.edition, entry=Entry.COVER, **own).copy
    else:
        candidate.copy = identity.add_copy(scan.user, candidate.edition, entry=Entry.SCAN, **own)
    _decide(candidate, Decision.ACCEPTED, moment)


def _decide(candidate: Candidate, decision: str, moment: datetime | None):
    candidate.decision, candidate.decided = decision, moment
    candidate.save(update_fields=["decision", "decided", "copy"])


def _remember_rejected(candidate: Candidate):
    """Not for a spine that was read and not found, where nothing was proposed; nor for a book that is owned already: setting
    that aside says that it is not to be added again, not that it is another one."""
    known_spines.unlearn(candidate)
    (owned,) = identity.owned_flags(candidate.scan.user, [candidate.edition])
    if candidate.validated and not owned:
        known_spines.remember_decisions([candidate], rejected=True)
    else:
        known_spines.forget_decisions([candidate])


def _reopen(candidate: Candidate):
    _take_back(candidate)
    _decide(candidate, Decision.PENDING, None)


def _take_back(candidate: Candidate):
    """The copy goes as it came; one that its owner has worked on since goes to the trash, from where it can be had back."""
    copy, candidate.copy = candidate.copy, None
    if copy is None:
        return
    if copy.changed - copy.added < UNTOUCHED and copy.removed is None:
        UserBook.objects.filter(pk=copy.pk).delete()
    elif copy.removed is None:
        copy.removed = timezone.now()
        copy.save(update_fields=["removed", "changed"])


def _refuse_decided(candidate: Candidate):
    if candidate.decision != Decision.PENDING:
        raise ReviewError("You have already decided on this one. Undo that first, then change it.")


# ── What was typed ──────────────────────────────────────────────────────────────────────────────────────────────────
def _typed(title: str, author: str, isbn_text: str) -> Record:
    title = " ".join(title.split())
    if not title and not isbn_text.strip():
        raise ReviewError("Enter a title or an ISBN.")
    try:
        isbn13 = isbn.parse(isbn_text) if isbn_text.strip() else ""
    except isbn.ISBNError as error:
        raise ReviewError(str(error)) from None
    authors = tuple(" ".join(name.split()) for name in author.split(";") if name.strip())
    return Record(title=title[:500], authors=authors, isbn=isbn13, source=BY_HAND)


def _matching(lookup: _Lookup, typed: Record) -> list[Record]:
    """Editions that the typed text may mean, the one it names by ISBN first."""
    record = lookup.by_isbn(typed.isbn) if typed.isbn else None
    if record:
        return [replace(record, isbn=typed.isbn)]
    text = f"{typed.title} {typed.author}".strip()
    return lookup.search([text]).get(text, []) if text else []


def _propose(candidate: Candidate, typed: Record, found: list[Record]):
    """The found edition that was clearly meant; where none was, the typed text, with what was found to choose from."""
    meant = [record for record in found if _is_meant(typed, record)]
    if not meant and not typed.title:
        raise ReviewError("No catalogue has this ISBN. Enter the title as well to add the book with the details you typed.")
    if not meant:
        return _set_record(candidate, typed, found)
    _set_record(candidate, meant[0], meant[1:])
    if not typed.isbn and not typed.authors:
        candidate.band = Band.CHECK  # several authors may have used that title


def _is_meant(typed: Record, record: Record) -> bool:
    if typed.isbn:
        return record.isbn == typed.isbn
    if not typed.authors:
        return folding.sort_title(record.title) == folding.sort_title(typed.title)
    return identity.work_key(record.title, record.authors) == identity.work_key(typed.title, typed.authors)


def _set_record(candidate: Candidate, record: Record, others: list[Record]):
    by_hand = record.source == BY_HAND
    candidate.record = record.as_dict()
    candidate.alternatives = [other.as_dict() for other in others]
    candidate.edited, candidate.validated, candidate.confidence = True, not by_hand, 1.0
    candidate.band = Band.CHECK if by_hand else Band.SURE
