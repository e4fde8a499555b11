"""Names out of one person's library that fit what they type: never all of them, and each with its number of books."""

from django.db.models import Count, Max, Q

from catalogs import folding
from library.copies import tagging
from library.models import CopyAuthor, UserBook

AT_MOST = 20


def words_begin(column: str, text: str) -> Q:
    """Each word of `text` begins a word in `column`, which is folded."""
    fits = Q()
    for word in folding.fold(text).split():
        fits &= Q(**{f"{column}__startswith": word}) | Q(**{f"{column}__contains": f" {word}"})
    return fits


def authors(user, text: str) -> list[tuple[str, int]]:
    fits = CopyAuthor.objects.of(user).filter(words_begin("folded", text)).order_by()
    named = fits.values("folded").annotate(name=Max("name"), n=Count("copy")).order_by("-n", "folded")
    return [(row["name"], row["n"]) for row in named[:AT_MOST]]


def series(user, text: str) -> list[tuple[str, int]]:
    fits = UserBook.objects.of(user).filter(words_begin("series_key", text)).exclude(series_key="").order_by()
    named = fits.values("series_key").annotate(name=Max("series"), n=Count("pk")).order_by("-n", "series_key")
    return [(row["name"], row["n"]) for row in named[:AT_MOST]]


def tags(user, text: str) -> list[tuple[str, int]]:
    return [(tag.name, tag.count) for tag in tagging.beginning(user, text, AT_MOST)]


KINDS = {"author": authors, "series": series, "tag": tags}
