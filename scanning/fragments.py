"""Unread pieces of a spine that was read: a publisher's mark, a half line at the edge. They are no books of their own."""

from collections.abc import Sequence

import numpy as np

from scanning.models import Band, Candidate, Decision
from scanning.ocr.boxes import Box

INSIDE = 0.6  # share of a piece that lies on the spine
BEYOND = 2.0  # how far a spine reaches beyond its lettering at both ends, in widths of it: there the publisher's mark is
ASIDE = 0.1


def spines_of_fragments(candidates: Sequence[Candidate]) -> dict[int, int]:
    """Primary keys of open, unread candidates that lie on the spine of another, with the key of that one."""
    boxes = {c.pk: Box(np.array(c.region, dtype=np.float32)) for c in candidates if c.region}
    pieces = [c.pk for c in candidates if _may_be_piece(c) and c.pk in boxes]
    spines = [c.pk for c in candidates if c.pk in boxes and c.pk not in pieces]
    found = {}
    for piece in pieces:
        shares = {spine: _share_on(boxes[piece], boxes[spine]) for spine in spines}
        spine = max(shares, key=shares.__getitem__, default=None)
        if spine is not None and shares[spine] >= INSIDE:
            found[piece] = spine
    return found


def _may_be_piece(candidate: Candidate) -> bool:
    return candidate.band == Band.UNREAD and candidate.decision == Decision.PENDING and not candidate.edited


def _share_on(piece: Box, spine: Box) -> float:
    """How much of `piece` lies on `spine`, 0 to 1; 0 also if it is the larger of the two."""
    area = piece.width * piece.height
    if not 0 < area < spine.width * spine.height:
        return 0.0
    return spine.grown(BEYOND, ASIDE).overlap(piece) / area
