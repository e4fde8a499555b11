"""What a person decided about spines, kept beyond the scan: written by the review, read by `recall`, shared with nobody."""

from collections.abc import Callable

import numpy as np
from django.db import transaction
from rapidfuzz import process
from rapidfuzz.distance import Indel

from catalogs.folding import fold
from catalogs.index_terms import squash
from scanning import perceptual_hash, text_similarity
from scanning.models import Candidate, KnownSpine

KEPT = 20_000  # decisions a person, the newest
TEXTS_AT_ONCE = 100  # compared with all that is known: 8 MB
MOST_DIFFERENCE = 12  # of 64 bits: 9 in 10 pictures of one spine differ in fewer, 1 in 10,000 of two spines do


# ── Written with each decision ──────────────────────────────────────────────────────────────────────────────────────
@transaction.atomic
def remember_decisions(candidates: list[Candidate], rejected: bool = False):
    """That these spines of one scan are the proposed editions; or, `rejected`, that they are not.

    A book that was missed and typed by hand has no spine to be known by: it is known as one of the person's own books.
    """
    forget_decisions(candidates)
    rows = [_row(candidate, rejected) for candidate in candidates if not candidate.remembered]
    rows = [row for row in rows if text_similarity.telling_bits(row.text, row.edition)[0] >= text_similarity.LEAST_OWN]
    KnownSpine.objects.bulk_create(rows)
    if rows:
        _keep_newest(rows[0].user_id)


def forget_decisions(candidates: list[Candidate]):
    """What was learnt from these proposals is taken back."""
    KnownSpine.objects.filter(candidate__in=candidates).delete()


def unlearn(candidate: Candidate):
    """A spine that was known, but as the wrong book: what said so goes, and the proposal is one like any other."""
    if not candidate.remembered:
        return
    known, text = KnownSpines(candidate.scan.user_id), spine_text(candidate.spine_text)
    alike = [known.row(number) for _, number in known.pairs([text])]
    wrong = [row for row in alike if row.record == candidate.record and same_spine(text, lambda: candidate.look, row)]
    KnownSpine.objects.filter(pk__in=[row.pk for row in wrong]).delete()
    candidate.remembered = False
    candidate.save(update_fields=["remembered"])


def spine_text(lines) -> str:
    return fold(" ".join(lines))[:300]


def _row(candidate: Candidate, rejected: bool) -> KnownSpine:
    return KnownSpine(
        user_id=candidate.scan.user_id,
        candidate=candidate,
        text=spine_text(candidate.spine_text),
        look=candidate.look,
        record=candidate.record,
        rejected=rejected,
        validated=candidate.validated,
    )


def _keep_newest(user_id: int):
    own = KnownSpine.objects.filter(user=user_id)
    too_old = list(own.order_by("-pk").values_list("pk", flat=True)[KEPT : KEPT + 1])
    if too_old:
        own.filter(pk__lte=too_old[0]).delete()


# ── Read once a scan ────────────────────────────────────────────────────────────────────────────────────────────────
class KnownSpines:
    """All that one person has decided, newest first: the texts at once, the rest of a row when it is looked at."""

    def __init__(self, user_id: int | None):
        own = KnownSpine.objects.filter(user=user_id) if user_id else KnownSpine.objects.none()
        newest = list(own.order_by("-pk").values_list("pk", "text")[:KEPT])
        self.pks, self.texts = zip(*newest, strict=True) if newest else ((), ())
        self._squashed = [squash(text) for text in self.texts]
        self._rows: dict[int, KnownSpine] = {}

    def __len__(self) -> int:
        return len(self.pks)

    def row(self, number: int) -> KnownSpine:
        return self._rows[self.pks[number]]

    def pairs(self, texts: list[str]) -> list[tuple[int, int]]:
        """(number of the text, number of the row) of all folded texts and rows that are alike, newest rows first."""
        squashed, found = [squash(text) for text in texts], []
        for start in range(0, len(texts) if self.pks else 0, TEXTS_AT_ONCE):
            values = process.cdist(
                squashed[start : start + TEXTS_AT_ONCE],
                self._squashed,
                scorer=Indel.normalized_similarity,
                score_cutoff=text_similarity.CLOSE,
            )
            found += [(int(text) + start, int(number)) for text, number in np.argwhere(values > 0)]
        fresh = {self.pks[number] for _, number in found} - self._rows.keys()
        self._rows |= KnownSpine.objects.in_bulk(fresh) if fresh else {}
        return [(text, number) for text, number in found if self.pks[number] in self._rows]


def same_spine(text: str, look: Callable[[], str], known: KnownSpine) -> bool:
    """Whether this folded text is on the spine that was decided about: by the text alone where it tells so much that no other
    spine has it, else by a text that may be shorter or worse read and a picture that is alike."""
    own, together = text_similarity.telling_bits(text, known.edition)
    if own < text_similarity.LEAST_OWN:
        return False
    if together >= text_similarity.BY_TEXT and text_similarity.same_text(text, known.text):
        return True
    return (
        together >= text_similarity.BY_LOOK
        and text_similarity.same_words(text, known.text, by_look=True)
        and look_alike(look, known)
    )


def look_alike(look: Callable[[], str], known: KnownSpine) -> bool:
    return bool(known.look) and perceptual_hash.distance(look(), known.look) <= MOST_DIFFERENCE
