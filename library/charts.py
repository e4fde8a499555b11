"""Charts as numbers for an SVG. The templates draw them; words stand beside them as text, to be read at any width."""

from dataclasses import dataclass

from django.utils.safestring import mark_safe

from library.statistics import Part

HEIGHT, STEP = 100, 10  # of a chart of columns, and across from one column to the next; the page stretches them


@dataclass(frozen=True)
class Mark:
    """One column or bar. x, y, width and height are in the units of the SVG."""

    part: Part
    x: float
    y: float
    width: float
    height: float

    @property
    def place(self) -> str:
        """The attributes of its rectangle, whole: four filters for each of hundreds are most of what a page of charts costs."""
        return mark_safe(f'x="{self.x:g}" y="{self.y:g}" width="{self.width:g}" height="{self.height:g}"')


@dataclass(frozen=True)
class Chart:
    marks: list[Mark]
    width: float
    height: float
    top: int  # what the upper edge stands for
    axis: list[str]  # names below the first, the middle and the last column

    @property
    def parts(self) -> list[Part]:
        return [mark.part for mark in self.marks]


def columns(parts: list[Part]) -> Chart | None:
    """Upright columns, for what has an order of its own: years, months, stars."""
    if not parts:
        return None
    top = nice(max(part.count for part in parts))
    gap = 2 if len(parts) < 60 else 1
    marks = []
    for number, part in enumerate(parts):
        height = round(HEIGHT * part.count / top, 2)
        if part.count:
            height = max(height, 0.8)  # one book among thousands is still there to be seen
        marks.append(Mark(part, number * STEP + gap / 2, round(HEIGHT - height, 2), STEP - gap, height))
    return Chart(marks, len(parts) * STEP, HEIGHT, top, axis(parts))


def bars(parts: list[Part]) -> Chart | None:
    """Bars that lie, for what has names: languages, authors, shelves."""
    if not parts:
        return None
    top = max(part.count for part in parts) or 1
    marks = [Mark(part, 0, 0, round(max(100 * part.count / top, 0.6 if part.count else 0), 2), 10) for part in parts]
    return Chart(marks, 100, 10, top, [])


def axis(parts: list[Part]) -> list[str]:
    if len(parts) < 4:
        return [part.label for part in parts]
    middle = [parts[len(parts) // 2].label] if len(parts) % 2 else []
    return [parts[0].label, *middle, parts[-1].label]


def nice(highest: int) -> int:
    """The next round number: 1, 2, 5, 10, 20, 50 …"""
    step = 1
    while True:
        for factor in (1, 2, 5):
            if highest <= factor * step:
                return factor * step
        step *= 10
