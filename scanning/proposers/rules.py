"""Lines to spines by geometry alone, spines to a first guess at title and author by the size of their lettering."""

import re

import numpy as np

from scanning import spines
from scanning.ocr import Line
from scanning.proposers import SpineProposal

SAME_SPINE = 0.75  # links from here up join lines


class RulesProposer:
    name = "rules"

    def propose(self, lines: list[Line], image: np.ndarray | None = None) -> list[SpineProposal]:
        """One candidate a spine, in shelf order. Never raises; a photo without text has none."""
        layout = spines.Layout(lines)
        found = [spines.reading_order(layout, group) for group in spines.groups(spines.line_links(layout), SAME_SPINE)]
        regions = [spines.hull(layout.quads[group]) for group in found]
        places = spines.shelf_places(regions)
        candidates = []
        for group, region, (shelf, position) in zip(found, regions, places, strict=True):
            title, author = guess(lines, layout, group)
            candidates.append(SpineProposal(tuple(group), region, shelf, position, title, author))
        return sorted(candidates, key=lambda c: (c.shelf, c.position))


def guess(lines: list[Line], layout: spines.Layout, group: list[int]) -> tuple[str, str]:
    """The largest lettering is the title; a line of two to four capitalised words beside it is the author."""
    largest = max(layout.height[i] for i in group)
    title = [i for i in group if layout.height[i] > 0.75 * largest and re.search(r"[^\W\d]{2}", lines[i].text)]
    rest = [lines[i].text for i in group if i not in title]
    author = next((text for text in rest if _looks_like_a_name(text)), "")
    return " ".join(lines[i].text for i in title) or " ".join(lines[i].text for i in group), author


def _looks_like_a_name(text: str) -> bool:
    parts = text.replace(".", ". ").split()
    return 2 <= len(parts) <= 4 and all(re.fullmatch(r"[^\W\d_][\w.'’-]*", part) and part[0].isupper() for part in parts)
