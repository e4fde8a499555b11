"""`{% cover book %}`: the cover of anything with a title, authors and perhaps the address of a picture."""

from django import template

from library.covers import draw

register = template.Library()


@register.inclusion_tag("library/_cover.html")
def cover(book, loading: str = "lazy"):
    """For copies, editions and catalogue records alike. Purely decorative: the title stands beside it as text."""
    picture = book.cover if book.cover.startswith("https://") else ""
    drawing = draw(book.title, book.authors)
    return {"drawing": drawing, "language": book.language, "picture": picture, "loading": loading}
