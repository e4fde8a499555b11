"""Webhooks: who is told, how it is signed, what happens when nobody listens, and where nothing is sent to."""

import base64
import hashlib
import hmac
import json

import httpx
import pytest
from django.core.files.base import ContentFile
from django.utils import timezone

from accounts import jwts, webhooks
from accounts.models import Delivery, Event, Webhook
from accounts.outbound import Sender, Unsafe, is_public_address
from library import shelf_order
from library.copies import bulk_changes, trash, undoing
from library.copies.tagging import set_tags
from library.models import Undo, UserBook
from scanning import pipeline, stages
from scanning.models import Scan
from tests.api.conftest import Program
from tests.factories import DeliveryFactory, WebhookFactory, make_candidate, make_copy, make_scan, make_shelf
from transfer import import_run

ADDRESS = "https://hooks.example.org/books?of=olive"


class Listener:
    """The other side: answers with `status` and keeps what came."""

    def __init__(self, status=200):
        self.status, self.heard = status, []

    def __call__(self, request):
        self.heard.append(request)
        if isinstance(self.status, Exception):
            raise self.status
        return httpx.Response(self.status, text="thank you")

    def sender(self, ip="93.184.216.34", **more) -> Sender:
        look_up = lambda host, port, **_: [(2, 1, 6, "", (ip, port))]  # noqa: E731
        return Sender(look_up=look_up, transport=httpx.MockTransport(self), **more)


@pytest.fixture
def hook(owner):
    return WebhookFactory(user=owner, url=ADDRESS)


@pytest.fixture
def deliveries_after(django_capture_on_commit_callbacks):
    """Does something and answers with the deliveries that came of it."""

    def run(function, *args, **more) -> list[Delivery]:
        with django_capture_on_commit_callbacks(execute=True):
            function(*args, **more)
        return list(Delivery.objects.order_by("pk"))

    return run


# ── What is told ────────────────────────────────────────────────────────────────────────────────────────────────────
def test_a_new_book_and_its_changes_are_told_once_each(hook, owner, deliveries_after):
    (delivery,) = deliveries_after(make_copy, owner, "Emma", "Jane Austen")
    assert delivery.event == "book.added"
    assert (delivery.payload["title"], delivery.payload["event"]) == ("Emma", "book.added")
    copy = owner.books.get()
    copy.notes = "read it again"
    deliveries = deliveries_after(copy.save)
    assert [each.event for each in deliveries] == ["book.added", "book.changed"]
    assert deliveries[1].payload["notes"] == "read it again"
    webhooks.notify(owner.pk, Event.BOOK_CHANGED, "library.serializers.book_by_key", copy.pk)
    assert (
        len(deliveries_after(lambda: webhooks.notify(owner.pk, Event.BOOK_CHANGED, "library.serializers.book_by_key", copy.pk)))
        == 2
    )


def test_nobody_is_told_of_others_or_of_what_they_did_not_ask_for(hook, owner, stranger, deliveries_after):
    WebhookFactory(user=stranger, events=[Event.SCAN_FAILED])
    assert [each.webhook for each in deliveries_after(make_copy, owner)] == [hook]
    hook.active = False
    hook.save()
    assert len(deliveries_after(make_copy, owner, "Emma")) == 1, "what is switched off is told nothing"


def test_a_scan_that_is_complete_is_told_in_the_form_of_the_completion_notice(hook, owner, deliveries_after):
    scan = make_scan(owner, status=Scan.Status.VALIDATING, stage="finish")
    make_candidate(scan)
    (delivery,) = deliveries_after(stages.complete, scan)
    assert {"jobId", "status", "validatedBooks", "totalCandidates", "books", "resultsLocation", "timestamp"} <= set(
        delivery.payload
    )
    assert (delivery.event, delivery.payload["status"]) == ("scan.completed", "complete")


def test_a_scan_that_failed_is_told_with_its_reason_and_one_that_was_stopped_is_not(hook, owner, deliveries_after):
    deliveries_after(pipeline.end, make_scan(owner), Scan.Status.CANCELLED, "You stopped it.", retryable=True)
    (delivery,) = deliveries_after(pipeline.end, make_scan(owner), Scan.Status.FAILED, "The photo is dark.", retryable=False)
    assert (delivery.event, delivery.payload["error"]) == ("scan.failed", "The photo is dark.")


def test_an_import_that_is_finished_is_told_with_its_counts(hook, owner, deliveries_after):
    def bring_in():
        file = import_run.take(owner, ContentFile(b"title,author\nEmma,Jane Austen\n"), "books.csv", here=True)
        import_run.start(file, {}, here=True)
        import_run.run_import(file.pk, queued=False)

    (delivery,) = [each for each in deliveries_after(bring_in) if each.event == "import.finished"]
    assert (delivery.payload["state"], delivery.payload["counts"]["added"]) == ("complete", 1)


