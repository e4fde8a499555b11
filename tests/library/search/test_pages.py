"""The pages of the search: what is typed, what is shown of it, and what of it nobody else sees."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from chat import conversations as chats
from library.search import embedding
from tests.factories import CandidateFactory, make_copies, make_copy

pytestmark = pytest.mark.django_db
SEARCH, SUGGEST = "/search/", "/search/suggest/"


@pytest.fixture(autouse=True)
def wording_alone(settings):
    settings.EMBEDDER = "hash"


def see_on_a_photo(copy):
    return CandidateFactory(copy=copy, number=16, shelf_row=2, position=14).scan


def test_a_result_is_marked_and_says_where_its_words_stand(owner, owner_client):
    make_copy(owner, "Dune", "Frank Herbert", description="A desert planet, and worms below the <sand> of it.")
    page = owner_client.get(SEARCH, {"q": "worms", "mode": "text"}).content.decode()
    assert "planet, and <mark>worms</mark> below the &lt;sand&gt;" in page
    assert "<mark>Dune</mark>" in owner_client.get(SEARCH, {"q": "dune", "mode": "text"}).content.decode()


def test_what_is_typed_is_never_markup(owner, owner_client):
    make_copy(owner, "<b>Dune</b>", "Frank Herbert")
    for place in (SEARCH, SUGGEST, "/"):
        page = owner_client.get(place, {"q": "dune <script>alert(1)</script>"}).content.decode()
        assert "<script>alert" not in page and "<b>Dune" not in page


def test_a_result_leads_to_its_place_on_the_photo(owner, owner_client):
    copy = make_copy(owner, "Dune", "Frank Herbert")
    scan = see_on_a_photo(copy)
    page = owner_client.get(SEARCH, {"q": "dune"}).content.decode()
    assert "Second shelf, 14th from the left" in page
    assert f'href="{scan.get_absolute_url()}?spine=16#book-16"' in page


@pytest.mark.parametrize("mode", ["text", "vector", "hybrid"])
def test_a_stranger_finds_nothing_of_it(owner, stranger_client, mode):
    copy = make_copy(owner, "Secret Garden", "Frances Burnett")
    see_on_a_photo(copy)
    embedding.compute_all_vectors(owner)
    for place in (SEARCH, SUGGEST):
        page = stranger_client.get(place, {"q": "secret garden", "mode": mode}).content.decode()
        assert "Burnett" not in page and "from the left" not in page
    assert stranger_client.get(reverse("more_like_this", args=[copy.pk])).status_code == 404


@pytest.mark.parametrize("place", [SEARCH, SUGGEST])
def test_who_is_not_signed_in_is_asked_to(client, place):
    assert client.get(place, {"q": "dune"}).status_code == 302


@pytest.mark.parametrize(
    "query", ["", "q=", "q=%00", "q=" + "x" * 3000, "q=dune&mode=nonsense", "q=dune&page=x", "q=dune&page=999999"]
)
def test_nonsense_in_the_address_is_passed_over(owner, owner_client, query):
    make_copy(owner, "Dune")
    assert owner_client.get(f"{SEARCH}?{query}").status_code == 200


@pytest.mark.parametrize("place", [f"{SEARCH}?q=volume&mode=text", f"{SEARCH}?q=volume", f"{SUGGEST}?q=volume", "/?q=volume"])
def test_a_large_library_asks_no_more_of_the_database_than_a_small_one(owner, owner_client, place):
    def queries():
        with CaptureQueriesContext(connection) as captured:
            assert owner_client.get(place).status_code == 200
        return len(captured)

    for number in range(2):
        see_on_a_photo(make_copy(owner, f"Volume {number}", "Anon"))
    embedding.compute_all_vectors(owner)
    owner_client.get(place)
    small = queries()
    for copy in make_copies(owner, [f"Volume {number}" for number in range(2, 60)])[:10]:
        see_on_a_photo(copy)
    embedding.compute_all_vectors(owner)
    owner_client.get(place)  # the vectors are read once
    assert queries() <= small


def test_each_page_has_one_box(owner, owner_client):
    make_copy(owner, "Dune")
    for address, box in (("/", 'id="search"'), (SEARCH, 'id="search"'), ("/chat/", 'id="searchbox"')):
        page = owner_client.get(address).content.decode()
        assert page.count('name="q"') == 1 and box in page, address


def test_the_list_leads_on_to_meaning_with_what_was_typed(owner, owner_client):
    make_copy(owner, "Dune", "Frank Herbert")
    page = owner_client.get("/", {"q": "herbret & dune"}).content.decode()
    assert "Searched for <strong>herbert</strong>" in page
    assert 'href="/search/?q=herbret%20%26%20dune"' in page


def test_the_administration_shows_what_an_answer_took_and_not_what_was_asked(owner, django_user_model):
    make_copy(owner, "Dune", "Frank Herbert")
    message = chats.ask_question(chats.start_chat(owner), "Do I own the very private Dune?")
    admin = Client()
    admin.force_login(django_user_model.objects.create_superuser("root", "root@example.org", "x"))
    for address in ("chat_message_changelist", "chat_message_change", "chat_message_delete"):
        page = admin.get(reverse(f"admin:{address}", args=[] if address.endswith("list") else [message.pk]))
        assert page.status_code == 200 and b"very private" not in page.content, address
        assert message.answer.encode() not in page.content
    assert b"planner" in admin.get(reverse("admin:chat_message_changelist")).content
