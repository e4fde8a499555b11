"""`{{ answer|with_sources:books }}`: where an answer names a book by its number, a link to it stands instead."""

import re

from django import template
from django.urls import reverse
from django.utils.html import escape, format_html
from django.utils.safestring import mark_safe

register = template.Library()
NUMBER = re.compile(r"\s?\[(\d{1,18})\]")


@register.filter
def with_sources(text: str, copies):
    """Numbers of books that are not among `copies` are left out."""
    places = {copy.pk: place for place, copy in enumerate(copies, 1)}

    def link(found) -> str:
        pk = int(found[1])
        if pk not in places:
            return ""
        return format_html(
            '<a class="source-number" href="{}" title="{}">{}</a>', reverse("book", args=[pk]), "Source", places[pk]
        )

    return mark_safe(NUMBER.sub(link, escape(text)))
