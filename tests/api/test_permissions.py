"""Who may call what, for every call that the OpenAPI lists: a new one is in here by itself."""

from functools import cached_property
from urllib.parse import urlencode

import pytest

from accounts import jwts, tokens
from accounts.models import TokenFamily
from chat.models import Message
from library.copies import trash, undoing
from library.models import FactChange
from tests.api.conftest import Program, token_for
from tests.api.openapi import CALLS
from tests.factories import (
    ChatFactory,
    DeliveryFactory,
    ImportFactory,
    LoanFactory,
    ReadingFactory,
    TagFactory,
    WebhookFactory,
    make_candidate,
    make_copy,
    make_scan,
    make_shelf,
)
from tests.scanning.photos import photo
from transfer.models import ImportRow

GUARDED = [call for call in CALLS if call.needs_sign_in]
CHANGING = [call for call in GUARDED if call.method != "get"]
ABOUT_SOMETHING = [call for call in GUARDED if set(call.keys) - {"year"}]  # everybody has years
PROPOSED = {"name": "mark", "value": "read", "sentence": "Mark it?", "state": "proposed"}
OF_A_FILE = {"getThumbnail", "getSpine", "getCover"}  # which nobody has stored for this cast
FOR_EVERYBODY = {"signInForTokens", "refreshTokens"}


class Things:
    """Something for each key that stands in the address of a call, made when a call names it."""

    decision, spine_number, year = "dismiss", 1, 2026

    def __init__(self, user):
        self.user = user

    def of(self, call) -> dict:
        return {key: getattr(self, key) for key in call.keys}

    @cached_property
    def copy(self):
        return make_copy(self.user)

    @cached_property
    def scan(self):
        return make_scan(self.user, job_id="job-of-olive", complete=True)

    @cached_property
    def file(self):
        return ImportFactory(user=self.user)

    @cached_property
    def chat(self):
        return ChatFactory(user=self.user)

    @cached_property
    def hook(self):
        return WebhookFactory(user=self.user, url="https://127.0.0.1/")

    book_id = property(lambda self: self.copy.pk)
    other_id = property(lambda self: make_copy(self.user, "Persuasion").pk)
    shelf_id = property(lambda self: make_shelf(self.user).pk)
    tag_id = property(lambda self: TagFactory(user=self.user).pk)
    loan_id = property(lambda self: LoanFactory(copy=self.copy).pk)
    reading_id = property(lambda self: ReadingFactory(copy=self.copy).pk)
    job_id = property(lambda self: self.scan.job_id)
    candidate_id = property(lambda self: make_candidate(self.scan).pk)
    import_id = property(lambda self: self.file.pk)
    session_id = property(lambda self: self.chat.key)
    webhook_id = property(lambda self: self.hook.pk)
    delivery_id = property(lambda self: DeliveryFactory(webhook=self.hook).pk)
    undo_id = property(lambda self: undoing.record_undo(self.user, "12 books are in the trash.").pk)
    token_id = property(lambda self: tokens.make_api_token(self.user, "a scanner", ["scan"])[0].pk)
    program_id = property(lambda self: TokenFamily.objects.create(user=self.user).pk)

    @property
    def message_id(self):
        action = PROPOSED | {"books": [self.copy.pk]}
        return Message.objects.create(chat=self.chat, question="How many?", action=action).pk

    @property
    def change_id(self):
        return FactChange.objects.create(copy=self.copy, fact="publisher", before="Ace", after="", source="you").pk

    @property
    def row_number(self):
        row = {"data": {"facts": {"title": "Emma"}}, "result": "owned"}
        return ImportRow.objects.create(file=self.file, number=7, **row).number


def made(call, program: Program, things: dict):
    path = call.path.format(**{key: things[key] for key in call.keys})
    query = call.required_query
    if call.takes_a_file:
        return program.send(path, **dict.fromkeys(call.takes_a_file, photo()))
    return program.call(call.method, f"{path}?{urlencode(query)}" if query else path, call.body())


def programs_for(call, *people) -> list[Program]:
    """With a personal token, or with one by password where a call asks for that."""
    by_password = call.path.startswith(("/webhooks", "/tokens", "/programs", "/feeds", "/me/"))
    return [Program(jwts.begin_token_family(each)["access"] if by_password else token_for(each)) for each in people]


def name_of(call) -> str:
    return call.name


def test_every_call_but_those_that_sign_in_is_guarded():
    assert {call.name for call in CALLS if not call.needs_sign_in} == FOR_EVERYBODY


def test_calls_have_names_of_their_own():
    assert len({call.name for call in CALLS}) == len(CALLS)


@pytest.mark.parametrize("call", GUARDED, ids=name_of)
def test_nobody_gets_401(call, nobody):
    answer = made(call, nobody, dict.fromkeys(call.keys, "1"))
    assert (answer.status_code, answer.json()["code"]) == (401, "sign-in")


@pytest.mark.parametrize("call", CHANGING, ids=name_of)
def test_who_may_only_read_changes_nothing(call, owner):
    answer = made(call, Program(token_for(owner, "read")), dict.fromkeys(call.keys, "1"))
    assert (answer.status_code, answer.json()["code"]) in [(403, "scope"), (403, "sign-in-first")]


@pytest.mark.slow
@pytest.mark.parametrize("call", ABOUT_SOMETHING, ids=name_of)
def test_what_is_anothers_is_404_and_there_for_its_owner(call, owner, stranger, settings):
    settings.WEBHOOKS_PRIVATE = True  # else a name would have to be looked up
    program, strange_program = programs_for(call, owner, stranger)
    things = Things(owner).of(call)
    if call.name in {"restoreBook", "deleteFromTrash"}:
        trash.move_to_trash(owner.books.get(pk=things["book_id"]))
    answer = made(call, strange_program, things)
    assert (answer.status_code, answer.json()["code"]) == (404, "not-found"), answer.content
    # The control: the same call is not 404 because of what was sent.
    own = made(call, program, things)
    assert own.status_code < 500 and own.status_code not in (401, 403, 422), own.content
    assert own.status_code != 404 or call.name in OF_A_FILE, own.content
