"""Pure geometry: which lines of a photo can stand on the same spine, and in which order spines stand on their shelves.

All lengths are pixels of the upright photo. A line "runs along" when it reads up or down a standing book, and "across" when it
reads from left to right, as on thick spines, piles and covers.
"""

from itertools import pairwise

import numpy as np

from scanning.ocr import Line, Quad, as_quad

PARALLEL = np.cos(np.radians(20))
SPINE_HEIGHTS = 25  # heights of its lettering that a spine is high, at most
ALIKE = 1.8  # times as high, at most, is lettering of the same size


class Layout:
    """The lines of one photo as arrays of n: where each is, which way it reads, how long and how high it is."""

    def __init__(self, lines: list[Line]):
        quads = np.array([line.quad for line in lines], dtype=float).reshape(-1, 4, 2)
        reading = (quads[:, 1] + quads[:, 2] - quads[:, 0] - quads[:, 3]) / 2
        down = (quads[:, 3] + quads[:, 2] - quads[:, 0] - quads[:, 1]) / 2
        self.quads = quads
        self.centre = quads.mean(axis=1)
        self.length = np.linalg.norm(reading, axis=1)
        self.height = np.linalg.norm(down, axis=1)
        self.direction = reading / np.maximum(self.length, 1e-6)[:, None]
        self.along = np.abs(self.direction[:, 1]) > np.abs(self.direction[:, 0])

    def __len__(self) -> int:
        return len(self.quads)

    def spine_length(self) -> float:
        """How long the spines of this photo are at least: the longest lines nearly fill theirs."""
        lengths = self.length[self.along] if self.along.any() else self.length
        return float(np.percentile(lengths, 95)) if len(lengths) else 0.0


def line_links(layout: Layout) -> np.ndarray:
    """n x n, 0..1: how well two lines can stand on one spine by their places alone (1 for a line with itself)."""
    n = len(layout)
    if n == 0:
        return np.zeros((0, 0))
    offset = layout.centre[None, :, :] - layout.centre[:, None, :]
    axis = layout.direction
    normal = np.stack([-axis[:, 1], axis[:, 0]], axis=1)
    forward = np.abs(np.einsum("ijk,ik->ij", offset, axis))
    sideways = np.abs(np.einsum("ijk,ik->ij", offset, normal))
    parallel = np.abs(axis @ axis.T) > PARALLEL
    link = np.where(parallel, _parallel_links(layout, forward, sideways), _crossing_links(layout, forward, sideways))
    link = np.minimum(link, link.T)
    np.fill_diagonal(link, 1.0)
    return link


def _parallel_links(layout: Layout, forward: np.ndarray, sideways: np.ndarray) -> np.ndarray:
    """One behind the other on the same line of sight, or stacked like the rows of a title."""
    height = (layout.height[:, None] + layout.height[None, :]) / 2
    span = forward + (layout.length[:, None] + layout.length[None, :]) / 2  # from the start of one to the end of the other
    gap = forward - (layout.length[:, None] + layout.length[None, :]) / 2
    rows_apart = sideways / height
    along = layout.along[:, None] & layout.along[None, :]
    behind = np.clip(1.5 - rows_apart, 0, 1) * np.where(along, 1.0, 0.6)  # what lies side by side across is often two spines
    stacked = np.where(along, np.clip(1.8 - 0.55 * rows_apart, 0, 1), np.clip(1.8 - 0.35 * rows_apart, 0, 1))
    link = np.where(gap > 0, behind, stacked)
    reach = np.where(along, 1.35 * layout.spine_length(), 3 * np.maximum.outer(layout.length, layout.length))
    too_far = np.clip((span - reach) / np.maximum(0.25 * reach, 1), 0, 1)
    # The longest single line is only the least that a spine can be long: what follows closely stands on the same one.
    close = _chained(along & (gap > 0) & (gap < 3 * height) & (rows_apart < 1))
    return np.where(close, behind, link * (1 - too_far))


def _chained(follows: np.ndarray) -> np.ndarray:
    """n x n: which lines are in one row, whose next ones `follows` says: titles are set word by word along a spine, too."""
    reached = follows | np.eye(len(follows), dtype=bool)
    while (further := reached.astype(np.float32) @ reached > 0).sum() > reached.sum():
        reached = further
    return reached


def _crossing_links(layout: Layout, forward: np.ndarray, sideways: np.ndarray) -> np.ndarray:
    """A line across the spine of a line along it: its middle lies in the other's path."""
    half_width = np.maximum(layout.height[:, None], layout.length[None, :]) / 2
    link = np.clip(1.6 - sideways / np.maximum(half_width, 1), 0, 1)
    link = np.where(layout.along[:, None], link, link.T)
    reach = 1.35 * layout.spine_length()
    far = forward if layout.along.any() else sideways
    return np.where(np.where(layout.along[:, None], far, far.T) > reach, 0, link)


