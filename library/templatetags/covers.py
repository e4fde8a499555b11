"""`{% cover book %}`: the cover of anything with a title, authors and perhaps the address of a picture."""

from django import template

from library import cover_choice, cover_files
from library.covers import draw

register = template.Library()


@register.inclusion_tag("library/_cover.html")
def cover(book, loading: str = "lazy"):
    """For copies, editions and catalogue records alike. Purely decorative: the title stands beside it as text."""
    drawing = draw(book.title, book.authors)
    return {"drawing": drawing, "language": book.language, "picture": cover_files.address_of(book), "loading": loading}


@register.inclusion_tag("library/_cover_choice.html", takes_context=True)
def cover_choices(context, copy):
    """What the owner of `copy` may choose its cover from: the editions' covers, an upload, the drawn one."""
    return {"copy": copy, "offers": cover_choice.offers(copy), "csrf_token": context.get("csrf_token")}
