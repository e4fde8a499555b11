"""Covers are fetched once, checked, made small and kept with us; shown from here; chosen by the owner of the copy."""

import io
import re

import httpx
import numpy as np
import pytest
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from PIL import Image

from accounts.outbound import Sender
from catalogs import Record
from library.copies import facts, owner_edits
from library.covers import cover_choice, cover_files
from library.covers.cover_fetching import MOST_BYTES, Fetcher, FetchError
from library.covers.cover_files import PictureError, as_cover
from library.models import UserBook
from tests.factories import BookFactory, make_copy

pytestmark = pytest.mark.slow

ADDRESS = "https://covers.example.org/b/1-L.jpg"
OTHER = "https://covers.example.org/b/2-L.jpg"


def picture(width=600, height=900, form="JPEG", mode="RGB") -> bytes:
    """Stripes, so that it is not blank."""
    pixels = np.zeros((height, width, 3), np.uint8)
    pixels[:, : width // 2] = (200, 60, 30)
    out = io.BytesIO()
    Image.fromarray(pixels).convert(mode).save(out, form)
    return out.getvalue()


def fetcher(reply, ip="93.184.216.34", clock=None) -> Fetcher:
    more = {"clock": clock} if clock else {}
    look_up = lambda host, port, **_: [(2, 1, 6, "", (ip, port))]  # noqa: E731
    return Fetcher(sender=Sender(look_up=look_up), transport=httpx.MockTransport(reply), **more)


class Catalogue:
    """A fetcher for the settings that has one picture at every address and counts who asked."""

    asked: list[str] = []
    error: FetchError | None = None

    def fetch(self, address: str) -> bytes:
        self.asked.append(address)
        if self.error:
            raise self.error
        return picture()


@pytest.fixture
def catalogue(settings):
    settings.COVERS = f"{__name__}.Catalogue"
    Catalogue.asked, Catalogue.error = [], None
    return Catalogue


@pytest.fixture
def copy(owner):
    return make_copy(owner, isbn="9780441478125", cover=ADDRESS, source="open_library")


def shown(client, copy) -> str:
    """The address of the picture on the page of a book."""
    page = client.get(copy.get_absolute_url()).content.decode()
    picture = re.search('class="cover-picture" src="([^"]+)"', page)
    return picture[1].replace("&amp;", "&") if picture else ""


def fetches(callbacks) -> int:
    """How many pictures are to be fetched once this is kept."""
    return sum("library.covers.cover_files.store_cover" in getattr(each, "args", ()) for each in callbacks)


# ── Pictures ──


@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP", "GIF"])
def test_a_picture_becomes_a_small_webp(form):
    made = Image.open(io.BytesIO(as_cover(picture(form=form))))
    assert (made.format, made.size) == ("WEBP", (400, 600))


def test_a_small_picture_is_not_blown_up():
    assert Image.open(io.BytesIO(as_cover(picture(128, 190)))).size == (128, 190)


def test_what_lies_behind_transparency_is_white():
    image = Image.new("RGBA", (200, 300), (0, 0, 0, 0))
    image.paste((10, 20, 30, 255), (0, 0, 200, 100))
    out = io.BytesIO()
    image.save(out, "PNG")
    assert Image.open(io.BytesIO(as_cover(out.getvalue()))).getpixel((100, 280))[0] > 240


def test_place_and_camera_do_not_come_along():
    image, out = Image.open(io.BytesIO(picture())), io.BytesIO()
    exif = image.getexif()
    exif[0x010F] = "Camera"
    image.save(out, "JPEG", exif=exif)
    assert not Image.open(io.BytesIO(as_cover(out.getvalue()))).getexif()


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (picture(1, 1, "GIF"), "too small"),
        (picture(600, 20), "too small"),
        (b"<html>not found</html>", "not a picture"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "not a picture"),
        (b"", "not a picture"),
        (picture()[:300], "not a picture"),
    ],
)
def test_what_is_no_cover_is_refused_with_a_sentence(data, words):
    with pytest.raises(PictureError, match=words):
        as_cover(data)


def test_a_blank_is_refused():
    out = io.BytesIO()
    Image.new("RGB", (300, 450), (230, 230, 228)).save(out, "PNG")
    with pytest.raises(PictureError, match="blank"):
        as_cover(out.getvalue())


def test_too_many_pixels_are_refused_before_they_are_decoded():
    out = io.BytesIO()
    Image.new("1", (20_000, 20_000)).save(out, "PNG")
    with pytest.raises(PictureError, match="too many pixels"):
        as_cover(out.getvalue())


