"""Sends signed events to other programs, and repeats them until they are received.

The format is that of https://www.standardwebhooks.com: the headers `webhook-id`, `webhook-timestamp` and `webhook-signature`,
which signs the id, the timestamp and the body with the webhook's secret. `BookImg-Event` names the event."""

import base64
import hashlib
import hmac
import json
import logging
import time
from datetime import timedelta

import httpx
from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.module_loading import import_string
from django_q.tasks import async_task

from accounts.models import Delivery, Event, Webhook
from accounts.outbound import Sender, Unsafe

logger = logging.getLogger("accounts.webhooks")
# Seconds before each further attempt: enough for anything from a restart to an outage of a night.
PAUSES = (10, 60, 300, 1800, 7200, 18_000, 36_000)
TAKEN_FOR = timedelta(minutes=2)  # after that, another worker takes over the delivery of one that died
KEPT = timedelta(days=30)
BOOKS_CHANGED = "books.changed"  # many at once
MANY = 1000  # ids of books in one message


def notify(user_pk: int, event: str, payload, *args):
    """Notifies a person's webhooks when the transaction is committed. `payload` is the body, or the dotted name of a function
    that returns it for `args` and is only called if somebody subscribes. Each `version` is sent once."""
    transaction.on_commit(lambda: _write(user_pk, event, payload, args), robust=True)


def notify_many(user_pk: int, keys, sentence: str):
    """Notifies subscribers of `book.changed` that many books changed at once, with one message for each thousand,
    so that ten thousand books are ten messages. Call it once for the whole change."""
    keys = sorted(set(keys))
    if keys:
        transaction.on_commit(lambda: _write_many(user_pk, keys, sentence), robust=True)


def _write_many(user_pk: int, keys: list[int], sentence: str):
    listening = [hook for hook in Webhook.objects.filter(user=user_pk, active=True) if Event.BOOK_CHANGED in hook.events]
    parts = [keys[start : start + MANY] for start in range(0, len(keys), MANY)]
    about = {"event": BOOKS_CHANGED, "sentence": sentence, "count": len(keys)}
    Delivery.objects.bulk_create(
        Delivery(webhook=hook, event=BOOKS_CHANGED, payload=about | {"ids": part}) for hook in listening for part in parts
    )
    if listening:
        _enqueue(Delivery.objects.filter(webhook__in=listening))


def _write(user_pk: int, event: str, payload, args):
    listening = [hook for hook in Webhook.objects.filter(user=user_pk, active=True) if event in hook.events]
    if not listening:
        return
    said = import_string(payload)(*args) if isinstance(payload, str) else payload
    if said is None:  # it has been deleted again
        return
    subject = f"{event.partition('.')[0]}:{said['id']}:{said['version']}" if "version" in said else ""
    for hook in listening:
        if not subject or not hook.deliveries.filter(subject=subject).exists():
            fresh = Delivery(webhook=hook, event=event, payload={"event": event, **said}, subject=subject)
            Delivery.objects.bulk_create([fresh], ignore_conflicts=True)
    _enqueue(Delivery.objects.filter(webhook__in=listening))


def deliver(pk: int, sender: Sender | None = None):
    """Makes one attempt, if the delivery is still due. Receivers recognise a repeated message by its id."""
    delivery = _take(pk)
    if delivery is None:
        return
    body = json.dumps(delivery.payload, ensure_ascii=False, separators=(",", ":")).encode()
    sender = sender or Sender(private=settings.WEBHOOKS_PRIVATE)
    try:
        status = sender.post(delivery.webhook.url, body, headers(delivery, body))
        delivered, answer = 200 <= status < 300, f"{status}"
    except Unsafe as error:
        delivered, answer = False, str(error)
    except httpx.HTTPError as error:
        delivered, answer = False, f"No response: {error or type(error).__name__}"
    _settle(delivery, delivered, answer)


def redeliver(delivery: Delivery):
    """Sends it again from the first attempt, with the same id."""
    Delivery.objects.filter(pk=delivery.pk).update(state=Delivery.State.WAITING, attempts=0, next_try=timezone.now())
    transaction.on_commit(lambda: _enqueue(Delivery.objects.filter(pk=delivery.pk)))


def sweep():
    """Sends deliveries that are due: after a pause, or because a worker died."""
    _enqueue(Delivery.objects.all())


def forget_old():
    Delivery.objects.filter(created__lt=timezone.now() - KEPT).delete()


def headers(delivery: Delivery, body: bytes) -> dict[str, str]:
    name, moment = f"msg_{delivery.pk}", str(int(time.time()))
    return {
        "Content-Type": "application/json",
        "User-Agent": f"BookImg/{settings.VERSION}",
        "BookImg-Event": delivery.event,
        "webhook-id": name,
        "webhook-timestamp": moment,
        "webhook-signature": signature(delivery.webhook.secret, name, moment, body),
    }


def signature(secret: str, name: str, moment: str, body: bytes) -> str:
    key = base64.b64decode(secret.removeprefix("whsec_"))
    made = hmac.new(key, f"{name}.{moment}.".encode() + body, hashlib.sha256).digest()
    return f"v1,{base64.b64encode(made).decode()}"


def _enqueue(deliveries):
    """Enqueues each delivery only once in a while, however often this is called."""
    for pk in list(deliveries.due().order_by("next_try").values_list("pk", flat=True)[:200]):
        mine = Delivery.objects.filter(pk=pk).due().update(next_try=timezone.now() + TAKEN_FOR)
        if mine:
            async_task("accounts.webhooks.deliver", pk)


def _take(pk: int) -> Delivery | None:
    waiting = Delivery.objects.filter(pk=pk, state=Delivery.State.WAITING, webhook__active=True)
    if not waiting.update(attempts=F("attempts") + 1, next_try=timezone.now() + TAKEN_FOR):
        return None
    return Delivery.objects.select_related("webhook").get(pk=pk)


def _settle(delivery: Delivery, delivered: bool, answer: str):
    delivery.answer = answer[:300]
    if delivered:
        delivery.state = Delivery.State.DELIVERED
    elif delivery.attempts > len(PAUSES):
        delivery.state = Delivery.State.FAILED
    else:
        delivery.next_try = timezone.now() + timedelta(seconds=PAUSES[delivery.attempts - 1])
    delivery.save(update_fields=["answer", "state", "next_try", "changed"])
    logger.info(
        "%s to webhook %s: %s (%s)", delivery.event, delivery.webhook_id, delivery.state, answer,
        extra={"user_id": delivery.webhook.user_id, "delivery": delivery.pk, "attempt": delivery.attempts},
    )  # fmt: skip
