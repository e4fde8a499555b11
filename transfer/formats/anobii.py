"""aNobii, older files and those of today, which name some columns differently. https://www.anobii.com

People are "First Last" between commas, numbers and dates may stand in brackets, days that nobody knows are `2005-xx-xx`. The
status is a sentence: `Finished on Jan 5, 2012`."""

import re

from library.models import Status
from transfer.fields.reading import exact_day, read_finish_days
from transfer.items import Hints, Item
from transfer.tables import Table, columns_of

STATUS = re.compile(
    r"(?P<word>not started|being read|reading|finished|unfinished|abandoned)\b[\s:]*(?:(?:on|in|since)\s+)?(?P<when>.*)", re.I
)
WHEN = "Date of the status"


def _clean(values: dict[str, str]) -> dict[str, str]:
    tidied = {name: values[name].strip("[]'\" ") for name in ("ISBN", "Publication date") if name in values}
    tidied |= {name: re.sub(r"-xx\b", "", text) for name, text in values.items() if name == "Date of publication"}
    name = "Reading status" if "Reading status" in values else "Status"
    if match := STATUS.fullmatch(values.get(name, "")):
        tidied |= {name: match["word"], WHEN: match["when"]}
    return values | tidied


def _complete(item: Item, values: dict[str, str], hints: Hints):
    item.own |= _review(values)
    item.tags += [tag for part in values.get("Tags", "").split("/") if (tag := part.strip())]
    when, status = values.get(WHEN, ""), item.own.get("status")
    if when and status == Status.READ:
        read_finish_days(item, when, hints)
    elif when and status == Status.READING and (day := exact_day(item, when, hints, "Date started")):
        item.readings.append([day, ""])
    elif when:
        item.extra[WHEN] = when


def _review(values: dict[str, str]) -> dict[str, str]:
    parts = [values.get(f"Comment {part}") or values.get(f"Comment {part.title()}") for part in ("title", "content")]
    review = "\n\n".join(filter(None, parts))
    return {"review": review} if review else {}


FORMAT = Table(
    "anobii",
    "aNobii",
    where="Profile → Export",
    signature=("Comment title", "Comment content", "Private note", "Private notes"),
    columns=columns_of("""
        isbn: ISBN | plain_title: Title | subtitle: Subtitle | author_list: Author | binding: Format | pages: Number of pages
        publisher: Publisher | published: Publication date; Date of publication | notes: Private note; Private notes
        together: Comment title; Comment content; Tags | status: Status; Reading status | rating: Stars; Vote
    """),
    clean=_clean,
    complete=_complete,
    stars=5,
    statuses={"being read": Status.READING},
)
