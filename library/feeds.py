"""Feeds of the library: OPDS 1.2 (Atom) and OPDS 2.0 (JSON) for reader apps; a calendar of loans and the newest books as RSS.

https://specs.opds.io/opds-1.2  https://drafts.opds.io/opds-2.0  https://www.rfc-editor.org/rfc/rfc5545"""

import json
import re
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta
from xml.etree import ElementTree

from django.utils.feedgenerator import Rss201rev2Feed
from icalendar import Calendar, Event

from catalogs.links import purchase_links
from library.models import Loan, UserBook

ATOM, DC, OPDS, SEARCH = (
    "http://www.w3.org/2005/Atom",
    "http://purl.org/dc/terms/",
    "http://opds-spec.org/2010/catalog",
    "http://a9.com/-/spec/opensearch/1.1/",
)
for prefix, name in (("", ATOM), ("dc", DC), ("opds", OPDS), ("opensearch", SEARCH)):
    ElementTree.register_namespace(prefix, name)
NAVIGATION = "application/atom+xml;profile=opds-catalog;kind=navigation"
ACQUISITION = "application/atom+xml;profile=opds-catalog;kind=acquisition"
JSON = "application/opds+json"
BORROW = "http://opds-spec.org/acquisition/borrow"  # these are printed books: links to a library that may lend them
COVER = "http://opds-spec.org/image"


@dataclass(frozen=True)
class OpdsLink:
    """A link to a part of the catalogue."""

    title: str
    href: str
    about: str = ""
    rel: str = "subsection"
    leads_to_books: bool = True


@dataclass(frozen=True)
class OpdsPage:
    """A page of the catalogue: links to other pages, or books."""

    title: str
    href: str
    updated: datetime
    doors: list[OpdsLink] = field(default_factory=list)
    books: list[UserBook] | None = None
    total: int = 0
    page: int = 1
    size: int = 0
    links: dict[str, str] = field(default_factory=dict)  # relation (start, next, previous, search, …) -> address


def legible(text: str) -> str:
    """Removes the control characters that XML does not allow."""
    return re.sub(r"[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]", "", text or "")


# ── OPDS 1.2 ────────────────────────────────────────────────────────────────────────────────────────────────────────
def as_atom(catalog: OpdsPage, page_of) -> bytes:
    """`page_of` returns the address of a copy's page."""
    feed = ElementTree.Element(f"{{{ATOM}}}feed")
    kind = NAVIGATION if catalog.books is None else ACQUISITION
    _add(feed, "id", catalog.href)
    _add(feed, "title", catalog.title)
    _add(feed, "updated", catalog.updated.isoformat())
    _link(feed, "self", catalog.href, kind)
    for relation, href in catalog.links.items():
        types = {"search": "application/opensearchdescription+xml", "start": NAVIGATION, "up": NAVIGATION}
        _link(feed, relation, href, types.get(relation, kind))
    if catalog.books is not None:
        for name, number in (("totalResults", catalog.total), ("itemsPerPage", catalog.size)):
            _add(feed, name, str(number), SEARCH)
    for door in catalog.doors:
        _door(feed, door, catalog.updated)
    for copy in catalog.books or ():
        _entry(feed, copy, page_of(copy))
    return ElementTree.tostring(feed, encoding="utf-8", xml_declaration=True)


def search_description(name: str, template: str) -> bytes:
    """The OpenSearch description: https://github.com/dewitt/opensearch"""
    found = ElementTree.Element(f"{{{SEARCH}}}OpenSearchDescription")
    _add(found, "ShortName", name, SEARCH)
    _add(found, "Description", "Search the library", SEARCH)
    ElementTree.SubElement(found, f"{{{SEARCH}}}Url", type=ACQUISITION, template=template)
    return ElementTree.tostring(found, encoding="utf-8", xml_declaration=True)


def _add(parent, name: str, text: str, space: str = ATOM, **attributes):
    element = ElementTree.SubElement(parent, f"{{{space}}}{name}", attributes)
    element.text = legible(text)
    return element


def _link(parent, relation: str, href: str, kind: str, **more):
    ElementTree.SubElement(parent, f"{{{ATOM}}}link", {"rel": relation, "href": legible(href), "type": kind, **more})


def _door(feed, door: OpdsLink, updated: datetime):
    entry = ElementTree.SubElement(feed, f"{{{ATOM}}}entry")
    _add(entry, "id", door.href)
    _add(entry, "title", door.title)
    _add(entry, "updated", updated.isoformat())
    _add(entry, "content", door.about or door.title, type="text")
    _link(entry, door.rel, door.href, ACQUISITION if door.leads_to_books else NAVIGATION)


