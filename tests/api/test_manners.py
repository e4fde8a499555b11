"""What all calls have in common: errors, lists, rates, keys against doing it twice, versions, request ids, other origins."""

import json
from datetime import timedelta

import pytest
from django.db.models import signals
from django.utils import timezone

from accounts import jwts, rates
from accounts.models import Allowance
from api.models import IdempotencyKey
from library.copies.tagging import set_tags
from library.models import Shelf, UserBook
from tests.api.conftest import ROOT, Program, token_for
from tests.factories import make_copy, make_shelf


def code_of(answer) -> tuple[int, str]:
    return answer.status_code, answer.json().get("code", "")


# ── Errors ──────────────────────────────────────────────────────────────────────────────────────────────────────────
def test_errors_are_a_sentence_and_a_slug(program):
    answer = program.post("/books", {"title": " ", "rating": 4.3, "colour": "red"})
    assert code_of(answer) == (422, "invalid")
    assert set(answer.json()) == {"detail", "code"}
    for part in ("title: This cannot be empty", "rating:", "colour:"):
        assert part in answer.json()["detail"]


def test_what_is_no_json_is_400(program):
    for body in ("{", "[" * 100_000, b"\xff\xfe"):
        answer = program.client.generic("POST", f"{ROOT}/books", body, content_type="application/json")
        assert code_of(answer) == (400, "bad-request"), body


@pytest.mark.parametrize("text", ["a\x00b", "\ud800"])
def test_letters_that_no_database_holds_are_422(program, text):
    body = json.dumps({"title": text})
    answer = program.client.generic("POST", f"{ROOT}/books", body, content_type="application/json")
    assert code_of(answer) == (422, "invalid")
    assert code_of(program.get("/books?q=%00")) == (422, "invalid")


@pytest.mark.parametrize(
    "path", ["/books/0", "/books/-1", f"/books/{2**63}", f"/books/{10**40}", "/books/x", "/scans/a.b", "/scans/%00"]
)
def test_keys_that_no_database_holds_are_422(program, path):
    assert program.get(path).status_code == 422


def test_the_largest_keys_are_404(program):
    assert code_of(program.get(f"/books/{2**63 - 1}")) == (404, "not-found")


def test_an_address_that_is_no_call_and_a_method_that_it_does_not_know_say_so(program):
    assert code_of(program.get("/cellar")) == (404, "no-such-call")
    wrong = program.call("PUT", "/books")
    assert code_of(wrong) == (405, "no-such-method")
    assert "GET" in wrong["Allow"]


# ── Lists ───────────────────────────────────────────────────────────────────────────────────────────────────────────
def test_lists_are_cut_by_limit_and_offset(program, owner):
    for name in "abcde":
        make_shelf(owner, name)
    page = program.get("/shelves?limit=2&offset=3").json()
    assert ([shelf["name"] for shelf in page["items"]], page["count"]) == (["d", "e"], 5)
    assert program.get("/shelves?offset=1000000000").json() == {"items": [], "count": 5}
    for wrong in ("limit=0", "limit=201", "offset=-1", f"offset={2**70}", "limit=many"):
        assert code_of(program.get(f"/shelves?{wrong}")) == (422, "invalid")


def test_a_list_of_books_takes_seven_queries_however_many_there_are(program, owner, django_assert_num_queries):
    for number in range(12):
        set_tags(make_copy(owner, f"Volume {number}", shelf=make_shelf(owner, f"{number}")), ["poetry"])
    program.get("/books")
    # the token, the share of calls and what is left of it, the keys of the page, its books, their tags, their number
    with django_assert_num_queries(7):
        assert len(program.get("/books").json()["items"]) == 12


# ── Rates ───────────────────────────────────────────────────────────────────────────────────────────────────────────
def test_a_person_has_so_many_calls_a_minute_whatever_the_token(owner, stranger, settings):
    settings.RATE_LIMIT = (3, 60)
    first, second = Program(token_for(owner)), Program(token_for(owner))
    answers = [first.get("/me"), second.get("/me"), first.get("/me")]
    assert [answer["RateLimit-Remaining"] for answer in answers] == ["2", "1", "0"]
    refused = second.get("/me")
    assert code_of(refused) == (429, "too-many")
    assert 0 < int(refused["Retry-After"]) <= 61
    assert refused["RateLimit-Limit"] == "3"
    assert code_of(Program(token_for(owner)).get("/me")) == (429, "too-many"), "a fresh token gives no fresh allowance"
    assert Program(token_for(stranger)).get("/me").status_code == 200, "another person is not touched"


def test_when_the_minute_is_over_there_are_calls_again(program, owner, settings):
    settings.RATE_LIMIT = (1, 60)
    assert [program.get("/me").status_code for _ in range(2)] == [200, 429]
    long_ago = {number - rates.SLICES - 1: calls for number, calls in slices_of()}
    Allowance.objects.update(slices=long_ago)
    assert [program.get("/me").status_code for _ in range(2)] == [200, 429]


def slices_of() -> list[tuple[int, int]]:
    return [(int(number), calls) for number, calls in Allowance.objects.get(kind="calls").slices.items()]


def test_photos_have_a_smaller_share_of_their_own(program, settings):
    settings.RATE_LIMIT, settings.RATE_LIMIT_SCANS = (10, 60), (1, 60)
    assert [program.post("/scans", {"jobId": "job-1"}).status_code for _ in range(2)] == [409, 429]
    assert program.get("/scans").status_code == 200