# ── Many at once ────────────────────────────────────────────────────────────────────────────────────────────────────
def test_a_change_of_many_books_is_told_once_and_so_is_taking_it_back(hook, owner, deliveries_after):
    copies = [make_copy(owner, f"Volume {n}") for n in range(3)]
    keys = sorted(copy.pk for copy in copies)
    (delivery,) = deliveries_after(
        lambda: bulk_changes.apply_change(owner, owner.books.all(), bulk_changes.Change(status="read"))
    )
    assert delivery.event == delivery.payload["event"] == "books.changed"
    assert (delivery.payload["ids"], delivery.payload["count"]) == (keys, 3)
    assert delivery.payload["sentence"] == "3 books are now marked “Read”."
    *_, back = deliveries_after(lambda: undoing.undo_changes(owner, Undo.objects.get().pk))
    assert back.payload["ids"] == keys and back.payload["sentence"].startswith("Undone: 3 books")


def ways_to_change_many():
    yield "tags given", lambda olive: bulk_changes.apply_change(olive, olive.books.all(), bulk_changes.Change(add_tags=("new",)))
    yield "a tag renamed", lambda olive: bulk_changes.rename_tag(olive.tags.get(), "verse")
    yield "a tag deleted", lambda olive: bulk_changes.delete_tag(olive.tags.get())
    yield "a shelf taken away", lambda olive: shelf_order.remove_shelf(olive.shelves.get())
    yield "into the trash", lambda olive: bulk_changes.apply_change(olive, olive.books.all(), bulk_changes.Change(remove=True))


@pytest.mark.parametrize("way", [pytest.param(way, id=name) for name, way in ways_to_change_many()])
def test_whatever_changes_many_books_tells_of_them_and_counts_as_their_change(hook, owner, deliveries_after, way):
    copy = make_copy(owner, shelf=make_shelf(owner))
    set_tags(copy, ["poetry"])
    before = UserBook.objects.get(pk=copy.pk).version
    (delivery,) = deliveries_after(way, owner)
    assert delivery.payload["ids"] == [copy.pk]
    changed = UserBook.objects.get(pk=copy.pk).version
    assert changed > before


@pytest.mark.parametrize("way", [pytest.param(way, id=name) for name, way in ways_to_change_many() if name != "a tag renamed"])
def test_undoing_a_change_of_many_books_is_a_change_of_theirs_too(hook, owner, deliveries_after, way):
    copy = make_copy(owner, shelf=make_shelf(owner))
    set_tags(copy, ["poetry"])
    way(owner)
    changed = UserBook.objects.get(pk=copy.pk).version
    *_, back = deliveries_after(lambda: undoing.undo_changes(owner, Undo.objects.get().pk))
    assert back.payload["ids"] == [copy.pk] and UserBook.objects.get(pk=copy.pk).version > changed


def test_what_comes_back_from_the_trash_is_told(hook, owner, deliveries_after):
    copy = trash.move_to_trash(make_copy(owner))
    (delivery,) = deliveries_after(trash.restore_all_copies, owner)
    assert delivery.payload["ids"] == [copy.pk]


def test_ten_thousand_books_are_ten_messages(hook, owner, deliveries_after, django_assert_max_num_queries):
    with django_assert_max_num_queries(60):
        deliveries = deliveries_after(webhooks.notify_many, owner.pk, range(1, 10_001), "10,000 books are on “Attic” now.")
    assert [len(each.payload["ids"]) for each in deliveries] == [1000] * 10
    assert {each.payload["count"] for each in deliveries} == {10_000}


def test_many_books_are_told_only_to_those_who_listen_to_changes(hook, owner, deliveries_after):
    Webhook.objects.update(events=[Event.BOOK_ADDED])
    assert deliveries_after(webhooks.notify_many, owner.pk, [1, 2], "They changed.") == []


# ── How it is told ──────────────────────────────────────────────────────────────────────────────────────────────────
@pytest.fixture
def delivery(hook):
    return DeliveryFactory(webhook=hook, payload={"event": "book.added", "title": "Łódź"})


def test_what_is_sent_is_signed_as_standard_webhooks_say(delivery):
    listener, before = Listener(), int(timezone.now().timestamp())
    webhooks.deliver(delivery.pk, listener.sender())
    (request,) = listener.heard
    name, moment = request.headers["webhook-id"], request.headers["webhook-timestamp"]
    key = base64.b64decode(delivery.webhook.secret.removeprefix("whsec_"))
    made = hmac.new(key, f"{name}.{moment}.".encode() + request.content, hashlib.sha256).digest()
    assert request.headers["webhook-signature"] == f"v1,{base64.b64encode(made).decode()}"
    assert before <= int(moment) <= timezone.now().timestamp()
    assert json.loads(request.content)["title"] == "Łódź"
    delivery.refresh_from_db()
    assert (delivery.state, delivery.answer, delivery.attempts) == ("delivered", "200", 1)