# ── Fetching ──


def test_a_picture_is_fetched_by_the_name_at_the_address_that_was_judged():
    seen = []

    def reply(request):
        seen.append((str(request.url), request.headers["Host"], request.extensions["sni_hostname"]))
        return httpx.Response(200, content=b"picture")

    assert fetcher(reply).fetch(ADDRESS) == b"picture"
    assert seen == [("https://93.184.216.34/b/1-L.jpg", "covers.example.org", "covers.example.org")]


def test_redirects_are_followed_and_each_is_judged():
    def reply(request):
        if request.url.path == "/b/1-L.jpg":
            return httpx.Response(302, headers={"Location": "https://archive.example.org/1.jpg"})
        return httpx.Response(200, content=request.headers["Host"].encode())

    assert fetcher(reply).fetch(ADDRESS) == b"archive.example.org"


@pytest.mark.parametrize("address", ["http://covers.example.org/1.jpg", "ftp://covers.example.org/1", "file:///etc/passwd"])
def test_only_https_is_asked(address):
    with pytest.raises(FetchError) as error:
        fetcher(lambda request: httpx.Response(200)).fetch(address)
    assert error.value.permanent


def test_a_redirect_away_from_https_is_not_followed():
    with pytest.raises(FetchError, match="https"):
        fetcher(lambda request: httpx.Response(302, headers={"Location": "http://covers.example.org/1"})).fetch(ADDRESS)


@pytest.mark.parametrize("ip", ["127.0.0.1", "10.0.0.8", "192.168.1.1", "169.254.169.254", "::1", "fd00::1", "::ffff:127.0.0.1"])
def test_nothing_inside_the_network_is_asked(ip):
    asked = []
    with pytest.raises(FetchError, match="private network") as error:
        fetcher(lambda request: asked.append(request), ip=ip).fetch(ADDRESS)
    assert error.value.permanent and not asked


def test_a_circle_ends():
    with pytest.raises(FetchError, match="loop"):
        fetcher(lambda request: httpx.Response(302, headers={"Location": ADDRESS})).fetch(ADDRESS)


def test_a_picture_that_is_too_large_is_not_read_to_its_end():
    sent = []

    def endless():
        while True:
            sent.append(1)
            yield b"x" * 1_000_000

    with pytest.raises(FetchError, match="5 MB"):
        fetcher(lambda request: httpx.Response(200, content=endless())).fetch(ADDRESS)
    assert len(sent) <= MOST_BYTES / 1_000_000 + 2


def test_a_picture_that_says_it_is_too_large_is_not_read_at_all():
    with pytest.raises(FetchError, match="5 MB"):
        fetcher(lambda request: httpx.Response(200, headers={"Content-Length": "99999999"})).fetch(ADDRESS)


def test_a_picture_that_drips_is_given_up():
    times = iter(range(0, 100, 5))
    with pytest.raises(FetchError, match="too long") as error:
        fetcher(lambda request: httpx.Response(200, content=iter([b"x"] * 9)), clock=lambda: next(times)).fetch(ADDRESS)
    assert not error.value.permanent


@pytest.mark.parametrize(("status", "permanent"), [(404, True), (403, True), (429, False), (500, False), (503, False)])
def test_what_is_gone_is_not_asked_again_soon(status, permanent):
    with pytest.raises(FetchError) as error:
        fetcher(lambda request: httpx.Response(status)).fetch(ADDRESS)
    assert error.value.permanent is permanent


def test_a_lost_connection_is_no_verdict():
    def reply(request):
        raise httpx.ConnectError("no route")

    with pytest.raises(FetchError) as error:
        fetcher(reply).fetch(ADDRESS)
    assert not error.value.permanent


def test_the_picture_that_google_draws_where_it_has_none_is_refused():
    reply = httpx.Response(200, content=picture(form="PNG"), headers={"Content-Type": "image/png"})
    with pytest.raises(FetchError, match="no cover"):
        fetcher(lambda request: reply).fetch("https://books.google.com/books/content?id=x&img=1")


# ── Keeping ──


