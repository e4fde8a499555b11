"""How the text of a cell is tidied before anybody reads a meaning in it."""

import html
import re

FORMULA = re.compile(r"'+[=+\-@＝＋－＠\t\r]")
TAGS = re.compile(r"</?[a-zA-Z][^<>]*>")
BREAK = re.compile(r"(?i)<br\s*/?>|\s*</?(?:p|div|h[1-6]|ul|ol|li|tr|table|blockquote|hr)\b[^<>]*>\s*")
BREAKS = re.compile(r"\n{3,}")
NOTHING = frozenset("nan none null nil n/a #n/a <na> n.a. n.d. undefined - -- – —".split())


def without_apostrophe(text: str) -> str:
    """Without the apostrophe that keeps a spreadsheet from taking a text for a formula."""
    return text[1:] if FORMULA.match(text) else text


def is_nothing(text: str) -> bool:
    """What programs write where they know nothing: `NaN`, `NULL`, `n/a`, a dash."""
    return text.casefold() in NOTHING


def is_no_number(text: str) -> bool:
    """What a program for tables of numbers writes into a file of any format."""
    return text in ("nan", "NaN", "<NA>", "#N/A", "#VALUE!", "#REF!", "#NAME?")


def unmarked(text: str) -> str:
    """A review as text: programs that show it on a web page keep it with its marks."""
    if not TAGS.search(text):
        return html.unescape(text)
    return html.unescape(BREAKS.sub("\n\n", TAGS.sub("", BREAK.sub("\n", text)))).strip()