# ── Not twice ───────────────────────────────────────────────────────────────────────────────────────────────────────
def test_the_same_key_gets_the_same_answer_and_makes_one(program, owner):
    first, second = (program.post("/books", {"title": "Emma"}, **{"Idempotency-Key": "k-1"}) for _ in range(2))
    assert (first.status_code, second.status_code) == (201, 201)
    assert first.content == second.content
    assert (second["Location"], second["ETag"]) == (first["Location"], first["ETag"])
    assert second["Idempotent-Replayed"] == "true"
    assert UserBook.objects.of(owner).count() == 1


def test_a_key_belongs_to_one_call_and_to_one_person(program, strange_program):
    key = {"Idempotency-Key": "k-1"}
    assert program.post("/books", {"title": "Emma"}, **key).status_code == 201
    assert code_of(program.post("/books", {"title": "Dune"}, **key)) == (422, "key-reused")
    assert code_of(program.post("/shelves", {"name": "Emma"}, **key)) == (422, "key-reused")
    assert strange_program.post("/books", {"title": "Emma"}, **key).status_code == 201


def test_a_call_that_failed_may_be_tried_again_with_its_key(program, owner):
    key = {"Idempotency-Key": "k-1"}
    make_shelf(owner, "Attic")
    assert program.post("/shelves", {"name": "Attic"}, **key).status_code == 422
    Shelf.objects.all().delete()
    assert program.post("/shelves", {"name": "Attic"}, **key).status_code == 201


def test_a_call_that_is_still_at_work_is_409_until_it_must_have_died(program, owner):
    key = {"Idempotency-Key": "k-1"}
    program.post("/books", {"title": "Emma"}, **key)
    IdempotencyKey.objects.update(status=0)
    assert code_of(program.post("/books", {"title": "Emma"}, **key)) == (409, "in-progress")
    IdempotencyKey.objects.update(created=timezone.now() - timedelta(minutes=6))
    assert program.post("/books", {"title": "Emma"}, **key).status_code == 201


class Died(BaseException):
    """A process that is killed leaves its transaction open, as this leaves it."""


@pytest.mark.parametrize("moment", [signals.pre_save, signals.post_save], ids=["before", "after"])
def test_a_call_that_dies_while_its_response_is_stored_has_made_nothing(program, owner, moment):
    def die(instance, update_fields, **_):
        if update_fields:
            raise Died

    key = {"Idempotency-Key": "k-1"}
    moment.connect(die, sender=IdempotencyKey)
    try:
        with pytest.raises(Died):
            program.post("/books", {"title": "Emma"}, **key)
    finally:
        moment.disconnect(die, sender=IdempotencyKey)
    assert UserBook.objects.of(owner).count() == 0
    assert program.post("/books", {"title": "Emma"}, **key).status_code == 201
    assert UserBook.objects.of(owner).count() == 1


@pytest.mark.parametrize("key", ["", " ", "a b", "é", "k" * 101])
def test_a_key_that_is_none_is_422(program, key):
    assert code_of(program.post("/books", {"title": "Emma"}, **{"Idempotency-Key": key})) == (422, "invalid")


# ── Versions ────────────────────────────────────────────────────────────────────────────────────────────────────────
def test_two_programs_that_change_the_same_book_notice_each_other(program, owner):
    copy = make_copy(owner)
    path = f"/books/{copy.pk}"
    seen = program.get(path)["ETag"]
    first = program.patch(path, {"notes": "lent to nobody"}, **{"If-Match": seen})
    assert first.status_code == 200 and first["ETag"] != seen
    second = program.patch(path, {"notes": "overwritten"}, **{"If-Match": seen})
    assert code_of(second) == (412, "stale") and second["ETag"] == first["ETag"]
    assert code_of(program.delete(path, **{"If-Match": seen})) == (412, "stale")
    assert program.get(path).json()["notes"] == "lent to nobody"
    assert program.patch(path, {"notes": "on purpose"}, **{"If-Match": "*"}).status_code == 200


def test_a_book_that_is_known_already_is_not_sent_again(program, owner):
    path = f"/books/{make_copy(owner).pk}"
    seen = program.get(path)["ETag"]
    again = program.get(path, **{"If-None-Match": f'"x", W/{seen}'})
    assert (again.status_code, again.content) == (304, b"")


# ── Around them ─────────────────────────────────────────────────────────────────────────────────────────────────────
def test_a_request_keeps_its_id(program):
    assert program.get("/me", **{"X-Request-Id": "scan-of-sunday-1"})["X-Request-Id"] == "scan-of-sunday-1"
    assert len(program.get("/me", **{"X-Request-Id": "<script>"})["X-Request-Id"]) == 32


def test_pages_of_other_origins_call_only_where_the_settings_say_so(program, settings):
    origin = {"Origin": "https://app.example.org"}
    assert "Access-Control-Allow-Origin" not in program.get("/me", **origin)
    settings.CORS_ALLOWED_ORIGINS = ["https://app.example.org"]
    answer = program.get("/me", **origin)
    assert answer["Access-Control-Allow-Origin"] == "https://app.example.org"
    assert "ETag" in answer["Access-Control-Expose-Headers"]
    assert "Access-Control-Allow-Credentials" not in answer
    assert "Access-Control-Allow-Origin" not in program.client.get("/settings/", headers=origin)


def test_answers_are_kept_by_nobody_else(program):
    assert program.get("/books")["Cache-Control"] == "private, no-store"


@pytest.mark.parametrize("path", ["/auth/token", "/books", "/webhooks"])
def test_an_object_with_many_names_is_one_error(owner, path):
    program = Program(jwts.begin_token_family(owner)["access"])
    answer = program.post(path, {f"name-{number}": 1 for number in range(300)})
    assert answer.status_code == 422
    assert answer.json()["detail"].count("name-") == 0 and "at most 200 are accepted" in answer.json()["detail"]
