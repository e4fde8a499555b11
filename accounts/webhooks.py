"""Sends signed events to other programs, and repeats them until they are received.

The format is that of https://www.standardwebhooks.com: the headers `webhook-id`, `webhook-timestamp` and `webhook-signature`,
which signs the id, the timestamp and the body with the webhook's secret. `BookImg-Event` names the event."""

import base64
import hashlib
import hmac
import json
import time
from dataclasses import replace
from datetime import timedelta
from functools import partial

import httpx
from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.module_loading import import_string

from accounts.models import Delivery, Event, Webhook
from accounts.outbound import Sender, Unsafe, sender_from_settings
from jobs import runner
from jobs.leases import Lease, nothing_counted

# Seconds before each further attempt: enough for anything from a restart to an outage of a night.
PAUSES = (10, 60, 300, 1800, 7200, 18_000, 36_000)
KEPT = timedelta(days=30)
BOOKS_CHANGED = "books.changed"  # many books at once
MANY = 1000  # book ids in one message
OUR_FAULT = "Something went wrong on our side."


class _NotDelivered(Exception):
    """The status of the response, or the reason why there was none."""


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


def _write(user_pk: int, event: str, payload, args):
    listening = [hook for hook in Webhook.objects.filter(user=user_pk, active=True) if event in hook.events]
    if not listening:
        return
    values = import_string(payload)(*args) if isinstance(payload, str) else payload
    if values is None:  # it has been deleted again
        return
    subject = f"{event.partition('.')[0]}:{values['id']}:{values['version']}" if "version" in values else ""
    for hook in listening:
        if not subject or not hook.deliveries.filter(subject=subject).exists():
            fresh = Delivery(webhook=hook, event=event, payload={"event": event, **values}, subject=subject)
            Delivery.objects.bulk_create([fresh], ignore_conflicts=True)


def deliver(pk: int, sender: Sender | None = None):
    """Makes one attempt, if the delivery is due. Receivers recognise a repeated message by its id."""
    runner.attempt_work(replace(DELIVERIES, work=partial(_post, sender=sender)), pk)


def restart_delivery(delivery: Delivery):
    """Sends it again from the first attempt, with the same id."""
    Delivery.objects.filter(pk=delivery.pk).update(**nothing_counted(), state=Delivery.State.WAITING)


def delete_old_deliveries():
    Delivery.objects.filter(created__lt=timezone.now() - KEPT).delete()


def _delivery_headers(delivery: Delivery, body: bytes) -> dict[str, str]:
    name, moment = f"msg_{delivery.pk}", str(int(time.time()))
    return {
        "Content-Type": "application/json",
        "User-Agent": f"BookImg/{settings.VERSION}",
        "BookImg-Event": delivery.event,
        "webhook-id": name,
        "webhook-timestamp": moment,
        "webhook-signature": _signature(delivery.webhook.secret, name, moment, body),
    }


def _signature(secret: str, name: str, moment: str, body: bytes) -> str:
    key = base64.b64decode(secret.removeprefix("whsec_"))
    made = hmac.new(key, f"{name}.{moment}.".encode() + body, hashlib.sha256).digest()
    return f"v1,{base64.b64encode(made).decode()}"


def _post(lease: Lease[Delivery], sender: Sender | None = None):
    delivery = lease.row
    body = json.dumps(delivery.payload, ensure_ascii=False, separators=(",", ":")).encode()
    sender = sender or sender_from_settings()
    try:
        status = sender.post(delivery.webhook.url, body, _delivery_headers(delivery, body))
    except Unsafe as error:
        raise _NotDelivered(str(error)) from error
    except httpx.HTTPError as error:
        raise _NotDelivered(f"No response: {error or type(error).__name__}") from error
    if not 200 <= status < 300:
        raise _NotDelivered(f"{status}")
    lease.release(state=Delivery.State.DELIVERED, answer=f"{status}", changed=timezone.now())


def _note_answer(delivery: Delivery, answer: str):
    delivery.answer = answer[:300]
    delivery.save(update_fields=["answer", "changed"])


def _give_up(delivery: Delivery, answer: str, permanent: bool):
    delivery.state, delivery.answer = Delivery.State.FAILED, answer[:300]
    delivery.save(update_fields=["state", "answer", "changed"])


DELIVERIES = runner.WorkKind(
    name="webhook",
    model=Delivery,
    work=_post,
    pauses=PAUSES,
    sentence=OUR_FAULT,
    give_up=_give_up,
    on_pause=_note_answer,
    begin_again=restart_delivery,
    errors=(_NotDelivered,),
)
