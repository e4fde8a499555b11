"""`author:`, `year:1990..2000`, `is:lent` and the others: each becomes a condition on the person's own books."""

import re

from django.conf.locale import LANG_INFO
from django.db.models import Q
from django.utils import timezone

from catalogs import folding
from library.models import CopyAuthor, Loan, Status, Tag, UserBook
from library.search import terms
from library.search.query import Filter
from library.sightings import is_on_a_photo

STATUSES = {
    "unread": Status.TO_READ, "toread": Status.TO_READ, "read": Status.READ, "finished": Status.READ, "reading": Status.READING,
    "current": Status.READING, "didnotfinish": Status.DID_NOT_FINISH, "dnf": Status.DID_NOT_FINISH,
    "abandoned": Status.DID_NOT_FINISH, "wishlist": Status.WISHLIST, "wanted": Status.WISHLIST,
}  # fmt: skip
NOTHING = Q(pk__in=[])
LANGUAGES = {info["name"].casefold(): code for code, info in LANG_INFO.items() if "name" in info and len(code) == 2}
RANGE = re.compile(r"^(?P<low>\d+(?:\.\d+)?)?\s*(?P<to>\.\.\.?|-|–|to)\s*(?P<high>\d+(?:\.\d+)?)?$")
BOUND = re.compile(r"^(?P<sign>>=|<=|>|<|≥|≤)?(?P<number>\d+(?:\.\d+)?)(?P<plus>\+|s)?$")


def condition(user, asked: Filter) -> Q:
    """What a filter means; one that makes no sense finds nothing, its opposite everything."""
    found = MEANINGS[asked.name](user, asked.value)
    return ~found if asked.no else found


def bounds(text: str, step: float = 1) -> tuple[float | None, float | None] | None:
    """`3..5`, `>300`, `1990s`, `7`: the lowest and the highest, both included; None where it is no number at all."""
    text = text.strip()
    if (range_ := RANGE.match(text)) and (range_["low"] or range_["high"]):
        return tuple(float(range_[end]) if range_[end] else None for end in ("low", "high"))
    one = BOUND.match(text)
    if not one:
        return None
    number = float(one["number"])
    sign = {"≥": ">=", "≤": "<="}.get(one["sign"], one["sign"])
    if sign:
        low = number if sign == ">=" else number + step if sign == ">" else None
        high = number if sign == "<=" else number - step if sign == "<" else None
        return low, high
    if one["plus"] == "+":
        return number, None
    return (number, number + 9) if one["plus"] == "s" else (number, number)


def number(column: str, times: int = 1, step: float = 1):
    def meaning(user, value: str) -> Q:
        if value.casefold() in ("none", "no"):
            return Q(**{f"{column}__isnull": True})
        found = bounds(value, step)
        if found is None:
            return NOTHING
        low, high = found
        q = Q(**{f"{column}__isnull": False})
        q &= Q(**{f"{column}__gte": min(low * times, 10**9)}) if low is not None else Q()
        return q & (Q(**{f"{column}__lte": min(high * times, 10**9)}) if high is not None else Q())

    return meaning


def year(user, value: str) -> Q:
    found = bounds(value)
    if found is None:
        return Q(published_date="") if value.casefold() in ("none", "unknown") else NOTHING
    low, high = found
    q = ~Q(published_date="")
    q &= Q(published_date__gte=f"{int(low):04d}") if low is not None and low < 10_000 else Q() if low is None else NOTHING
    return q & (Q(published_date__lt=f"{int(high) + 1:04d}") if high is not None and high < 9999 else Q())


def added(user, value: str) -> Q:
    found = bounds(value)
    if found is None or any(end is not None and not 1 <= end <= 9998 for end in found):
        return NOTHING
    low, high = found
    q = Q(added__year__gte=int(low)) if low is not None else Q()
    return q & (Q(added__year__lte=int(high)) if high is not None else Q())


def each_word(column: str, text: str, found: list[str] | None = None) -> Q:
    """Every word of it somewhere in a folded column, in any way an umlaut is written."""
    q = Q()
    for word in terms.words(text) if found is None else found:
        some = Q()
        for form in (word, *terms.umlauts(word)):
            some |= Q(**{f"{column}__contains": form})
        q &= some
    return q if q else NOTHING


