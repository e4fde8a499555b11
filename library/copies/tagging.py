"""Tags: created at first use, set, counted, suggested. “Poetry” and “poetry” are one tag; the first spelling is kept."""

import re

from django.db import transaction
from django.db.models import Count, Q

from catalogs import folding
from library.models import Tag, UserBook
from library.models.copy_queries import OWNED_BOOKS

LONGEST = Tag._meta.get_field("name").max_length
AT_MOST = 50  # tags per book
PART = re.compile(r'\s*(?:"((?:[^"]|"")*)"\s*(?=[,;\n]|$)|([^,;\n]*))(?:[,;\n]|$)')
QUOTED = re.compile(r'[,;\n]|^\s*"')
Through = UserBook.tags.through


def split_list(text: str) -> list[str]:
    """The parts between commas, semicolons and line breaks. A part that holds one of these itself stands in quotes."""
    found = (match[1].replace('""', '"') if match[1] is not None else match[2] for match in PART.finditer(text))
    return [part for name in found if (part := " ".join(name.split()))]


def join_list(names) -> str:
    """What `split_list` takes apart again."""
    return ", ".join('"{}"'.format(name.replace('"', '""')) if QUOTED.search(name) else name for name in names)


def split_tags(text: str) -> list[str]:
    return tidy(split_list(text))


def tidy(names) -> list[str]:
    """Cleans tag names: no empty ones, extra spaces or second spellings."""
    found: dict[str, str] = {}
    for name in names:
        name = " ".join(name.replace("\0", " ").split())[:LONGEST].strip()
        if name.strip(" ,;"):
            found.setdefault(Tag.fold(name), name)
    return list(found.values())


def find_or_make_tags(user, names) -> list[Tag]:
    """Finds or creates this person's tags with these names, in order, in at most three queries."""
    wanted = {Tag.fold(name): name for name in tidy(names)}
    known = {tag.folded: tag for tag in Tag.objects.filter(user=user, folded__in=wanted)}
    missing = [Tag(user=user, name=name, folded=folded) for folded, name in wanted.items() if folded not in known]
    if missing:
        # If another process creates the same tag at the same time, use that one.
        Tag.objects.bulk_create(missing, ignore_conflicts=True)
        fresh = Tag.objects.filter(user=user, folded__in=[tag.folded for tag in missing])
        known |= {tag.folded: tag for tag in fresh}
    return [known[folded] for folded in wanted]


@transaction.atomic
def set_tags(copy: UserBook, names) -> bool:
    """Sets exactly these tags on `copy`, updates its version, and returns whether anything changed."""
    wanted = {tag.pk for tag in find_or_make_tags(copy.user, names)}
    present = set(Through.objects.filter(userbook=copy).values_list("tag_id", flat=True))
    if wanted == present:
        return False
    Through.objects.filter(userbook=copy, tag_id__in=present - wanted).delete()
    Through.objects.bulk_create([Through(userbook=copy, tag_id=pk) for pk in sorted(wanted - present)], ignore_conflicts=True)
    copy.save(update_fields=[])
    return True


def names_of(copy: UserBook) -> list[str]:
    return [tag.name for tag in copy.tags.all()]


def names_by_copy(copies) -> dict[int, list[str]]:
    """The names of the tags of `copies` by primary key, in one query."""
    found: dict[int, list[str]] = {copy.pk: [] for copy in copies}
    rows = Through.objects.filter(userbook__in=found).order_by("tag__folded")
    for pk, name in rows.values_list("userbook_id", "tag__name"):
        found[pk].append(name)
    return found


def tags_with_counts(user):
    """This person's tags with their number of books (`count`), without the trash and the wishlist."""
    # annotating drops the default order
    return Tag.objects.filter(user=user).annotate(count=Count("books", filter=OWNED_BOOKS)).order_by("folded")


def matching_tags(user, text: str, limit: int = 12) -> list[Tag]:
    """Suggestions while typing: tags that begin with the text, then those with a word that does, most used first."""
    folded = folding.fold(text)
    fits = Q(folded__startswith=folded) | Q(folded__contains=f" {folded}")
    found = tags_with_counts(user).filter(fits).order_by("-count", "folded")[: limit * 2]
    return sorted(found, key=lambda tag: not tag.folded.startswith(folded))[:limit]


def tag_named(user, name: str) -> Tag | None:
    return Tag.objects.filter(user=user, folded=Tag.fold(name)).first()
