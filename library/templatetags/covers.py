"""`{% cover book %}`: the cover of anything with a title, authors and optionally a picture."""

from functools import lru_cache
from html import escape

from django import template
from django.urls import reverse
from django.utils.safestring import mark_safe

from library.covers import cover_files
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


# Strings, because 48 rendered templates took half of the time of a library page. Cached, because drawing takes most of the rest.
COVER = (
    '<span class="cover cloth-{0.cloth} binding-{0.binding}" aria-hidden="true"><span class="cover-face">'
    '<span class="cover-title cover-title-{0.size}"{lang}>{title}</span>'
    '<span class="cover-author">{author}</span></span>{picture}</span>'
)
PICTURE = '<img class="cover-picture" src="{}" alt="" loading="{}" decoding="async" referrerpolicy="no-referrer">'
TILE = (
    '<li class="pick-place"><a class="book-tile" href="{address}">{cover}<span class="book-tile-title title-serif">{title}</span>'
    '<span class="book-tile-author">{author}</span></a><label class="pick"><input type="checkbox" name="ids" value="{pk}" '
    'form="bulk" aria-label="Select {title}"></label></li>'
)


@lru_cache(maxsize=4096)
def markup(title: str, authors: tuple[str, ...], language: str, picture: str, loading: str) -> str:
    drawing = draw(title, authors)
    parts = {
        "title": escape(drawing.title),
        "author": escape(drawing.author),
        "lang": f' lang="{escape(language)}"' if language else "",
        "picture": PICTURE.format(escape(picture), loading) if picture else "",
    }
    return mark_safe(COVER.format(drawing, **parts))


@lru_cache(maxsize=4096)
def tile_markup(pk: int, title: str, authors: tuple[str, ...], language: str, picture: str) -> str:
    drawn, text = (
        markup(title, authors, language, picture, "lazy"),
        {"title": escape(title), "author": escape(", ".join(authors))},
    )
    return mark_safe(TILE.format(pk=pk, address=_address_form().format(pk), cover=drawn, **text))


@lru_cache(maxsize=1)
def _address_form() -> str:
    return "{}".join(reverse("book", args=[0]).rsplit("0", 1))
