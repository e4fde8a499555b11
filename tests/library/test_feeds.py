"""Feeds: OPDS for readers who sign in, a calendar and a feed at secret addresses."""

import base64
import json
from datetime import date
from xml.etree import ElementTree

import pytest
from allauth.mfa.totp.internal import auth as totp
from django.test import Client
from icalendar import Calendar

from accounts import feeds
from library.copies import loans
from tests.api.conftest import token_for
from tests.factories import make_copies, make_copy, make_shelf

ATOM = "{http://www.w3.org/2005/Atom}"


def reader(name: str, password: str) -> Client:
    return Client(headers={"Authorization": "Basic " + base64.b64encode(f"{name}:{password}".encode()).decode()})


@pytest.fixture
def kindly(owner):
    return reader("olive", token_for(owner, "read"))


def titles(feed) -> list[str]:
    return [entry.find(f"{ATOM}title").text for entry in ElementTree.fromstring(feed.content).iter(f"{ATOM}entry")]


def links(feed) -> dict[str, str]:
    return {link.get("rel"): link.get("href") for link in ElementTree.fromstring(feed.content).findall(f"{ATOM}link")}


# ── Who may read ────────────────────────────────────────────────────────────────────────────────────────────────────
def test_a_reader_signs_in_by_token_or_by_password(owner, kindly, db):
    assert kindly.get("/opds/").status_code == 200
    assert reader("olive", "shelf-of-olive").get("/opds/").status_code == 200
    assert Client(headers={"Authorization": f"Bearer {token_for(owner)}"}).get("/opds/").status_code == 200


@pytest.mark.parametrize("name,password", [("olive", "guess"), ("stan", "bimg_wrong"), ("", ""), ("ol\x00ive", "x")])
def test_others_are_asked_to_sign_in(owner, name, password):
    refused = reader(name, password).get("/opds/")
    assert refused.status_code == 401 and refused["WWW-Authenticate"].startswith("Basic")
    assert Client(headers={"Authorization": "Basic !!!"}).get("/opds/v1.2/books").status_code == 401


def test_the_token_of_one_person_does_not_let_another_in(stranger, owner):
    assert reader("olive", token_for(stranger)).get("/opds/").status_code == 401


def test_with_a_second_factor_the_password_alone_is_not_enough_for_readers(owner, kindly):
    totp.TOTP.activate(owner, totp.generate_totp_secret())
    assert reader("olive", "shelf-of-olive").get("/opds/").status_code == 401
    assert kindly.get("/opds/").status_code == 200


def test_a_token_that_may_only_scan_reads_nothing(owner):
    assert reader("olive", token_for(owner, "scan")).get("/opds/").status_code == 403


# ── OPDS ────────────────────────────────────────────────────────────────────────────────────────────────────────────
def test_the_doors_of_both_forms_lead_to_books(owner, kindly):
    make_copy(owner, "Emma", "Jane Austen", shelf=make_shelf(owner))
    for door in json.loads(kindly.get("/opds/").content)["navigation"]:
        assert kindly.get(door["href"]).status_code == 200, door
    feed = kindly.get("/opds/v1.2/")
    for entry in ElementTree.fromstring(feed.content).iter(f"{ATOM}entry"):
        assert kindly.get(entry.find(f"{ATOM}link").get("href")).status_code == 200


def test_a_book_tells_what_is_known_of_it_in_both_forms(owner, kindly, stranger):
    make_copy(stranger, "Secret")
    make_copy(
        owner,
        "Emma & <Co>\x0b",
        "Jane Austen",
        isbn="9780141439587",
        language="en",
        publisher="Penguin",
        series="Novels",
        series_number="4",
    )
    (book,) = json.loads(kindly.get("/opds/v2/books").content)["publications"]
    assert book["metadata"]["identifier"] == "urn:isbn:9780141439587"
    assert book["metadata"]["belongsTo"] == {"series": {"name": "Novels", "position": 4.0}}
    feed = kindly.get("/opds/v1.2/books")
    assert feed["Content-Type"].endswith("kind=acquisition")
    assert titles(feed) == ["Emma & <Co>"]
    assert "Penguin" in feed.content.decode() and "acquisition/borrow" in feed.content.decode()


def test_long_catalogues_are_turned_page_by_page_and_searched(owner, kindly):
    make_copies(owner, [f"Volume {number:02}" for number in range(51)])
    first = kindly.get("/opds/v1.2/books?sort=title")
    assert len(titles(first)) == 50
    assert titles(kindly.get(links(first)["next"])) == ["Volume 50"]
    assert titles(kindly.get("/opds/v1.2/books?q=volume+07")) == ["Volume 07"]
    description = Client().get(links(first)["search"])
    assert "{searchTerms}" in description.content.decode()


def test_a_form_that_is_none_is_404(kindly):
    assert kindly.get("/opds/v3/").status_code == kindly.get("/opds/v3/books").status_code == 404


def test_a_page_of_the_catalogue_takes_as_many_queries_for_twenty_as_for_one(owner, kindly, django_assert_max_num_queries):
    for number in range(20):
        make_copy(owner, f"Volume {number}")
    kindly.get("/opds/v2/books")
    with django_assert_max_num_queries(6):
        kindly.get("/opds/v2/books")


# ── At secret addresses ─────────────────────────────────────────────────────────────────────────────────────────────
def test_the_calendar_has_what_is_lent_on_the_day_when_it_is_due(owner, client):
    loans.lend_copy(make_copy(owner, "Emma"), "Nora", since=date(2026, 11, 1), due=date(2026, 12, 24), note="a, b; c")
    loans.lend_copy(make_copy(owner, "Dune"), "Paul", since=date(2026, 11, 1))
    answer = client.get(f"/feeds/{feeds.renew_feed_key(owner)}/loans.ics")
    assert answer["Content-Type"].startswith("text/calendar")
    (event,) = Calendar.from_ical(answer.content).walk("VEVENT")
    assert event["summary"] == "“Emma” due back from Nora"
    assert event.decoded("dtstart") == date(2026, 12, 24)
    assert answer["Referrer-Policy"] == "no-referrer"


def test_the_feed_has_what_came_last_first(owner, client):
    make_copy(owner, "Emma")
    make_copy(owner, "Dune & Co")
    answer = client.get(f"/feeds/{feeds.renew_feed_key(owner)}/added.rss")
    found = [item.find("title").text for item in ElementTree.fromstring(answer.content).iter("item")]
    assert [title.split(" — ")[0] for title in found] == ["Dune & Co", "Emma"]


def test_an_address_that_was_ended_or_made_up_is_404(owner, client):
    secret = feeds.renew_feed_key(owner)
    feeds.renew_feed_key(owner)
    for wrong in (secret, secret[:-1] + "x", "x", f"{owner.pk}~x"):
        assert client.get(f"/feeds/{wrong}/loans.ics").status_code == 404
        assert client.get(f"/feeds/{wrong}/added.rss").status_code == 404