def columns(layout: Layout) -> np.ndarray:
    """n x n: which lines can be on one standing spine, however far the author is from the title."""
    if not len(layout):
        return np.zeros((0, 0), dtype=bool)
    left, right = layout.quads[:, :, 0].min(axis=1), layout.quads[:, :, 0].max(axis=1)
    beside = np.minimum.outer(right, right) - np.maximum.outer(left, left)
    in_column = beside > 0.5 * np.minimum.outer(right - left, right - left)
    apart = np.abs(np.subtract.outer(layout.centre[:, 1], layout.centre[:, 1]))
    return in_column & (apart < SPINE_HEIGHTS * np.add.outer(layout.height, layout.height) / 2)


def groups(link: np.ndarray, least: float) -> list[list[int]]:
    """Lines that are linked by at least `least` on average, each group as sorted indices.

    The average, because chains of neighbours reach from one end of a shelf to the other.
    """
    members = [[i] for i in range(len(link))]
    apart = link.astype(float)
    np.fill_diagonal(apart, -1)
    while len(apart):
        one, other = np.unravel_index(np.argmax(apart), apart.shape)
        if apart[one, other] < least:
            break
        sizes = len(members[one]), len(members[other])
        apart[one] = apart[:, one] = np.average(apart[[one, other]], axis=0, weights=sizes)
        apart[one, one] = apart[other] = apart[:, other] = -1
        members[one] += members[other]
        members[other] = []
    return [sorted(group) for group in members if group]


def reading_order(layout: Layout, indices) -> list[int]:
    """Lines of one spine as a person reads them: along its longest line, and row by row where they are stacked."""
    indices = list(indices)
    if len(indices) < 2:
        return indices
    longest = max(indices, key=lambda i: layout.length[i])
    axis = layout.direction[longest]
    normal = np.array([-axis[1], axis[0]])
    places = [
        (layout.centre[i] - layout.direction[i] * layout.length[i] / 2 * (layout.along[i] == layout.along[longest]))
        for i in indices
    ]
    rows = {i: round(float(place @ normal) / max(layout.height[longest], 1)) for i, place in zip(indices, places, strict=True)}
    starts = {i: float(place @ axis) for i, place in zip(indices, places, strict=True)}
    if not layout.along[longest]:
        return sorted(indices, key=lambda i: (float(layout.centre[i] @ normal), starts[i]))
    return sorted(indices, key=lambda i: (rows[i], starts[i]))


def same_column(layout: Layout, some: list[int], others: list[int], reach: float = 1.0) -> bool:
    """Whether two groups of lines stand one behind the other on one spine rather than side by side on two.

    `reach` is how far apart they may be, in spine lengths.
    """
    axis = 1 if layout.along.mean() > 0.3 else 0  # along which spines run in this photo: down, or across in a pile
    one, other = layout.quads[some].reshape(-1, 2), layout.quads[others].reshape(-1, 2)
    (low, high), (from_, to) = ((q[:, 1 - axis].min(), q[:, 1 - axis].max()) for q in (one, other))
    beside = min(high, to) - max(low, from_)
    gap = max(one[:, axis].min(), other[:, axis].min()) - min(one[:, axis].max(), other[:, axis].max())
    return beside > 0.5 * min(high - low, to - from_) and gap < max(reach * layout.spine_length(), 1)


def lettered_alike(layout: Layout, one: int, other: int, most: float = ALIKE) -> bool:
    """Whether two lines run the same way and are about as high, as on two copies of a book."""
    parallel = abs(float(layout.direction[one] @ layout.direction[other])) > PARALLEL
    small, large = sorted((float(layout.height[one]), float(layout.height[other])))
    return parallel and large < most * max(small, 1.0)


def hull(quads: np.ndarray) -> Quad:
    """The smallest turned rectangle around all of `quads` (k x 4 x 2): along the longest of them."""
    sides = quads[:, 1] - quads[:, 0]
    axis = sides[np.argmax(np.linalg.norm(sides, axis=1))]
    axis = axis / max(np.linalg.norm(axis), 1e-6)
    normal = np.array([-axis[1], axis[0]])
    points = quads.reshape(-1, 2)
    a, b = points @ axis, points @ normal
    corners = [(a.min(), b.min()), (a.max(), b.min()), (a.max(), b.max()), (a.min(), b.max())]
    return as_quad(s * axis + t * normal for s, t in corners)


def shelf_places(regions: list[Quad]) -> list[tuple[int, int]]:
    """Shelf (from 1, top to bottom) and position on it (from 1, left to right) of each region."""
    if not regions:
        return []
    quads = np.array(regions)
    centres = quads.mean(axis=1)
    rows = _shelf_rows(centres, np.ptp(quads[:, :, 1], axis=1))
    found = [(0, 0)] * len(regions)
    for row in set(rows):
        members = sorted((i for i in range(len(rows)) if rows[i] == row), key=lambda i: centres[i, 0])
        for position, i in enumerate(members, start=1):
            found[i] = (row, position)
    return found


def _shelf_rows(centres: np.ndarray, heights: np.ndarray) -> list[int]:
    """The shelf of each spine, from where their middles lie (n x 2) and how high they stand (n)."""
    order = np.argsort(centres[:, 1])
    step = 0.35 * float(np.percentile(heights, 75))
    rows = np.ones(len(centres), dtype=int)
    for before, after in pairwise(order):
        rows[after] = rows[before] + (centres[after, 1] - centres[before, 1] > step)
    return [int(row) for row in rows]