def author(user, value: str) -> Q:
    return Q(pk__in=CopyAuthor.objects.filter(each_word("folded", value), user=user).values("copy_id"))


def tag(user, value: str) -> Q:
    folded = Tag.fold(value)
    tags = Tag.objects.filter(user=user)
    named = tags.filter(folded=folded)
    if not named.exists():
        named = tags.filter(each_word("folded", value))
    return Q(pk__in=UserBook.tags.through.objects.filter(tag__in=named).values("userbook_id"))


def shelf(user, value: str) -> Q:
    if value.casefold() == "none":
        return Q(shelf=None)
    words = terms.words(value)
    return Q(shelf__in=[shelf.pk for shelf in user.shelves.all() if words and set(words) <= set(terms.words(str(shelf)))])


def status(user, value: str) -> Q:
    found = STATUSES.get(re.sub(r"[^a-z]", "", value.casefold()))
    return Q(status=found) if found else NOTHING


def isbn(user, value: str) -> Q:
    digits = re.sub(r"[^0-9Xx]", "", value).upper()
    if value.casefold() == "none":
        return Q(isbn13="")
    if len(digits) == 10:
        return Q(isbn13__startswith=f"978{digits[:9]}")
    return Q(isbn13__startswith=digits) if digits else NOTHING


def language(user, value: str) -> Q:
    code = value.casefold()
    return Q(language=LANGUAGES.get(code, code[:2] if len(code) in (2, 5) else code))


def lent(user, value: str) -> Q:
    out = Loan.objects.filter(copy__user=user, returned__isnull=True)
    wanted = terms.words(value)
    return Q(pk__in=[loan.copy_id for loan in out if wanted and set(wanted) <= set(terms.words(loan.borrower))])


def is_(user, value: str) -> Q:
    value = value.casefold()
    out = Loan.objects.filter(copy__user=user, returned__isnull=True)
    if value in ("lent", "borrowed", "away"):
        return Q(pk__in=out.values("copy_id"))
    if value == "overdue":
        return Q(pk__in=out.filter(due__lt=timezone.localdate()).values("copy_id"))
    if value in ("favourite", "favorite", "fav", "loved"):
        return Q(favourite=True)
    if value in ("rated", "unrated"):
        return Q(rating__isnull=value == "unrated")
    if value in ("unshelved", "shelved"):
        return Q(shelf__isnull=value == "unshelved")
    return status(user, value)


def has(user, value: str) -> Q:
    value = value.casefold()
    if value in ("tag", "tags"):
        return Q(pk__in=UserBook.tags.through.objects.filter(tag__user=user).values("userbook_id"))
    if value in ("photo", "scan"):
        return is_on_a_photo(user)
    if value in ("cover", "picture"):
        return ~Q(cover="") | ~Q(cover_key="")
    if value in ("author", "authors"):
        return Q(pk__in=CopyAuthor.objects.filter(user=user).values("copy_id"))
    nullable = {"rating": "rating", "pages": "pages", "shelf": "shelf", "price": "price"}
    if value in nullable:
        return Q(**{f"{nullable[value]}__isnull": False})
    column = {"note": "notes", "year": "published_date", "isbn": "isbn13", "review": "review"}.get(value, value)
    if column in ("notes", "review", "isbn13", "series", "description", "published_date", "publisher", "language", "binding"):
        return ~Q(**{column: ""})
    return NOTHING


def contains(*columns: str):
    def meaning(user, value: str) -> Q:
        q = Q()
        for column in columns:
            q |= Q(**{f"{column}__icontains": value})
        return q

    return meaning


MEANINGS = {
    "author": author, "tag": tag, "shelf": shelf, "status": status, "isbn": isbn, "year": year, "language": language,
    "rating": number("rating", times=2, step=0.5), "is": is_, "has": has, "pages": number("pages"), "lent": lent, "added": added,
    "publisher": contains("publisher"), "category": contains("categories"), "notes": contains("notes", "review"),
    "title": lambda user, value: each_word("sort_title", value, folding.sort_title(value).split()),
    "series": lambda user, value: each_word("series_key", value, folding.sort_title(value).split()),
}  # fmt: skip
