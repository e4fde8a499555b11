"""Questions about series: which volumes are missing, which comes next, how far one is."""

from chat.answers.many import titled
from chat.names import longest_in, name_key
from chat.questions import Question, Reply, is_pronoun
from library.models import Status, UserBook
from library.series import Series, runs, volume_numbers


def _series_in(question: Question) -> str:
    """The series that the question names: itself, by a part of its name, or by one of its books."""
    name = longest_in(question.text, question.names.series, 3)
    if name:
        return question.names.series[name]
    values = question.subject(
        r"(?:missing|lack|need|gaps|incomplete|complete|next|own|have)(?: (?:from|in|of|to complete|to finish|for|after))+\s+(?:the |my )?(?P<it>.+?)(?: series| saga| cycle| trilogy| books)?$",
        r"(?:is|are) (?:my |the )?(?P<it>.+?)(?: series| saga| cycle| trilogy)? (?:complete|incomplete|finished)",
        r"all (?:of |the |volumes of |books in )*(?:my )?(?P<it>.+?)(?: series| saga| cycle| trilogy| books)?$",
        r"(?:comes?|after)\s+(?P<it>.+)",
    )
    if not values:
        return ""
    wanted = set(name_key(values).split()) - {"the", "series", "saga", "books", "my", "any", "a"}
    some = [shown for folded, shown in question.names.series.items() if wanted and wanted <= set(folded.split())]
    if some:
        return min(some, key=len)
    author = question.names.author(values)
    if author:
        return ""
    copies = question.tools.titled(values)
    return copies[0].series if copies else ""


def gaps(question: Question) -> Reply | None:
    name = _series_in(question)
    if not name and question.has("isbn|cover|covers|rating|notes|tags|shelf|author|review|page count"):
        return None
    found = question.tools.series(name)
    if name:
        return _of_one(name, next(iter(found), None))
    with_gaps = [one for one in found if one.missing]
    if not with_gaps:
        return Reply("None of your series has a gap that I can see." if found else "None of your books is in a series.")
    rows = [f"{one.name}: {_number_list(one.missing)}" for one in sorted(with_gaps, key=lambda one: -one.count)]
    more = f" and {len(rows) - 10:,} more series" if len(rows) > 10 else ""
    keys = [copy.pk for one in with_gaps for copy in one.copies]
    return Reply(f"Missing between the volumes you have — {'; '.join(rows[:10])}{more}.", keys)


def _of_one(name: str, one: Series | None) -> Reply:
    if not one:
        return Reply(f"You have no volume of “{name}”.")
    keys = [copy.pk for copy in one.copies]
    if not one.volumes:
        return Reply(
            f"You have {len(keys)} of “{name}”, but their volumes have no numbers, so I cannot tell what is missing.", keys
        )
    have = f"You have {_number_list(one.volumes)} of “{name}”"
    if one.missing:
        return Reply(f"{have}; {_number_list(one.missing)} {'is' if len(one.missing) == 1 else 'are'} missing.", keys)
    return Reply(f"{have}, without a gap. Whether more volumes have come out since I cannot tell.", keys)


def _number_list(item: list[int]) -> str:
    """`1, 2 and 4`, and `1–9` for a run."""
    return runs(item, "–")


def following(question: Question) -> Reply | None:
    """The volume after a book, or the next unread one of a series."""
    title = question.subject(
        r"(?:comes?|is|read|volume|book|one|follows)(?: next)? after\s+(?P<it>.+)",
        r"(?:sequel (?:to|of)|successor (?:to|of)|follows)\s+(?P<it>.+)",
    )
    copy = (
        question.pronoun() if title and is_pronoun(title) else next(iter(question.tools.titled(title)), None) if title else None
    )
    if copy and not copy.series:
        return Reply(f"{titled(copy)} is in no series that I know of.", [copy.pk])
    name = copy.series if copy else _series_in(question)
    if not name:
        return None
    one = next(iter(question.tools.series(name)), None)
    if not one:
        return Reply(f"You have no volume of “{name}”.")
    later = one.copies
    if copy:
        place = next((n for n, other in enumerate(later) if other.pk == copy.pk), len(later))
        later = later[place + 1 :]
        wanted = max(volume_numbers(copy.series_number), default=0) + 1
        if later and wanted > 1 and min(volume_numbers(later[0].series_number), default=0) > wanted:
            return Reply(
                f"Number {wanted} of “{name}” comes next; you do not have it. The next you have is {_of_series(later[0])}.",
                [later[0].pk],
            )
    else:
        later = [other for other in later if other.status in (Status.TO_READ, Status.READING)]
    if not later:
        what = f"after {titled(copy)}" if copy else "unread"
        return Reply(f"You have no volume of “{name}” {what}.")
    return Reply(f"Next in “{name}” is {_of_series(later[0])}.", [later[0].pk])


def _of_series(copy: UserBook) -> str:
    return titled(copy) + (f", number {copy.series_number}" if copy.series_number else "")


def series_overview(question: Question) -> Reply:
    rows = sorted(question.tools.series(), key=lambda one: (-one.count, one.name))
    if not rows:
        return Reply("None of your books is in a series.")
    names = ", ".join(f"{one.name} ({one.count})" for one in rows[:12])
    more = f" and {len(rows) - 12:,} more" if len(rows) > 12 else ""
    return Reply(f"You have books of {len(rows):,} series: {names}{more}.", [copy.pk for one in rows for copy in one.copies])
