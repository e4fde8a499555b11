"""Which volumes of a series are missing, and which comes next."""

from chat.questions import Question, Reply, titled
from library.models import Status, UserBook
from library.series import Series, runs, volume_numbers

SHOWN = 10


def answer_gaps(question: Question) -> Reply | None:
    name = next(iter(question.reading.values("series")), "")
    copies = next(iter(question.titles()), [])
    if copies and question.has("next") and (not name or not _mentions_series(question)):
        return _following(question, copies[0])
    if question.unused and not name and (copies := question.one()):
        name = copies[0].series
    if question.unused:
        return None
    if question.query.author and not name:
        found = [one for one in question.tools.series() if question.query.author in one.copies[0].authors]
        return _of_all(found, f" by {question.query.author}")
    found = question.tools.series(name or (copies[0].series if copies else ""))
    if name:
        one = next(iter(found), None)
        return _next_unread(one) if one and question.has("next") else _of_one(name, one)
    return _of_all(found)


def _mentions_series(question: Question) -> bool:
    return bool({"series", "saga", "reihe", "serie", "volume", "band", "tome"} & set(question.reading.words))


def _of_all(found: list[Series], by: str = "") -> Reply:
    gaps = sorted((one for one in found if one.missing), key=lambda one: -one.count)
    if not gaps:
        return Reply(f"I cannot see any gaps in your series{by}." if found else f"None of your books{by} is in a series.")
    rows = "; ".join(f"{one.name}: {runs(one.missing, '–')}" for one in gaps[:SHOWN])
    more = f" and {len(gaps) - SHOWN:,} more series" if len(gaps) > SHOWN else ""
    return Reply(f"Missing between the volumes you have — {rows}{more}.", [copy.pk for one in gaps for copy in one.copies])


def _of_one(name: str, one: Series | None) -> Reply:
    if not one:
        return Reply(f"You have no volume of “{name}”.")
    keys = [copy.pk for copy in one.copies]
    if not one.volumes:
        unknown = "but their volumes have no numbers, so I cannot tell what is missing"
        return Reply(f"You have {len(keys)} of “{name}”, {unknown}.", keys)
    have = f"You have {runs(one.volumes, '–')} of “{name}”"
    if one.missing:
        return Reply(f"{have}; {runs(one.missing, '–')} {'is' if len(one.missing) == 1 else 'are'} missing.", keys)
    return Reply(f"{have}, without a gap. I cannot tell whether more volumes have been published since.", keys)


def _following(question: Question, copy: UserBook) -> Reply:
    """The volume after a book, or its number where it is not there."""
    if not copy.series:
        return Reply(f"{titled(copy)} is in no series that I know of.", [copy.pk])
    volumes = next(iter(question.tools.series(copy.series)), None)
    later = volumes.copies if volumes else []
    place = next((number for number, other in enumerate(later) if other.pk == copy.pk), len(later))
    later, wanted = later[place + 1 :], max(volume_numbers(copy.series_number), default=0) + 1
    if later and wanted > 1 and min(volume_numbers(later[0].series_number), default=0) > wanted:
        missing = f"Number {wanted} of “{copy.series}” comes next; you do not have it."
        return Reply(f"{missing} The next you have is {_numbered(later[0])}.", [later[0].pk])
    if not later:
        return Reply(f"You have no volume of “{copy.series}” after {titled(copy)}.")
    return Reply(f"Next in “{copy.series}” is {_numbered(later[0])}.", [later[0].pk])


def _next_unread(one: Series) -> Reply:
    later = [copy for copy in one.copies if copy.status in (Status.TO_READ, Status.READING)]
    if not later:
        return Reply(f"You have no unread volume of “{one.name}”.")
    return Reply(f"Next in “{one.name}” is {_numbered(later[0])}.", [later[0].pk])


def _numbered(copy: UserBook) -> str:
    return titled(copy) + (f", number {copy.series_number}" if copy.series_number else "")