@pytest.mark.parametrize("status", [500, 404, 302, httpx.ConnectTimeout("too slow")])
def test_what_was_not_heard_is_sent_again_later_each_time_with_a_longer_pause(delivery, status):
    listener, pauses = Listener(status), []
    for _ in range(len(webhooks.PAUSES)):
        webhooks.deliver(delivery.pk, listener.sender())
        delivery.refresh_from_db()
        pauses.append(round((delivery.next_try - timezone.now()).total_seconds()))
        webhooks.deliver(delivery.pk, listener.sender())
        assert len(listener.heard) == len(pauses), "not before its pause is over"
        Delivery.objects.update(lease_until=timezone.now())
    assert delivery.state == "waiting" and pauses == pytest.approx(list(webhooks.PAUSES), abs=2)
    webhooks.deliver(delivery.pk, listener.sender())
    delivery.refresh_from_db()
    assert (delivery.state, delivery.attempts) == ("failed", len(webhooks.PAUSES) + 1)
    webhooks.deliver(delivery.pk, listener.sender())
    assert len(listener.heard) == len(webhooks.PAUSES) + 1, "given up is given up"


def test_once_more_by_hand_has_the_same_id(delivery, django_capture_on_commit_callbacks):
    listener = Listener()
    webhooks.deliver(delivery.pk, listener.sender())
    with django_capture_on_commit_callbacks(execute=True):
        webhooks.restart_delivery(delivery)
    webhooks.deliver(delivery.pk, listener.sender())
    first, second = listener.heard
    assert first.headers["webhook-id"] == second.headers["webhook-id"]


# ── Where nothing is sent to ────────────────────────────────────────────────────────────────────────────────────────
INSIDE = [
    "127.0.0.1", "10.1.2.3", "192.168.1.1", "172.16.0.1", "169.254.169.254", "0.0.0.0", "100.64.0.1", "224.0.0.1",
    "::1", "::", "fe80::1%eth0", "fd00::1", "ff02::1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "64:ff9b::a00:1", "2002:7f00:1::",
    "::127.0.0.1", "::10.0.0.1", "::ffff:0:127.0.0.1", "fec0::1", "64:ff9b:1::a00:1", "2001::7f00:1", "5f00::1", "192.0.0.8",
]  # fmt: skip


@pytest.mark.parametrize("ip", INSIDE)
def test_nothing_goes_into_the_network_of_the_server(delivery, ip):
    listener = Listener()
    webhooks.deliver(delivery.pk, listener.sender(ip))
    delivery.refresh_from_db()
    assert not listener.heard and "private network" in delivery.answer


@pytest.mark.parametrize("ip", ["93.184.216.34", "2606:4700::1111"])
def test_the_rest_of_the_world_is_outside(ip):
    assert is_public_address(ip)


def test_the_call_goes_to_the_address_that_was_judged_under_its_name(delivery):
    listener = Listener()
    webhooks.deliver(delivery.pk, listener.sender())
    (request,) = listener.heard
    assert (request.url.host, request.headers["Host"]) == ("93.184.216.34", "hooks.example.org")
    assert request.extensions["sni_hostname"] == "hooks.example.org"
    assert request.url.raw_path == b"/books?of=olive"


def test_a_name_of_which_one_address_is_inside_is_refused():
    both = lambda host, port, **_: [(2, 1, 6, "", ("93.184.216.34", port)), (2, 1, 6, "", ("10.0.0.1", port))]  # noqa: E731
    with pytest.raises(Unsafe):
        Sender(look_up=both).address_of(ADDRESS)


@pytest.mark.parametrize(
    "url", ["ftp://example.org/", "https://", "https://user:key@example.org/", "https://example.org:99999/", "file:///etc/passwd"]
)
def test_what_is_no_web_address_is_refused(url):
    with pytest.raises(Unsafe):
        Listener().sender().address_of(url)


@pytest.mark.parametrize("url", [
    "http://2130706433/", "http://0177.0.0.1/", "http://0x7f.1/", "http://127.1/", "http://127。0。0。1/", "http://①②⑦.0.0.1/",
    "http://0/", "http://[::127.0.0.1]/", "http://[0:0:0:0:0:ffff:7f00:1]/", "http://localhost/", "http://127.0.0.1./",
])  # fmt: skip
def test_inner_addresses_are_refused_in_every_spelling(url):
    with pytest.raises(Unsafe):
        Sender().address_of(url)


@pytest.mark.parametrize("url", [
    "http://[x]/", "https://[", "http://[::1", "http://:key@example.org/", "http://exa mple.org/", "http://example.org:http/",
    "http://\x00example.org/", "//example.org/", "http://xn--/", f"http://{'a' * 300}.org/", "http://example.org:0x50/",
])  # fmt: skip
def test_odd_addresses_are_refused_in_a_sentence(url, owner):
    program = Program(jwts.begin_token_family(owner)["access"])
    answer = program.post("/webhooks", {"url": url, "events": ["book.added"]})
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid")


@pytest.mark.parametrize("port", [22, 25, 6379, 8000, 0])
def test_only_ports_of_the_web_are_used(port):
    with pytest.raises(Unsafe, match="80 and 443" if port else None):
        Listener().sender().address_of(f"https://example.org:{port}/")


def test_the_settings_may_allow_other_ports():
    assert Listener().sender(ports=[8443]).address_of("https://example.org:8443/")


def test_at_home_the_settings_may_allow_it(delivery):
    listener = Listener()
    webhooks.deliver(delivery.pk, listener.sender("192.168.1.20", private=True))
    assert len(listener.heard) == 1
