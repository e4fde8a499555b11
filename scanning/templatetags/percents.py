"""Shares from 0 to 1 as a person reads them."""

from django import template

register = template.Library()


@register.filter
def percent(share: float) -> str:
    """With tenths, because near 100 they matter; all and nothing need none."""
    digits = 1 if 0 < share < 1 else 0
    return f"{100 * share:.{digits}f}\N{NO-BREAK SPACE}%"


@register.filter
def hundred(share: float) -> str:
    """On a scale of 0 to 100, as SVG wants it: with a point in every language."""
    return f"{100 * share:.1f}"
