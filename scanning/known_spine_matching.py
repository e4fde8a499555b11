"""The spines of a photo that its owner has decided about before: known again without a look-up, or no longer proposed."""

from collections.abc import Callable
from dataclasses import replace
from functools import cache
from itertools import permutations

import numpy as np

from catalogs.folding import fold
from scanning import spines, text_similarity
from scanning.known_spines import KnownSpines, look_alike, same_spine, spine_text
from scanning.models import Band, KnownSpine
from scanning.ocr import Line, Quad
from scanning.proposers import SpineProposal
from scanning.token_weights import Work, folded_words, same_work
from scanning.validate import Match

CONFIDENCE = 0.99
ONE_SPINE = 0.5  # links from here up may join lines that the proposer kept apart
ORDERED, TRIED = 3, 10  # lines of one spine: up to so many in any order, up to so many at all
LEAST_OWN_BITS = 8.0  # of what else a spine says: below, it is no book of its own

Look = Callable[[Quad], str]  # how a place of the photo looks (scanning.perceptual_hash)
Ask = Callable[[list[Line], list[SpineProposal]], list[Match]]
Order = tuple[int, ...]  # lines as they are read


def matches(known: KnownSpines, lines: list[Line], candidates: list[SpineProposal], look: Look, ask: Ask) -> list[Match]:
    """The books of a photo: what is known from before, and for the rest what `ask` finds in the catalogues."""
    if not known:
        return ask(lines, candidates)
    remembered, taken = recall(known, lines, candidates, look)
    free, rest = _lines_without(lines, candidates, taken)
    found = ask([lines[i] for i in free], rest)
    found = [replace(match, lines=tuple(free[i] for i in match.lines)) for match in found]
    return remembered + _without_rejected(known, found, look)


def recall(known: KnownSpines, lines: list[Line], candidates: list[SpineProposal], look: Look) -> tuple[list[Match], set[int]]:
    """What `known` surely tells about this photo, and the lines that need no further look. Each line serves one book."""
    layout = spines.Layout(lines)
    texts = [fold(line.text) for line in lines]
    orders = _arrangements(layout, candidates)
    found: dict[Order, list[KnownSpine]] = {}
    for number, row in known.pairs([" ".join(texts[i] for i in order) for order in orders]):
        found.setdefault(orders[number], []).append(known.row(row))
    remembered, taken = [], set()
    for order in sorted(found, key=lambda order: -sum(len(texts[i]) for i in order)):
        region = spines.hull(layout.quads[list(order)])
        row = decided(" ".join(texts[i] for i in order), cache(lambda region=region: look(region)), found[order])
        if row and not taken.intersection(order):
            taken |= {*order, *_left_over(row, order, texts, candidates)}
            remembered.append(_known_match(row, order, lines, region))
    return remembered, taken


def _arrangements(layout: spines.Layout, candidates: list[SpineProposal]) -> list[Order]:
    """The lines that may be one remembered text: how a spine is grouped and read changes a little from photo to photo."""
    orders: dict[Order, None] = {}
    for candidate in candidates:
        own = candidate.lines
        if len(own) <= ORDERED:
            orders |= {order: None for size in range(1, len(own) + 1) for order in permutations(own, size)}
        else:
            without_one = (own[:n] + own[n + 1 :] for n in range(len(own)) if len(own) <= TRIED)
            orders |= dict.fromkeys([own, own[::-1], *without_one, *((line,) for line in own)])
    linked = spines.line_links(layout) >= ONE_SPINE
    pairs = [(i, j) for i, j in np.argwhere(linked).tolist() if i != j]
    threes = {
        tuple(sorted((i, j, k))) for i, j in pairs for k in np.flatnonzero(linked[i] & linked[j]).tolist() if k not in (i, j)
    }
    return list(orders | dict.fromkeys(pairs) | dict.fromkeys(tuple(spines.reading_order(layout, three)) for three in threes))


def decided(text: str, look: Callable[[], str], rows: list[KnownSpine]) -> KnownSpine | None:
    """The latest decision about this spine, where all that may be meant agree on one book. `rows` come newest first."""
    same = [row for row in rows if same_spine(text, look, row)]
    chosen, refused = [], []
    for row in same:
        work = Work.of(row.edition)
        if row.rejected:
            refused.append(work)
        elif not any(same_work(work, other) for other in refused):
            chosen.append(row)
    if not _of_one_work(chosen):
        chosen = [row for row in chosen if look_alike(look, row)]
    return chosen[0] if chosen and _of_one_work(chosen) else None


def _of_one_work(rows: list[KnownSpine]) -> bool:
    works = [Work.of(row.edition) for row in rows]
    return all(same_work(works[0], work) for work in works[1:])


def _left_over(row: KnownSpine, order: Order, texts: list[str], candidates: list[SpineProposal]) -> set[int]:
    """The other lines of that spine, a publisher or a blurb, unless they say so much that they may be another book."""
    rest = {i for candidate in candidates if not set(order).isdisjoint(candidate.lines) for i in candidate.lines} - {*order}
    title = set(folded_words(row.edition.full_title))
    values = " ".join(word for i in rest for word in texts[i].split() if word not in title)
    return rest if text_similarity.telling_bits(values, row.edition)[0] < LEAST_OWN_BITS else set()


def _known_match(row: KnownSpine, order: Order, lines: list[Line], region: Quad) -> Match:
    return Match(
        lines=order,
        text=tuple(lines[i].text for i in order),
        region=region,
        shelf=0,
        position=0,
        confidence=CONFIDENCE,
        band=Band.SURE,
        record=row.edition,
        remembered=True,
        catalogued=row.validated,
    )


def _lines_without(lines: list[Line], candidates: list[SpineProposal], taken: set[int]) -> tuple[list[int], list[SpineProposal]]:
    """The numbers of the lines that are not `taken`, and the spines made of them, counted as if there were no others."""
    free = [i for i in range(len(lines)) if i not in taken]
    place = {i: n for n, i in enumerate(free)}
    rest = [replace(c, lines=tuple(place[i] for i in c.lines if i in place)) for c in candidates]
    return free, [candidate for candidate in rest if candidate.lines]


def _without_rejected(known: KnownSpines, matches: list[Match], look: Look) -> list[Match]:
    """A record that was set aside on the same spine before is not put forward there again: it stays what was read."""
    requested = [n for n, match in enumerate(matches) if match.record and not match.remembered]
    answer = list(matches)
    for number, row in known.pairs([spine_text(matches[n].text) for n in requested]):
        match, refused = matches[requested[number]], known.row(row)
        if refused.rejected and same_work(Work.of(match.record), Work.of(refused.edition)):
            text = spine_text(match.text)
            if same_spine(text, lambda region=match.region: look(region), refused):
                answer[requested[number]] = _not_this(match)
    return answer


def _not_this(match: Match) -> Match:
    refused = Work.of(match.record)
    others = tuple(record for record in match.alternatives if not same_work(Work.of(record), refused))
    return replace(match, record=None, alternatives=others, confidence=0.0, band=Band.UNREAD)
