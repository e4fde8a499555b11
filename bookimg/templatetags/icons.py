"""`{% icon "camera" %}` (large with `class="icon-l"`): a decorative picture from img/icons.svg. Available in all templates."""

from functools import lru_cache

from django import template
from django.templatetags.static import static
from django.utils.html import format_html

PICTURE = '<svg class="{}" aria-hidden="true" focusable="false"><use href="{}#{}"></use></svg>'
register = template.Library()


@register.simple_tag(name="icon")
@lru_cache  # a page has about thirty
def icon(name: str, **more: str) -> str:
    look = f"icon {more['class']}" if more else "icon"
    return format_html(PICTURE, look, static("img/icons.svg"), name)
