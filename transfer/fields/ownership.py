"""Columns about somebody's copy: where it stands, how it came, who has it."""

import re
from collections.abc import Callable
from decimal import Decimal, InvalidOperation

from library.copies.tagging import split_list
from library.models import Condition, Status
from transfer import dates
from transfer.fields.reading import exact_day, ticked
from transfer.items import Hints, Item

SIGNS = {  # letters before a dollar say whose it is; kr and Fr. are those of several countries
    "US$": "USD", "CA$": "CAD", "C$": "CAD", "AU$": "AUD", "A$": "AUD", "NZ$": "NZD", "HK$": "HKD", "S$": "SGD", "R$": "BRL",
    "MX$": "MXN", "NT$": "TWD", "$": "USD", "€": "EUR", "£": "GBP", "¥": "JPY", "₹": "INR", "₽": "RUB", "zł": "PLN", "₺": "TRY",
    "₩": "KRW", "₴": "UAH", "Kč": "CZK",
}  # fmt: skip
UNKNOWN_CURRENCY = "The currency of “{}” is not clear, so only the amount was used."
CONDITIONS = {name.lower(): value for value, name in Condition.choices} | {
    "like new": "fine",
    "very good": "fine",
    "acceptable": "fair",
}
PRICE = re.compile(r"[^\d-]{0,12}(\d[\d.,' ]*)\D{0,20}")
TOO_MUCH = Decimal("99999999")
MOST_COPIES = 20
OWNED_ONCE = "Previously owned"
NOT_OWNED = f"This book is no longer owned according to the other program; it has the tag “{OWNED_ONCE}”."
COLLECTION = {  # what programs for collectors say of a book
    "in collection": "", "for sale": "For sale", "on order": "On order", "sold": OWNED_ONCE, "not in collection": OWNED_ONCE,
}  # fmt: skip


def _deleted(item: Item, text: str, hints: Hints):
    if ticked(item, text, "mark of deletion"):
        item.left_out = "This book was deleted in the other program."


def _owned_once(item: Item, text: str, hints: Hints):
    if ticked(item, text, "tick"):
        item.tags.append(OWNED_ONCE)
        item.notes.append(NOT_OWNED)


def _collection_status(item: Item, text: str, hints: Hints):
    """`In Collection`, `On Wish List`, `Sold`, as CLZ has them."""
    word = " ".join(text.casefold().split())
    tag = COLLECTION.get(word, text)
    if word in ("on wish list", "wish list") or tag == "On order":
        item.own["status"] = Status.WISHLIST.value
    if tag and word not in ("on wish list", "wish list"):
        item.tags.append(tag)
        item.notes += [NOT_OWNED] if tag == OWNED_ONCE else []


def _tags(item: Item, text: str, hints: Hints):
    item.tags += split_list(text)


def _shelf(item: Item, text: str, hints: Hints):
    item.shelf = [" ".join(text.split())[:100]]


def _notes(item: Item, text: str, hints: Hints):
    item.own["notes"] = "\n\n".join(filter(None, [item.own.get("notes"), text]))


def _added(item: Item, text: str, hints: Hints):
    if dates.is_moment(text):
        item.own["added"] = text
    elif day := exact_day(item, text, hints, "Date added"):
        item.own["added"] = day


def _bought(item: Item, text: str, hints: Hints):
    if day := exact_day(item, text, hints, "Bought"):
        item.own["bought"] = day


def _bought_from(item: Item, text: str, hints: Hints):
    item.own["bought_from"] = text


def _price(item: Item, text: str, hints: Hints):
    """`$12.99`, `12,99 EUR`: the last sign between digits that leaves one or two of them is the decimal point."""
    match = PRICE.fullmatch(text)
    digits = re.sub(r"[.,' ](?=\d{3}(?!\d))", "", match[1]).strip(".,' ") if match else ""
    try:
        value = Decimal(digits.replace(",", "."))
    except InvalidOperation:
        value = TOO_MUCH
    if value >= TOO_MUCH:
        item.extra["Price"] = text
        item.notes.append(f"“{text[:40]}” could not be read as a price.")
        return
    item.own["price"] = str(value.quantize(Decimal("0.01")))
    item.own["currency"] = _currency(text)
    if not item.own["currency"] and re.search(r"[^\W\d_]|[$\u20a0-\u20cf]", text):
        item.extra["Price"] = text
        item.notes.append(UNKNOWN_CURRENCY.format(text[:40]))


def _currency(text: str) -> str:
    """By its three letters, or by its sign together with the letters that touch it."""
    if code := re.search(r"\b[A-Z]{3}\b", text):
        return code[0]
    sign = re.search(r"[^\W\d_]*[$€£¥₹₽₺₩₴]|zł|Kč", text)
    return SIGNS.get(sign[0], "") if sign else ""


def _condition(item: Item, text: str, hints: Hints):
    if found := CONDITIONS.get(text.casefold()):
        item.own["condition"] = str(found)
    else:
        item.own["condition_note"] = " · ".join(filter(None, [text, item.own.get("condition_note")]))


def _condition_note(item: Item, text: str, hints: Hints):
    item.own["condition_note"] = " · ".join(filter(None, [item.own.get("condition_note"), text]))


def _copies(item: Item, text: str, hints: Hints):
    match = re.fullmatch(r"(\d{1,9})(?:\.0+)?", text)
    if not match:
        item.extra["Copies"] = text
        item.notes.append(f"“{text[:40]}” could not be read as a number of copies.")
        return
    item.copies = min(max(int(match[1]), 1), MOST_COPIES)
    if int(match[1]) > MOST_COPIES:
        item.notes.append(f"The file lists {text} copies. BookImg adds at most {MOST_COPIES}.")


def _lent_to(item: Item, text: str, hints: Hints):
    item.loans = [{"borrower": text[:200], **(item.loans[0] if item.loans else {})}]


def _lent_on(item: Item, text: str, hints: Hints):
    """Stands behind `lent_to` in the order of the fields."""
    day = exact_day(item, text, hints, "Lent on")
    if day and item.loans:
        item.loans[0]["since"] = day
    elif day:
        item.extra["Lent on"] = text


def _record_number(item: Item, text: str, hints: Hints):
    item.ids[hints.program] = text[:100]


OWNERSHIP_FIELDS: dict[str, tuple[str, Callable]] = {
    "collection_status": ("Collection status", _collection_status),
    "owned_once": ("Previously owned: yes or no", _owned_once),
    "deleted": ("Deleted: yes or no", _deleted),
    "notes": ("Private notes", _notes),
    "tags": ("Tags", _tags),
    "shelf": ("Shelf", _shelf),
    "added": ("Added on", _added),
    "copies": ("Number of copies", _copies),
    "bought": ("Bought on", _bought),
    "bought_from": ("Bought from", _bought_from),
    "price": ("Price", _price),
    "condition": ("Condition", _condition),
    "condition_note": ("Notes on its condition", _condition_note),
    "lent_to": ("Lent to", _lent_to),
    "lent_on": ("Lent on", _lent_on),
    "id": ("Record number in the other program", _record_number),
}