def _entry(feed, copy: UserBook, page: str):
    entry = ElementTree.SubElement(feed, f"{{{ATOM}}}entry")
    _add(entry, "id", f"urn:isbn:{copy.isbn13}" if copy.isbn13 else page)
    _add(entry, "title", copy.title)
    _add(entry, "updated", copy.changed.isoformat())
    for name in copy.authors:
        _add(ElementTree.SubElement(entry, f"{{{ATOM}}}author"), "name", name)
    facts = {"language": copy.language, "publisher": copy.publisher, "issued": copy.published_date}
    facts["identifier"] = f"urn:isbn:{copy.isbn13}" if copy.isbn13 else ""
    for name, value in facts.items():
        if value:
            _add(entry, name, value, DC)
    for name in copy.categories:
        ElementTree.SubElement(entry, f"{{{ATOM}}}category", {"term": legible(name), "label": legible(name)})
    if copy.description:
        _add(entry, "summary", copy.description, type="text")
    if copy.cover:
        _link(entry, COVER, copy.cover, "image/jpeg")
    _link(entry, "alternate", page, "text/html")
    _link(entry, BORROW, _borrow(copy), "text/html")


# ── OPDS 2.0 ────────────────────────────────────────────────────────────────────────────────────────────────────────
def opds_json(catalog: OpdsPage, page_of) -> bytes:
    made = {"metadata": {"title": catalog.title}, "links": [{"rel": "self", "href": catalog.href, "type": JSON}]}
    for relation, href in catalog.links.items():
        templated = {"templated": True} if relation == "search" else {}
        made["links"].append({"rel": relation, "href": href, "type": JSON, **templated})
    if catalog.books is None:
        made["navigation"] = [{"title": door.title, "href": door.href, "type": JSON, "rel": door.rel} for door in catalog.doors]
    else:
        made["metadata"] |= {"numberOfItems": catalog.total, "itemsPerPage": catalog.size, "currentPage": catalog.page}
        made["publications"] = [_publication(copy, page_of(copy)) for copy in catalog.books]
    return json.dumps(made, ensure_ascii=False).encode()


def _publication(copy: UserBook, page: str) -> dict:
    about = {
        "@type": "http://schema.org/Book",
        "title": copy.title,
        "subtitle": copy.subtitle,
        "author": copy.authors,
        "identifier": f"urn:isbn:{copy.isbn13}" if copy.isbn13 else "",
        "language": copy.language,
        "publisher": copy.publisher,
        "published": copy.published_date,
        "modified": copy.changed.isoformat(),
        "description": copy.description,
        "numberOfPages": copy.pages,
        "subject": copy.categories,
        "belongsTo": {"series": _series(copy)} if copy.series else None,
    }
    links = [{"rel": "alternate", "href": page, "type": "text/html"}, {"rel": BORROW, "href": _borrow(copy), "type": "text/html"}]
    images = [{"href": copy.cover, "type": "image/jpeg"}] if copy.cover else []
    return {"metadata": {name: value for name, value in about.items() if value}, "links": links, "images": images}


def _series(copy: UserBook) -> dict:
    """The series, with the position only if it is a number."""
    number = copy.series_number if re.fullmatch(r"\d{1,6}(\.\d{1,3})?", copy.series_number) else ""
    return {"name": copy.series} | ({"position": float(number)} if number else {})


def _borrow(copy: UserBook) -> str:
    return purchase_links(copy.isbn13, copy.title, copy.author)["openLibrary"]


# ── At secret addresses ─────────────────────────────────────────────────────────────────────────────────────────────
def calendar(loans: list[Loan], name: str) -> bytes:
    made = Calendar()
    made.add("prodid", "-//BookImg//Loans//EN")
    made.add("version", "2.0")
    made.add("x-wr-calname", name)
    for loan in loans:
        if loan.due:
            made.add_component(_loan_event(loan))
    return made.to_ical()


def _loan_event(loan: Loan) -> Event:
    """Uses the date of the loan as the stamp, so that the same loans produce the same file."""
    made = Event()
    made.add("uid", f"loan-{loan.pk}@bookimg")
    made.add("dtstamp", datetime.combine(loan.since, time(), UTC))
    made.add("dtstart", loan.due)
    made.add("dtend", loan.due + timedelta(days=1))
    made.add("summary", f"“{loan.copy.title}” due back from {loan.borrower}")
    made.add("description", "\n".join(filter(None, [f"Lent on {loan.since.isoformat()}.", loan.note])))
    made.add("transp", "TRANSPARENT")
    return made


def rss(copies: list[UserBook], title: str, home: str, address_of) -> str:
    """`address_of` returns the address of a copy's page."""
    feed = Rss201rev2Feed(title=title, link=home, description="Recently added books", language="en")
    for copy in copies:
        feed.add_item(
            title=legible(f"{copy.title} — {copy.author}" if copy.authors else copy.title),
            link=address_of(copy),
            description=legible(copy.description),
            pubdate=copy.added,
            unique_id=f"bookimg-{copy.pk}",
            unique_id_is_permalink=False,
            categories=[legible(name) for name in copy.categories],
        )
    return feed.writeString("utf-8")
