"""`{% page_links "settings-books" as links %}`: what the apps have registered for a place on a page."""

from dataclasses import replace

from django import template

from accounts.page_links import PAGE_LINKS, PageLink

register = template.Library()


@register.simple_tag(takes_context=True)
def page_links(context, place: str) -> list[PageLink]:
    user = context["request"].user
    return [replace(link, hint=link.hint(user)) if callable(link.hint) else link for link in PAGE_LINKS[place]]