def test_a_new_copy_has_its_cover_fetched_and_its_edition_knows_it(catalogue, owner, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks() as callbacks:
        copy = make_copy(owner, isbn="9780441478125", cover=ADDRESS)
    assert fetches(callbacks) == 1
    cover_files.store_cover(copy.pk)
    key = cover_files.key_for(ADDRESS)
    copy.refresh_from_db()
    assert copy.cover_key == copy.book.cover_key == key
    assert default_storage.exists(key)


def test_a_picture_is_fetched_once_for_all_who_have_it(catalogue, copy, stranger):
    other = make_copy(stranger, isbn="9780441478125", cover=ADDRESS)
    cover_files.store_cover(copy.pk)
    cover_files.store_cover(other.pk)
    other.refresh_from_db()
    assert other.cover_key == cover_files.key_for(ADDRESS)
    assert catalogue.asked == [ADDRESS]


def test_a_later_copy_of_the_edition_has_the_cover_at_once(catalogue, copy, stranger):
    cover_files.store_cover(copy.pk)
    assert make_copy(stranger, isbn="9780441478125", source="open_library").cover_key == cover_files.key_for(ADDRESS)


def test_another_address_is_another_picture(catalogue, copy, owner):
    cover_files.store_cover(copy.pk)
    copy = owner_edits.edit_copy(owner, copy.pk, {"cover": OTHER})
    assert copy.cover_key == ""
    cover_files.store_cover(copy.pk)
    copy.refresh_from_db()
    assert copy.cover_key == cover_files.key_for(OTHER)
    assert copy.book.cover_key == cover_files.key_for(ADDRESS)  # everybody else's stays


def test_an_address_without_a_picture_is_left_alone_for_a_day(catalogue, copy):
    catalogue.error = FetchError("gone", permanent=True)
    cover_files.store_cover(copy.pk)
    cover_files.store_cover(copy.pk)
    copy.refresh_from_db()
    assert copy.cover_key == "" and catalogue.asked == [ADDRESS]


def test_a_host_that_cannot_be_reached_rests_for_all_its_pictures(catalogue, copy):
    catalogue.error = FetchError("no route")
    assert cover_files.fetched_cover_key(ADDRESS) == cover_files.fetched_cover_key(OTHER) == ""
    assert catalogue.asked == [ADDRESS]


def test_a_copy_that_is_gone_does_no_harm(catalogue, copy):
    UserBook.objects.all().delete()
    cover_files.store_cover(copy.pk)
    assert catalogue.asked == []


def test_with_covers_off_nothing_is_asked_for(copy, owner_client, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks() as callbacks:
        cover_files.enqueue_cover(copy)
    assert fetches(callbacks) == 0
    assert shown(owner_client, copy) == ""


# ── Showing ──


def test_a_cover_that_is_kept_is_shown_from_here_and_stays_with_the_browser(catalogue, copy, owner_client, stranger_client):
    cover_files.store_cover(copy.pk)
    address = shown(owner_client, copy)
    assert address == reverse("cover", args=[cover_files.key_for(ADDRESS)[10:50]])
    for client in (owner_client, stranger_client):  # the edition's cover is everybody's
        answer = client.get(address)
        assert (answer.status_code, answer["Content-Type"]) == (200, "image/webp")
        assert "immutable" in answer["Cache-Control"] and "private" in answer["Cache-Control"]


def test_a_cover_that_is_not_here_yet_is_fetched_through_us_at_the_first_look(catalogue, copy, owner_client):
    address = shown(owner_client, copy)
    assert address.startswith(reverse("cover_fetched"))
    assert owner_client.get(address)["Content-Type"] == "image/webp"
    owner_client.get(address)
    assert catalogue.asked == [ADDRESS]


def test_a_cover_that_cannot_be_had_leaves_the_drawn_one(catalogue, copy, owner_client):
    catalogue.error = FetchError("gone", permanent=True)
    assert owner_client.get(shown(owner_client, copy)).status_code == 404


def test_nobody_uses_us_to_fetch_what_we_did_not_name(catalogue, owner_client):
    for proof in ("", "wrong", cover_files.signer.signature(OTHER)):
        assert owner_client.get(reverse("cover_fetched"), {"of": ADDRESS, "proof": proof}).status_code == 404
    assert catalogue.asked == []


def test_whoever_is_not_signed_in_sees_no_cover(catalogue, copy, client):
    cover_files.store_cover(copy.pk)
    assert client.get(reverse("cover", args=[cover_files.key_for(ADDRESS)[10:50]])).status_code == 302
    assert client.get(cover_files.address_through_us(ADDRESS)).status_code == 302


def test_a_cover_that_is_not_there_is_not_found(owner_client, db):
    assert owner_client.get(reverse("cover", args=["a" * 40])).status_code == 404
    assert owner_client.get("/covers/..%2f..%2fdb.webp").status_code == 404


def test_a_proposal_in_a_review_is_shown_through_us_too(catalogue, db):
    record = Record("Walden", ("Henry David Thoreau",), cover=ADDRESS)
    assert cover_files.address_of(record).startswith(reverse("cover_fetched"))
    assert cover_files.address_of(Record("Walden", cover="javascript:alert(1)")) == ""


def test_no_page_may_load_a_picture_from_elsewhere(owner_client, db):
    policy = owner_client.get("/")["Content-Security-Policy"]
    assert "img-src 'self' data: blob:;" in policy + ";"


# ── Choosing ──


def choose(client, copy, **data):
    return client.post(reverse("book_cover", args=[copy.pk]), data, follow=True)


def upload(data: bytes) -> SimpleUploadedFile:
    return SimpleUploadedFile("cover.jpg", data, "image/jpeg")


def test_an_own_picture_is_kept_and_shown_to_its_owner_alone(copy, owner_client, stranger_client):
    choose(owner_client, copy, choice="upload", picture=upload(picture()))
    copy.refresh_from_db()
    address = shown(owner_client, copy)
    assert address.startswith("/covers/own/") and owner_client.get(address).status_code == 200
    assert stranger_client.get(address).status_code == 404
    assert copy.book.cover_key == ""


def test_an_own_picture_is_not_replaced_by_a_catalogue(copy, owner, owner_client):
    choose(owner_client, copy, choice="upload", picture=upload(picture()))
    copy.refresh_from_db()
    key = copy.cover_key
    facts.change_facts(copy, {"cover": OTHER}, "open_library")
    facts.fill_facts(copy, {"cover": OTHER}, "open_library")
    copy.save()
    copy.refresh_from_db()
    assert (copy.cover, copy.cover_key) == ("", key)


@pytest.mark.parametrize(
    ("data", "words"),
    [
        ({"choice": "upload", "picture": upload(b"%PDF-1.7")}, "not a picture"),
        ({"choice": "upload", "picture": upload(b"")}, "not a picture"),
        ({"choice": "upload"}, "Choose a picture first"),
        ({"choice": "edition"}, "Choose one of the covers"),
        ({"choice": "edition", "edition": "99999999999999999999"}, "Choose one of the covers"),
        ({"choice": "something"}, "Choose one of the covers"),
        ({}, "Choose a cover"),
    ],
)
def test_a_choice_that_makes_no_sense_changes_nothing_and_says_why(copy, owner_client, data, words):
    answer = choose(owner_client, copy, **data)
    assert words in answer.content.decode()
    copy.refresh_from_db()
    assert (copy.cover, copy.cover_key) == (ADDRESS, "")


def test_the_covers_of_other_editions_are_offered_and_can_be_chosen(catalogue, copy, owner_client):
    edition = BookFactory(isbn="9780441007318", cover=OTHER, publisher="Ace")
    assert [offer.cover for offer in cover_choice.cover_offers(copy)] == [ADDRESS, OTHER]
    choose(owner_client, copy, choice="edition", edition=edition.pk)
    copy.refresh_from_db()
    assert (copy.cover, copy.isbn13) == (OTHER, "9780441478125")
    assert copy.origins["cover"] == facts.YOU
    assert [offer.chosen for offer in cover_choice.cover_offers(copy)] == [False, True]


def test_the_cover_of_another_work_cannot_be_chosen(copy, owner_client):
    edition = BookFactory(title="Walden", author="Henry David Thoreau", cover=OTHER)
    choose(owner_client, copy, choice="edition", edition=edition.pk)
    copy.refresh_from_db()
    assert copy.cover == ADDRESS


def test_the_drawn_cover_can_come_back_and_stays(copy, owner_client):
    choose(owner_client, copy, choice="drawn")
    copy.refresh_from_db()
    assert (copy.cover, copy.cover_key, copy.origins["cover"]) == ("", "", facts.YOU)
    assert shown(owner_client, copy) == ""


def test_offers_are_one_query_however_many_editions(copy, django_assert_num_queries):
    for n in range(30):
        BookFactory(isbn=f"97800000000{n:02}", cover=f"https://covers.example.org/{n}.jpg")
    with django_assert_num_queries(1):
        assert len(cover_choice.cover_offers(copy)) == cover_choice.MOST_OFFERED


def test_a_stranger_chooses_no_cover_of_mine(copy, stranger_client):
    assert choose(stranger_client, copy, choice="drawn").status_code == 404
    copy.refresh_from_db()
    assert copy.cover == ADDRESS
