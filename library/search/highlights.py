"""Where the words that were searched for stand in a text, marked up for a page."""

import re

from django.utils.html import escape, format_html
from django.utils.safestring import mark_safe

from library.search import terms

WORD = re.compile(r"[\w'’]+")
AROUND = 90  # letters on both sides of the first hit in a long text


def looked_for(query, meant: dict[str, str] | None = None) -> set[str]:
    words = [word for phrase in query.phrases for word in phrase] + list(query.words) + list((meant or {}).values())
    told = terms.telling(words) if words else []
    return {form for word in told for form in terms.forms(word)}


def hit(word: str, wanted: set[str], typing: str = "") -> bool:
    folded = "".join(terms.words(word))
    return bool(folded) and (folded in wanted or (len(typing) > 1 and folded.startswith(typing)))


def marked(text: str, wanted: set[str], typing: str = ""):
    """The text, safe for a page, with `<mark>` around what was looked for."""
    parts, at = [], 0
    for match in WORD.finditer(text):
        if hit(match[0], wanted, typing):
            parts += [escape(text[at : match.start()]), "<mark>", escape(match[0]), "</mark>"]
            at = match.end()
    return mark_safe("".join(map(str, [*parts, escape(text[at:])])))


def snippet(text: str, wanted: set[str], typing: str = "") -> str:
    """What stands around the first hit in a long text, marked; empty where there is none."""
    for match in WORD.finditer(text):
        if hit(match[0], wanted, typing):
            start, end = max(0, match.start() - AROUND), min(len(text), match.end() + AROUND)
            start = text.rfind(" ", 0, start) + 1 if start else 0
            cut = text[start:end].rsplit(" ", 1)[0] if end < len(text) else text[start:end]
            inner = marked(" ".join(cut.split()), wanted, typing)
            return format_html("{}{}{}", "… " if start else "", inner, " …" if end < len(text) else "")
    return ""
