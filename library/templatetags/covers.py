"""`{% cover book %}`: the cover of anything with a title, authors and optionally a picture."""

from functools import lru_cache

from django import template
from django.template.loader import get_template

from library.covers import cover_choice, cover_files
from library.covers.drawn_covers import draw

register = template.Library()


@register.simple_tag
def cover(book, loading: str = "lazy") -> str:
    """For copies, editions and catalogue records. Purely decorative: the title is shown beside it as text."""
    return markup(book.title, tuple(book.authors), book.language, cover_files.address_of(book), loading)


@register.simple_tag
def tile(copy) -> str:
    """A copy on a page of covers."""
    return tile_markup(copy.pk, copy.title, tuple(copy.authors), copy.language, cover_files.address_of(copy))


# Cached, because drawing the 48 covers of a library page took half of its time.
@lru_cache(maxsize=4096)
def markup(title: str, authors: tuple[str, ...], language: str, picture: str, loading: str) -> str:
    values = {"drawing": draw(title, authors), "language": language, "picture": picture, "loading": loading}
    return get_template("library/_cover.html").render(values)


@lru_cache(maxsize=4096)
def tile_markup(pk: int, title: str, authors: tuple[str, ...], language: str, picture: str) -> str:
    drawn = markup(title, authors, language, picture, "lazy")
    return get_template("library/_tile.html").render({"pk": pk, "cover": drawn, "title": title, "author": ", ".join(authors)})


@register.inclusion_tag("library/_cover_choice.html", takes_context=True)
def cover_choices(context, copy):
    """The form for choosing the cover of `copy`: from an edition, an upload, or the drawn one."""
    return {"copy": copy, "offers": cover_choice.cover_offers(copy), "csrf_token": context.get("csrf_token")}
